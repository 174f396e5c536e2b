"""What an admin does with campaigns in the browser: each action changes what the page, and the
database, say next.
"""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from sqlmodel import col, update

from swivi.core.db import Database
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.sessions import SESSION_COOKIE, open_session
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from tests.e2e.people import SLOW, Admin
from tests.factories import a_campaign, a_clip, a_clipper, an_admin, tiktok
from tests.servers import AppServer
from tests.simulator import RunningSimulator

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKYO = "Asia/Tokyo"
"""Nine hours ahead of UTC all year."""


@pytest.fixture(scope="module")
def server(
    front_end: None,
    migrated_sqlite: Path,
    _simulator_server: RunningSimulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[AppServer]:
    """A production server that reads views from the simulator; its campaigns are made by the
    tests.
    """
    home = tmp_path_factory.mktemp("campaigns")
    shutil.copy(migrated_sqlite, home / "swivi.db")
    environment = {
        "DATABASE_URL": f"sqlite:///{home}/swivi.db",
        "APIFY_API_KEY": "test-key",
        "APIFY_API_URL": _simulator_server.url,
        "SWIVI_TRACKING_BATCH_PAUSE_SECONDS": "0",
    }
    with AppServer(environment, home / "log") as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def database(server: AppServer) -> AsyncIterator[Database]:
    """The server's database, beside it."""
    opened = Database(server.environment["DATABASE_URL"])
    yield opened
    await opened.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def ada(database: Database) -> Actor:
    """An admin."""
    return await an_admin(database)


@pytest_asyncio.fixture(loop_scope="session")
async def admin(
    browser: Browser, server: AppServer, database: Database, ada: Actor
) -> AsyncIterator[Admin]:
    """Her browser, in Tokyo."""
    context = await browser.new_context(timezone_id=TOKYO)
    async with database.writing() as session:
        token = await open_session(
            session, ada.user_id, user_agent="Mozilla/5.0 (Macintosh) Safari/605"
        )
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": server.url}])
    yield Admin(await context.new_page(), server)
    await context.close()


async def stored(database: Database, campaign_id: int) -> Campaign:
    """The campaign as the database has it."""
    async with database.reading() as session:
        return await campaigns.get(session, campaign_id)


async def opens_page_of(admin: Admin, campaign: Campaign) -> None:
    await admin.opens(f"/admin/campaigns/{campaign.id}")
    await expect(admin.page.get_by_role("heading", level=1)).to_have_text(
        campaign.title, timeout=SLOW
    )


async def id_in_address(page: Page) -> int:
    await page.wait_for_url(re.compile(r"/admin/campaigns/\d+/?$"), timeout=SLOW)
    return int(page.url.rstrip("/").rpartition("/")[2])


async def shows(place: Page | Locator, text: str) -> None:
    await expect(place.get_by_text(text).first).to_be_visible(timeout=SLOW)


def preview(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Preview")


async def test_a_new_campaign_is_seen_as_a_clipper_will_see_it_before_it_is_created(
    admin: Admin, database: Database
) -> None:
    page = admin.page
    await admin.opens("/admin/campaigns/new")
    await shows(preview(page), "No rate yet")
    await shows(preview(page), "No budget yet")
    await expect(preview(page).get_by_text("$0.00")).to_have_count(0)
    await page.get_by_label("Title").fill("Night Rides")
    await page.get_by_label("Brief").fill("Bikes after dark.")
    await page.get_by_label("Budget", exact=True).fill("100")
    await page.get_by_label("Pay per 1,000 views", exact=True).fill("2.50")
    await shows(page, "$100.00 buys 40,000 views at $2.50 per 1,000")
    await expect(preview(page).get_by_role("heading", name="Night Rides")).to_be_visible(
        timeout=SLOW
    )
    await shows(preview(page), "Bikes after dark.")
    await page.get_by_label("Budget", exact=True).fill("250")
    await shows(page, "$250.00 buys 100,000 views at $2.50 per 1,000")
    await page.get_by_label("YouTube", exact=True).uncheck()
    await expect(preview(page).get_by_text("YouTube")).to_have_count(0, timeout=SLOW)

    await admin.presses("Create campaign")
    created = await stored(database, await id_in_address(page))
    assert (created.title, created.budget, created.platforms) == (
        "Night Rides",
        25_000,
        ["tiktok", "instagram"],
    )
    assert created.status is CampaignStatus.DRAFT


async def test_a_rate_of_its_own_makes_the_budget_buy_another_number_of_views_there(
    admin: Admin,
) -> None:
    page = admin.page
    await admin.opens("/admin/campaigns/new")
    await page.get_by_label("Budget", exact=True).fill("100")
    await page.get_by_label("Pay per 1,000 views", exact=True).fill("2.00")
    await page.get_by_text("Limits, and rates per platform").click()
    await page.get_by_label("Pay per 1,000 views on TikTok").fill("4.00")
    await shows(page, "$100.00 buys 25,000 views on TikTok at $4.00 per 1,000")
    await shows(page, "$100.00 buys 50,000 views on YouTube at $2.00 per 1,000")


async def test_a_refused_form_says_what_is_wrong_and_keeps_all_that_was_typed(
    admin: Admin, database: Database
) -> None:
    page = admin.page
    await admin.opens("/admin/campaigns/new")
    await page.get_by_label("Title").fill("Half a Campaign")
    await page.get_by_label("Budget", exact=True).fill("lots")
    await page.get_by_label("TikTok", exact=True).uncheck()
    await page.get_by_label("Starts").fill("2031-05-01T10:00")
    await page.get_by_label("When it is created").select_option(label="Start it now")
    await admin.presses("Create campaign")
    await expect(page.locator("#field-budget-error")).to_have_text(
        "Enter an amount in dollars, like 25.00.", timeout=SLOW
    )
    await expect(page.get_by_label("Title")).to_have_value("Half a Campaign")
    await expect(page.get_by_label("Budget", exact=True)).to_have_value("lots")
    await expect(page.get_by_label("TikTok", exact=True)).not_to_be_checked()
    await expect(page.get_by_label("Starts")).to_have_value("2031-05-01T10:00")
    await expect(page.get_by_label("When it is created")).to_have_value("ACTIVE")
    await page.get_by_label("Budget", exact=True).fill("100")
    await page.get_by_label("Pay per 1,000 views", exact=True).fill("2.50")
    await admin.presses("Create campaign")
    created = await stored(database, await id_in_address(page))
    assert (created.title, created.platforms) == ("Half a Campaign", ["youtube", "instagram"])
    assert created.starts_at == datetime(2031, 5, 1, 1, tzinfo=UTC)


async def test_an_edit_begins_with_the_terms_and_changes_them(
    admin: Admin, ada: Actor, database: Database
) -> None:
    campaign = await a_campaign(
        database, ada, title="Before", ends_at="2031-05-01T01:00Z", max_per_clip="30.00"
    )
    page = admin.page
    await opens_page_of(admin, campaign)
    await page.get_by_role("link", name="Edit").click()
    await expect(page.get_by_label("Title")).to_have_value("Before", timeout=SLOW)
    await expect(page.get_by_label("Ends")).to_have_value("2031-05-01T10:00")
    await page.get_by_label("Title").fill("After")
    await page.get_by_label("Hidden from clippers").check()
    await page.get_by_label("A test campaign").check()
    await admin.presses("Save changes")
    assert await id_in_address(page) == campaign.id
    await expect(page.get_by_role("heading", level=1)).to_have_text("After", timeout=SLOW)
    await shows(page.locator(".badge"), "Hidden")
    await shows(page.locator(".badge"), "Test")
    changed = await stored(database, campaign.id)
    assert (changed.title, changed.hidden, changed.is_test) == ("After", True, True)
    assert (changed.ends_at, changed.max_per_clip) == (datetime(2031, 5, 1, 1, tzinfo=UTC), 3_000)
    await admin.opens("/admin/campaigns")
    row = page.get_by_role("row").filter(has_text="After")
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 800})
        for mark in ("Active", "Hidden", "Test"):
            await expect(row.get_by_text(mark, exact=True).filter(visible=True)).to_be_visible(
                timeout=SLOW
            )


