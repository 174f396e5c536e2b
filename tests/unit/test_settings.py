"""What the settings make of the environment."""

import re

import pytest

from swivi.core.rates import Rate, parse_rate
from swivi.settings import Settings, settings, settings_or_exit
from tests.servers import ROOT


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


@pytest.mark.parametrize(
    "url", ["mysql://me:hush@host/db", "postgresql://me:hush@host:port/db", "nonsense hush"]
)
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


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("10/30m", Rate(10, 1_800)),
        ("1/s", Rate(1, 1)),
        ("5/2d", Rate(5, 172_800)),
        ("60/1h", Rate(60, 3_600)),
    ],
)
def test_a_limit_is_written_as_so_often_in_so_long(
    monkeypatch: pytest.MonkeyPatch, written: str, rate: Rate
) -> None:
    monkeypatch.setenv("SWIVI_LIMIT_PAYOUTS", written)
    assert Settings().limit_payouts == rate


def test_a_limit_may_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWIVI_LIMIT_PAYOUTS", "off")
    assert Settings().limit_payouts is None


@pytest.mark.parametrize(
    "written", ["", "10", "0/1h", "10/0h", "10/1w", "-1/1h", "10 / 1h", "ten/1h"]
)
def test_a_wrong_limit_stops_the_start_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], written: str
) -> None:
    monkeypatch.setenv("SWIVI_LIMIT_PAYOUTS", written)
    settings.cache_clear()
    with pytest.raises(SystemExit) as stopped:
        settings_or_exit()
    told = capsys.readouterr().err
    assert stopped.value.code == 2
    assert told.startswith("swivi: setting SWIVI_LIMIT_PAYOUTS: ")
    assert "10/30m" in told
    assert told.count("\n") == 1


def test_the_example_names_every_limit_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text()
    for name, field in Settings.model_fields.items():
        if name.startswith("limit_"):
            [written] = re.findall(
                rf"^#{field.validation_alias}=(.*)$", example, flags=re.MULTILINE
            )
            assert parse_rate(written) == field.default, name


@pytest.mark.parametrize(
    ("environment", "log_format"),
    [
        ({}, "json"),
        ({"SWIVI_LOG_FORMAT": ""}, "json"),
        ({"SWIVI_ENV": "development"}, "plain"),
        ({"SWIVI_DEMO": "1"}, "plain"),
        ({"SWIVI_DEMO": "1", "SWIVI_LOG_FORMAT": "json"}, "json"),
        ({"SWIVI_LOG_FORMAT": "plain"}, "plain"),
    ],
)
def test_the_log_is_json_in_production_and_plain_where_people_read_it(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], log_format: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings().log_format == log_format


def test_a_mail_server_needs_a_sender(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMTP_HOST", "smtp.swivi.test")
    for sender in ("", "Swivi"):
        monkeypatch.setenv("SMTP_FROM", sender)
        settings.cache_clear()
        with pytest.raises(SystemExit):
            settings_or_exit()
        assert "SMTP_FROM" in capsys.readouterr().err
    monkeypatch.setenv("SMTP_FROM", "Swivi <hello@swivi.test>")
    assert Settings().mails_to == "smtp"


@pytest.mark.parametrize(
    ("env", "mails_to"), [("development", "log"), ("test", "log"), ("production", "nowhere")]
)
def test_without_a_mail_server_only_developers_see_mails(
    monkeypatch: pytest.MonkeyPatch, env: str, mails_to: str
) -> None:
    monkeypatch.setenv("SWIVI_ENV", env)
    assert Settings().mails_to == mails_to


@pytest.mark.parametrize(("written", "only_public"), [("", True), ("0", True), ("1", False)])
def test_webhooks_reach_private_addresses_in_production_by_a_setting_only(
    monkeypatch: pytest.MonkeyPatch, written: str, only_public: bool
) -> None:
    monkeypatch.setenv("SWIVI_WEBHOOKS_PRIVATE", written)
    assert Settings().webhooks_only_public is only_public


@pytest.mark.parametrize("name", ["CRON_SECRET", "METRICS_TOKEN"])
def test_a_secret_that_could_be_guessed_stops_the_start(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.cache_clear()
    monkeypatch.setenv(name, "1" * 31)
    with pytest.raises(SystemExit):
        settings_or_exit()
    said = capsys.readouterr().err
    assert said.startswith(f"swivi: setting {name}: ")
    assert "at least 32 characters" in said
    assert said.count("\n") == 1
    assert "1111" not in said
    monkeypatch.setenv(name, "1" * 32)
    assert settings_or_exit()
    settings.cache_clear()
