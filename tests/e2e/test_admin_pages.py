"""The admins' dashboard, analytics and settings in the browser, on a demo's history that stands
still.
"""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Response, expect
from sqlalchemy import text
from sqlmodel import select

from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.demo_emails import DEMO_ADMIN_EMAIL
from swivi.domain.accounts.models import User
from swivi.domain.accounts.sessions import SESSION_COOKIE, actor_of, open_session
from swivi.domain.campaigns.models import Campaign
from swivi.domain.ledger.invariants import INVARIANTS
from swivi.domain.seals.models import Seal
from swivi.domain.seals.sealing import Sealer
from swivi.domain.tracking.models import (
    PlannedCampaign,
    PlanStatus,
    RunStatus,
    TrackingRun,
    Trigger,
)
from swivi.runtime.database import tables  # noqa: F401 - all of them, for the foreign keys
from tests import factories
from tests.e2e.people import SLOW, Admin
from tests.servers import AppServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "hunter2"
"""In every secret that the server has: no page may show it."""
ONCE_A_YEAR = "0 3 1 1 *"


@pytest.fixture(scope="module")
def server(
    front_end: None, seeded_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    """A demo's data, served without its clockwork: nothing changes unless a test changes it."""
    home = tmp_path_factory.mktemp(f"admin-{SECRET}")
    shutil.copy(seeded_demo, home / "swivi.db")
    environment = {
        "DATABASE_URL": f"sqlite:///{home}/swivi.db",
        "APIFY_API_KEY": f"apify-{SECRET}",
        "CRON_SECRET": f"cron-{SECRET}".ljust(32, "-"),
        "SWIVI_TRACKING_CRON": ONCE_A_YEAR,
    }
    with AppServer(environment, home / "log") as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(server: AppServer) -> AsyncIterator[Database]:
    opened = Database(server.environment["DATABASE_URL"])
    yield opened
    await opened.dispose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def boss(database: Database) -> User:
    async with database.reading() as session:
        return await accounts.by_email(session, DEMO_ADMIN_EMAIL)


@pytest_asyncio.fixture(loop_scope="session")
async def admin(page: Page, server: AppServer, database: Database, boss: User) -> Admin:
    """An admin with a browser of their own, signed in."""
    async with database.writing() as session:
        token = await open_session(session, boss.id)
    await page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": server.url}])
    return Admin(page, server)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ending(database: Database, boss: User) -> Campaign:
    """A campaign that ends tomorrow, with a submission whose first reading has failed for two
    hours.
    """
    now = clock.now()
    campaign = await factories.a_campaign(
        database, actor_of(boss), title="Last Call", ends_at=now + timedelta(days=1)
    )
    clipper = await factories.a_clipper(database)
    with clock.standing_at(now - timedelta(hours=2)):
        await factories.a_submission(
            database, clipper, campaign, factories.tiktok(9_001), baseline=None
        )
    async with database.writing() as session:
        run = TrackingRun(
            trigger=Trigger.CLI,
            status=RunStatus.COMPLETED,
            started_at=now,
            finished_at=now,
            campaigns_planned=1,
            clips_planned=3,
            clips_read=3,
            clips_failed=2,
        )
        session.add(run)
        await session.flush()
        session.add(
            PlannedCampaign(
                run_id=run.id, campaign_id=campaign.id, clips=3, status=PlanStatus.SKIPPED
            )
        )
    return campaign


def card(page: Page, label: str) -> Locator:
    return page.locator(".stat").filter(has=page.get_by_text(label, exact=True))


def attention(page: Page) -> Locator:
    heading = page.get_by_role("heading", name="Needs attention", exact=True)
    return page.locator("section.panel").filter(has=heading).get_by_role("listitem")


async def test_the_choice_of_days_platform_and_campaign_lives_in_the_address(admin: Admin) -> None:
    page = admin.page
    await admin.opens("/admin/analytics")
    await expect(page.get_by_role("link", name="30 days")).to_have_attribute("aria-current", "page")
    await page.get_by_role("link", name="7 days").click()
    await page.wait_for_url(re.compile(r"\?days=7$"), timeout=SLOW)
    await page.get_by_label("Platform", exact=True).select_option(label="YouTube")
    await page.wait_for_url(re.compile("days=7&platform=youtube"), timeout=SLOW)
    await page.get_by_label("Campaign", exact=True).select_option(label="Summer Vibes")
    await page.wait_for_url(re.compile(r"platform=youtube&campaign=\d+"), timeout=SLOW)

    await page.reload()
    rows = page.get_by_role("region", name="Views and spending by platform").locator("tbody tr")
    await expect(rows).to_have_count(1, timeout=SLOW)
    await expect(rows).to_contain_text("YouTube")
    await expect(page.get_by_label("Platform", exact=True)).to_have_value("youtube")
    await expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "page")

    await page.go_back()
    await expect(page.get_by_label("Campaign", exact=True)).to_have_value("", timeout=SLOW)
    by_campaign = page.get_by_role("region", name="Views and spending by campaign").locator(
        "tbody tr"
    )
    await expect(by_campaign.nth(1)).to_be_visible()