@pytest.mark.parametrize("status", [CampaignStatus.COMPLETED, CampaignStatus.ARCHIVED])
async def test_the_edit_of_a_closed_campaign_says_so_before_anything_is_typed_and_offers_a_copy(
    admin: Admin, ada: Actor, database: Database, status: CampaignStatus
) -> None:
    campaign = await a_campaign(database, ada, title="All Done")
    async with database.writing() as session:
        await session.exec(
            update(Campaign).where(col(Campaign.id) == campaign.id).values(status=status)
        )
    page = admin.page
    await admin.opens(f"/admin/campaigns/{campaign.id}/edit")
    await shows(page, "“All Done” cannot be changed anymore")
    await shows(page, f"The campaign is {status.lower()}")
    await expect(page.get_by_label("Title")).to_have_count(0)
    await page.get_by_role("link", name="Duplicate").click()
    await expect(page.get_by_label("Title")).to_have_value("All Done (copy)", timeout=SLOW)


async def test_a_duplicate_begins_with_the_same_terms_and_spends_nothing_of_the_first(
    admin: Admin, ada: Actor, database: Database
) -> None:
    campaign = await a_campaign(
        database, ada, title="Original", platforms=["youtube"], min_views=500
    )
    page = admin.page
    await opens_page_of(admin, campaign)
    await page.get_by_role("link", name="Duplicate").click()
    await expect(page.get_by_label("Title")).to_have_value("Original (copy)", timeout=SLOW)
    await shows(page, "$100.00 buys 40,000 views at $2.50 per 1,000")
    await page.get_by_label("Budget", exact=True).fill("")
    await admin.presses("Create campaign")
    await expect(page.locator("#field-budget-error")).not_to_be_empty(timeout=SLOW)
    await expect(page.get_by_label("Title")).to_have_value("Original (copy)")
    await page.get_by_label("Budget", exact=True).fill("40")
    await admin.presses("Create campaign")
    copy = await stored(database, await id_in_address(page))
    assert (copy.title, copy.budget, copy.platforms, copy.min_views) == (
        "Original (copy)",
        4_000,
        ["youtube"],
        500,
    )
    assert (await stored(database, campaign.id)).budget == 10_000


