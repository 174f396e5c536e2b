"""`docs/journey.sh` works as written, against an API over real HTTP."""

import os
import shutil
import subprocess

import pytest

from tests import factories
from tests.api.serving import CRON_SECRET, served_api
from tests.conftest import SettingsFor
from tests.servers import NEVER, ROOT
from tests.simulator import RunningSimulator

VIDEO = factories.tiktok(77)


def journey(url: str, token: str, **changes: str) -> subprocess.CompletedProcess[str]:
    known = {
        "SWIVI_URL": url,
        "ADMIN_TOKEN": token,
        "CRON_SECRET": CRON_SECRET,
        "CLIP_URL": VIDEO.canonical_url,
    }
    return subprocess.run(
        ["sh", ROOT / "docs" / "journey.sh"],
        env=os.environ | known | changes,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.skipif(shutil.which("curl") is None, reason="the script is curl alone")
def test_the_whole_way_with_curl_alone(
    settings_for: SettingsFor, simulator: RunningSimulator
) -> None:
    simulator.script(VIDEO, 1_000, 1_100, 9_000)
    with served_api(settings_for(tracking_cron=NEVER), simulator) as api:
        token = api.callers()["admin"]["Authorization"].removeprefix("Bearer ")
        url = api.url.removesuffix("/api")
        walked = journey(url, token)
        assert walked.returncode == 0, walked.stderr
        assert walked.stdout.startswith("\nPaid: $20.00 to journey-")

        refused = journey(url, "swivi_made-up")
        assert refused.returncode == 1
        assert "POST /admin/campaigns was refused" in refused.stderr
        assert "not_signed_in" in refused.stderr