async def test_the_totals_are_the_apis_and_say_how_they_changed(admin: Admin) -> None:
    page = admin.page
    await admin.opens("/admin/analytics?days=7")
    answer = await page.request.get(f"{admin.server.url}/api/admin/analytics?days=7")
    total = (await answer.json())["total"]
    assert total["now"]["views"] > total["before"]["views"] > 0, "the demo has grown"

    await expect(card(page, "Views")).to_contain_text(f"{total['now']['views']:,}", timeout=SLOW)
    await expect(card(page, "Views")).to_contain_text(
        re.compile(rf"\+[\d,]+%, up from {total['before']['views']:,}")
    )
    await expect(card(page, "Spent")).to_contain_text(f"${total['now']['spent']:,.2f}")
    await expect(card(page, "Effective CPM")).to_contain_text(
        f"${total['now']['effectiveCpm']:,.2f}"
    )


async def test_a_chart_is_a_table_too_and_its_days_add_up(admin: Admin) -> None:
    page = admin.page
    await admin.opens("/admin/analytics?days=7")
    figure = page.locator("figure").filter(has=page.locator("figcaption", has_text="Views per day"))
    await figure.get_by_text("Show as a table").click()
    rows = figure.get_by_role("region", name="Views per day").locator("tbody tr")
    await expect(rows).to_have_count(7)
    views = [
        int(one.replace(",", "")) for one in await rows.locator("td:last-child").all_inner_texts()
    ]
    await expect(card(page, "Views")).to_contain_text(f"{sum(views):,}")


async def test_days_without_views_say_so_and_where_views_come_from(
    admin: Admin, ending: Campaign
) -> None:
    await admin.opens(f"/admin/analytics?campaign={ending.id}")
    await admin.sees("No views in these days")
    await admin.page.get_by_role("main").get_by_role("link", name="Tracking").click()
    await admin.page.wait_for_url(re.compile("/admin/tracking"), timeout=SLOW)


@pytest.mark.parametrize(
    ("path", "draws"), [("/admin/analytics", True), ("/admin", False), ("/admin/settings", False)]
)
async def test_the_drawing_code_comes_only_with_a_page_that_draws(
    admin: Admin, path: str, draws: bool
) -> None:
    scripts: list[Response] = []
    admin.page.on(
        "response", lambda answer: scripts.append(answer) if answer.url.endswith(".js") else None
    )
    await admin.opens(path)
    await admin.page.wait_for_load_state("networkidle")
    loaded = [await script.text() for script in scripts]
    assert len(loaded) > 3
    assert any("recharts-cartesian" in code for code in loaded) is draws


async def test_what_needs_attention_leads_to_where_it_is_handled(
    admin: Admin, ending: Campaign
) -> None:
    await admin.opens("/admin")
    expected = {
        "to review, the oldest sent": "/admin/submissions",
        "to decide on, $": "/admin/payouts?status=pending",
        "1 submission has waited for a first reading for more than an hour": (
            "/admin/submissions?status=pending"
        ),
        "2 of 3 clips not read in the newest run": "/admin/tracking",
        "Last Call: 0% of the budget is spent, it ends in": f"/admin/campaigns/{ending.id}",
    }
    for words, href in expected.items():
        item = attention(admin.page).filter(has_text=words)
        await expect(item.get_by_role("link")).to_have_attribute("href", href, timeout=SLOW)
    await attention(admin.page).filter(has_text="Last Call").get_by_role("link").click()
    await expect(admin.page.get_by_role("heading", name="Last Call", level=1)).to_be_visible(
        timeout=SLOW
    )