async def test_a_top_up_says_the_new_budget_and_raises_it(
    admin: Admin, ada: Actor, database: Database
) -> None:
    campaign = await a_campaign(database, ada, title="Thirsty")
    await opens_page_of(admin, campaign)
    await admin.presses("Top up")
    dialog = admin.page.get_by_role("dialog")
    await dialog.get_by_label("Amount to add").fill("-5")
    await dialog.get_by_role("button", name="Top up").click()
    await shows(dialog, "The amount must be more than zero.")
    await dialog.get_by_label("Amount to add").fill("50")
    await shows(dialog, "New budget: $150.00. It buys 20,000 more views")
    await dialog.get_by_role("button", name="Top up").click()
    await expect(dialog).to_have_count(0, timeout=SLOW)
    await shows(admin.page.get_by_role("region", name="Spent"), "$150.00 left")
    assert (await stored(database, campaign.id)).budget == 15_000


async def test_a_top_up_takes_no_mouse(admin: Admin, ada: Actor, database: Database) -> None:
    campaign = await a_campaign(database, ada, title="By Hand")
    page = admin.page
    await opens_page_of(admin, campaign)
    opener, dialog = (
        page.get_by_role("button", name="Top up", exact=True),
        page.get_by_role("dialog"),
    )
    await opener.focus()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_label("Amount to add")).to_be_focused(timeout=SLOW)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0, timeout=SLOW)
    await expect(opener).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_label("Amount to add")).to_be_focused(timeout=SLOW)
    await page.keyboard.type("25")
    await page.keyboard.press("Enter")
    await expect(dialog).to_have_count(0, timeout=SLOW)
    await shows(page.get_by_role("region", name="Spent"), "$125.00 left")
    assert (await stored(database, campaign.id)).budget == 12_500


async def test_a_dialog_that_was_left_open_is_closed_on_the_next_campaigns_page(
    admin: Admin, ada: Actor, database: Database
) -> None:
    left, next_one = [await a_campaign(database, ada, title=title) for title in ("Left", "Next")]
    await opens_page_of(admin, left)
    await admin.presses("Top up")
    await expect(admin.page.get_by_role("dialog")).to_be_visible(timeout=SLOW)
    await opens_page_of(admin, next_one)
    await admin.presses("Pause")
    await shows(admin.page.locator(".badge"), "Paused")


async def test_a_schedule_is_typed_in_the_viewers_zone_and_stored_in_utc(
    admin: Admin, ada: Actor, database: Database
) -> None:
    campaign = await a_campaign(database, ada, title="Later", status="DRAFT")
    await opens_page_of(admin, campaign)
    await admin.presses("Schedule")
    dialog = admin.page.get_by_role("dialog")
    await dialog.get_by_label("Starts").fill("2031-05-02T08:30")
    await dialog.get_by_label("Ends").fill("2031-05-01T08:30")
    await dialog.get_by_role("button", name="Schedule").click()
    await shows(dialog, "The end must be after the start.")
    await dialog.get_by_label("Ends").fill("2031-06-01T08:30")
    await dialog.get_by_role("button", name="Schedule").click()
    await expect(dialog).to_have_count(0, timeout=SLOW)
    await shows(admin.page.locator(".badge"), "Scheduled")
    scheduled = await stored(database, campaign.id)
    assert scheduled.status is CampaignStatus.SCHEDULED
    assert scheduled.starts_at == datetime(2031, 5, 1, 23, 30, tzinfo=UTC)
    assert scheduled.ends_at == datetime(2031, 5, 31, 23, 30, tzinfo=UTC)


