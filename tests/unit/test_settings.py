"""What the settings make of the environment."""

import pytest

from swivi.settings import Settings, settings, settings_or_exit


@pytest.mark.parametrize(
    ("environment", "cron"),
    [
        ({}, "0 */4 * * *"),
        ({"SWIVI_DEMO": "1"}, "* * * * *"),
        ({"SWIVI_DEMO": "1", "SWIVI_TRACKING_CRON": "*/5 * * * *"}, "*/5 * * * *"),
        ({"SWIVI_TRACKING_CRON": "0 * * * *"}, "0 * * * *"),
    ],
)
def test_the_demo_tracks_every_minute_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], cron: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings().schedule_cron == cron


@pytest.mark.parametrize("url", ["mysql://me:hush@host/db", "postgresql://me:hush@host:port/db", "nonsense hush"])
def test_a_wrong_database_url_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    settings.cache_clear()
    with pytest.raises(SystemExit) as stopped:
        settings_or_exit()
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert told.startswith("swivi: setting DATABASE_URL: ")
    assert told.count("\n") == 1
    assert "hush" not in told
