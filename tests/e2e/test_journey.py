"""The whole journey in two browsers, clipper and admin, against the production server; the clipper
never reloads.
"""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.e2e.people import PASSWORD, Admin, Clipper, audit, swivi
from tests.factories import instagram, tiktok, youtube
from tests.servers import AppServer
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.asyncio(loop_scope="session")

CAMPAIGN = "Summer Vibes 2025"
READINGS = {
    tiktok(1): (1000, 3000, 23000),
    youtube(2): (0, 10000, 30000),
    instagram(3): (777, 1777, 21777),
    tiktok(4): (50, 51, 51),
}
"""Baseline, first run, second run: the worked example of docs/money.md."""


@pytest.fixture
def server(
    database_url: str, simulator: RunningSimulator, start_server: Callable[..., AppServer]
) -> AppServer:
    """A production server on an empty database that reads views from the simulator."""
    for video, views in READINGS.items():
        simulator.script(video, *views)
    return start_server(
        DATABASE_URL=database_url,
        APIFY_API_KEY="test-key",
        APIFY_API_URL=simulator.url,
        SWIVI_TRACKING_BATCH_PAUSE_SECONDS="0",
    )


@pytest_asyncio.fixture(loop_scope="session")
async def second_page(browser: Browser) -> AsyncIterator[Page]:
    """Another person's browser."""
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


async def test_views_become_a_balance_and_the_balance_a_payout_before_the_clippers_eyes(
    server: AppServer, page: Page, second_page: Page, tmp_path: Path
) -> None:
    clipper, admin = Clipper(page, server), Admin(second_page, server)
    swivi(
        server,
        "create-admin",
        "ada@swivi.test",
        "--name",
        "Ada",
        "--password-stdin",
        typed=PASSWORD,
    )
    await admin.signs_in("ada@swivi.test")
    await admin.page.wait_for_url(re.compile("/admin"))
    await admin.creates_campaign(CAMPAIGN, "100", "2.50")

    await clipper.signs_up("Casey Clipper", "casey@swivi.test")
    for video in READINGS:
        await clipper.submits(CAMPAIGN, video.canonical_url)
        await clipper.sees("you earn for every view above this number")
        await clipper.closes_dialog()
    await clipper.submits(
        CAMPAIGN, tiktok(1).canonical_url.replace("www.", "m.") + "?is_from_webapp=1"
    )
    await clipper.sees("You already submitted this video to this campaign.")
    await clipper.presses("Cancel")
    await clipper.has_balance("$0.00")

    await admin.approves_all()
    await admin.tracks_now()
    await clipper.has_balance("$32.50")

    await admin.tracks_now()
    await clipper.has_balance("$100.00")
    await admin.opens("/admin/campaigns/1")
    await admin.sees("Completed")

    await clipper.asks_for("60.00")
    await clipper.has_balance("$40.00")
    await admin.pays("PAYPAL-7XK")
    await clipper.page.get_by_role("link", name="Payouts").first.click()
    await clipper.sees("PAYPAL-7XK")
    assert audit(server)["findings"] == []