async def test_a_scheduled_campaign_goes_back_to_a_draft_or_starts_at_once(
    admin: Admin, ada: Actor, database: Database
) -> None:
    campaign = await a_campaign(
        database, ada, title="Early", status="SCHEDULED", starts_at="2031-05-01T01:00Z"
    )
    page = admin.page
    await opens_page_of(admin, campaign)
    await expect(page.get_by_role("heading", name="Budget left")).to_have_count(0)
    await admin.presses("Back to draft")
    await shows(page.locator(".badge"), "Draft")
    assert (await stored(database, campaign.id)).status is CampaignStatus.DRAFT
    await admin.presses("Start")
    await shows(page.locator(".badge"), "Active")
    await shows(page, "Nothing spent yet")
    assert (await stored(database, campaign.id)).status is CampaignStatus.ACTIVE


async def test_a_campaign_is_paused_and_resumed(
    admin: Admin, ada: Actor, database: Database
) -> None:
    campaign = await a_campaign(database, ada, title="On and off")
    await opens_page_of(admin, campaign)
    await admin.presses("Pause")
    await shows(admin.page.locator(".badge"), "Paused")
    assert (await stored(database, campaign.id)).status is CampaignStatus.PAUSED
    await admin.presses("Resume")
    await shows(admin.page.locator(".badge"), "Active")
    assert (await stored(database, campaign.id)).status is CampaignStatus.ACTIVE


async def test_a_campaign_is_completed_with_a_reason(
    admin: Admin, ada: Actor, database: Database
) -> None:
    campaign = await a_campaign(database, ada, title="Enough")
    await opens_page_of(admin, campaign)
    await admin.presses("Complete")
    dialog = admin.page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill("The brand has what it wants.")
    await dialog.get_by_role("button", name="Complete campaign").click()
    await expect(dialog).to_have_count(0, timeout=SLOW)
    await shows(admin.page, "The brand has what it wants.")
    assert (await stored(database, campaign.id)).status is CampaignStatus.COMPLETED
    await admin.presses("Archive")
    await admin.page.get_by_role("alertdialog").get_by_role("button", name="Archive").click()
    await shows(admin.page.locator(".badge"), "Archived")
    assert (await stored(database, campaign.id)).status is CampaignStatus.ARCHIVED


async def test_a_draft_is_archived_after_a_question(
    admin: Admin, ada: Actor, database: Database
) -> None:
    campaign = await a_campaign(database, ada, title="Never mind", status="DRAFT")
    await opens_page_of(admin, campaign)
    await admin.presses("Archive")
    await admin.page.get_by_role("alertdialog").get_by_role("button", name="Archive").click()
    await shows(admin.page.locator(".badge"), "Archived")
    assert (await stored(database, campaign.id)).status is CampaignStatus.ARCHIVED


async def test_track_now_reads_this_campaign_only_and_its_numbers_and_charts_move(
    admin: Admin, ada: Actor, database: Database, simulator: RunningSimulator
) -> None:
    casey = await a_clipper(database)
    campaign, other = [
        await a_campaign(database, ada, title=title) for title in ("Tracked", "Left alone")
    ]
    for number, its in enumerate((campaign, other), start=1):
        await a_clip(database, casey, ada, its, tiktok(number))
        simulator.script(tiktok(number), 10_000)
    page = admin.page
    await opens_page_of(admin, campaign)
    await shows(page, "Nothing spent yet")
    await admin.presses("Track now")
    await shows(page, "1 of 1 clips read, $25.00 earned")
    await shows(page.get_by_role("region", name="Spent"), "$75.00 left")
    cost = page.locator(".stat").filter(has=page.get_by_text("Effective CPM", exact=True))
    await shows(cost, "$2.50")
    burn_down = page.get_by_role("figure", name="Budget left over time")
    await burn_down.get_by_text("Show as a table").click()
    await shows(burn_down, "$75.00")
    spent = page.get_by_role("figure", name="Spent per day")
    await spent.get_by_text("Show as a table").click()
    await shows(spent, "$25.00")
    assert (await stored(database, other.id)).spent == 0


async def test_analytics_name_the_campaign_that_is_looked_at_even_when_it_is_archived(
    admin: Admin, ada: Actor, database: Database
) -> None:
    campaign = await a_campaign(database, ada, title="Long Ago", status="DRAFT")
    async with database.writing() as session:
        await campaigns.step(session, ada, campaign.id, CampaignStatus.ARCHIVED)
    page = admin.page
    await admin.opens(f"/admin/analytics?campaign={campaign.id}")
    await expect(page.get_by_label("Campaign", exact=True)).to_have_value(
        str(campaign.id), timeout=SLOW
    )
    await shows(page, "No views in these days")
    await page.get_by_label("Campaign", exact=True).select_option(label="All campaigns")
    await page.wait_for_url(lambda address: "campaign=" not in address, timeout=SLOW)
    await expect(page.get_by_label("Campaign", exact=True)).to_have_value("")