async def test_a_reconciliation_without_findings_says_so(admin: Admin) -> None:
    await admin.opens("/admin")
    await admin.presses("Check now")
    await admin.sees("No findings: every rule holds.")
    covered = admin.page.locator("#reconciliation")
    await expect(covered).to_contain_text(
        re.compile(r"\d+ checks.*[\d,]+ transfers.*[\d,]+ ms", re.DOTALL)
    )


async def test_a_cent_too_many_is_found_named_and_leads_to_its_campaign(
    admin: Admin, database: Database, ending: Campaign
) -> None:
    await admin.opens("/admin")
    try:
        await _add_cents(database, ending, 1)
        await admin.presses("Check now")
        findings = admin.page.get_by_role("region", name="Findings")
        look = findings.get_by_role("row").filter(has_text="spent is").get_by_role("link").first
        await expect(look).to_have_attribute("href", f"/admin/campaigns/{ending.id}", timeout=SLOW)
        await expect(attention(admin.page).filter(has_text="in the reconciliation")).to_be_visible()
    finally:
        await _add_cents(database, ending, -1)
    await admin.presses("Check now")
    await admin.sees("No findings: every rule holds.")
    await expect(attention(admin.page).filter(has_text="in the reconciliation")).to_have_count(0)


async def test_the_reconciliation_page_lists_each_rule_and_the_history(admin: Admin) -> None:
    await admin.opens("/admin")
    await admin.page.get_by_role("link", name="Reconciliation", exact=True).click()
    audits = admin.page.get_by_role("table", name="Reconciliations").get_by_role("row")
    await admin.presses("Check now")
    await expect(audits.nth(1)).to_contain_text("By an admin", timeout=SLOW)
    rules = admin.page.get_by_role("table", name="What is checked").get_by_role("row")
    await expect(rules).to_have_count(1 + len(INVARIANTS))
    await expect(rules.nth(1)).to_contain_text(re.compile(r"I1.*\d+.*ms.*None", re.DOTALL))


async def test_the_reconciliation_page_shows_the_newest_seal_and_its_checks(
    admin: Admin, database: Database
) -> None:
    await Sealer(database).seal_new()
    await admin.opens("/admin/books")
    await admin.presses("Check now")
    await admin.sees("were compared in one check")
    shown = await admin.page.locator("#seal").inner_text()
    async with database.reading() as session:
        assert shown in (await session.exec(select(Seal.digest))).all()


async def _add_cents(database: Database, campaign: Campaign, cents: int) -> None:
    async with database.writing() as session:
        await session.execute(
            text("UPDATE campaigns SET spent = spent + :cents WHERE id = :id"),
            {"cents": cents, "id": campaign.id},
        )


async def test_settings_say_what_is_set_and_send_no_secret(
    admin: Admin, context_frames: list[str]
) -> None:
    page = admin.page
    await admin.opens("/admin/settings")
    parts = page.get_by_role("region", name="Services")
    await expect(parts.get_by_role("row").filter(has_text="APIFY_API_KEY")).to_contain_text(
        "Set", timeout=SLOW
    )
    await expect(parts.get_by_role("row").filter(has_text="CRON_SECRET")).to_contain_text("Set")
    await expect(parts.get_by_role("row").filter(has_text="REDIS_URL")).to_contain_text("Not set")
    await expect(parts.get_by_role("row").filter(has_text="DATABASE_URL")).to_contain_text("SQLite")
    await expect(card(page, "Next tracking run").locator("time")).to_have_attribute(
        "datetime", re.compile(r"^\d{4}-01-01T03:00:00")
    )
    assert any("APIFY_API_KEY" in frame for frame in context_frames), "the page's data was seen"
    assert not any(SECRET in frame for frame in context_frames)
    assert SECRET not in await page.content()


@pytest.fixture
def context_frames(page: Page) -> list[str]:
    """What the server sends through the page's websocket."""
    frames: list[str] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))),
    )
    return frames
