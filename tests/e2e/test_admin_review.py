"""The admin's desk in a browser: the queue by keyboard alone, payouts, users, views by hand, the
bench.
"""

import csv
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import text
from sqlmodel import SQLModel, col, select

from swivi.core.db import Database
from swivi.core.money import format_dollars
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import tokens
from swivi.domain.accounts.demo_emails import DEMO_CLIPPER_EMAIL
from swivi.domain.accounts.models import Role, SignInSession, User
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import (
    Clip,
    ClipState,
    ClipSubmission,
    SubmissionStatus,
    ViewTracking,
)
from swivi.domain.payouts.models import PayoutRequest, PayoutStatus
from swivi.pages.admin.submissions.decisions import REASONS
from tests.e2e.people import PASSWORD, SLOW, Admin, audit, swivi
from tests.factories import instagram, tiktok, youtube
from tests.servers import AppServer, demo_environment

pytestmark = pytest.mark.asyncio(loop_scope="session")
expect.set_options(timeout=SLOW)

QUEUE = "/admin/submissions"
Row = TypeVar("Row", bound=SQLModel)


@pytest.fixture(scope="module")
def server(
    front_end: None, seeded_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    """A seeded demo of this file's own, with its simulator, which moves only when a test moves
    it.
    """
    home = tmp_path_factory.mktemp("desk")
    environment = {
        **demo_environment(home, seeded_demo),
        # A run takes many small batches, so that one can be seen at work.
        "SWIVI_TRACKING_BATCH_SIZE": "2",
        "SWIVI_TRACKING_BATCH_PAUSE_SECONDS": "0.5",
        "SWIVI_TRACKING_CONCURRENCY": "1",
        "SWIVI_MANUAL_READING_LIMIT": "1000000.00",  # one admin is enough for what is entered here
    }
    with AppServer(environment, home / "log") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(server: AppServer) -> AsyncIterator[Database]:
    """The server's database, beside it."""
    opened = Database(server.environment["DATABASE_URL"])
    yield opened
    await opened.dispose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def admin(browser: Browser, server: AppServer) -> AsyncIterator[Admin]:
    """The demo's admin at a desk."""
    context = await browser.new_context(
        viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    visitor = Admin(await context.new_page(), server)
    await visitor.enters_demo("admin")
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield visitor
    await context.close()


async def rows(database: Database, table: type[Row], *conditions: object) -> list[Row]:
    async with database.reading() as session:
        found = await session.exec(select(table).where(*conditions).order_by(col(table.id)))  # type: ignore[attr-defined, arg-type]
        return list(found.all())


async def waiting(database: Database) -> list[ClipSubmission]:
    """The queue."""
    return await rows(database, ClipSubmission, ClipSubmission.status == SubmissionStatus.PENDING)


async def decided(
    database: Database, submission: ClipSubmission
) -> tuple[SubmissionStatus, str | None]:
    [now] = await rows(database, ClipSubmission, ClipSubmission.id == submission.id)
    return now.status, now.reason


async def clippers_api(server: AppServer, database: Database) -> httpx.AsyncClient:
    """The API as the demo's clipper calls it."""
    async with database.writing() as session:
        clipper = await accounts.by_email(session, DEMO_CLIPPER_EMAIL)
        token = (await tokens.issue(session, clipper.id)).token
    return httpx.AsyncClient(
        base_url=f"{server.url}/api", headers={"Authorization": f"Bearer {token}"}
    )


async def asks_for_payout(server: AppServer, database: Database) -> PayoutRequest:
    """The demo's clipper requests $20.00."""
    async with await clippers_api(server, database) as http:
        body = {"amount": 20, "method": "paypal", "details": "casey@paypal.test"}
        sent = await http.post("/clippers/payout-request", json=body)
        assert sent.status_code == 201, sent.text
    return (await rows(database, PayoutRequest))[-1]


async def submits(server: AppServer, database: Database, number: int) -> ClipSubmission:
    """The demo's clipper sends a link through the API."""
    async with await clippers_api(server, database) as http:
        listed = (await http.get("/clippers/campaigns")).json()["items"]
        open_to_all = next(one for one in listed if "tiktok" in one["platforms"])
        body = {"campaignId": open_to_all["id"], "clipUrl": tiktok(number).canonical_url}
        sent = await http.post("/clippers/submissions", json=body)
        assert sent.status_code == 201, sent.text
    return (await rows(database, ClipSubmission))[-1]


def places(page: Page) -> Locator:
    """Where the keyboard may stand: one in each row."""
    return page.locator("[data-queue-row]")


async def test_the_queue_is_worked_by_keyboard_alone(
    admin: Admin, server: AppServer, database: Database
) -> None:
    for number in (1, 2, 3):
        await submits(server, database, number)
    page, queue = admin.page, await waiting(database)
    await admin.opens(QUEUE)
    stands, press = places(page), page.keyboard.press
    await expect(stands).to_have_count(len(queue))

    await press("j")
    await press("ArrowDown")
    await press("k")
    await expect(stands.nth(0)).to_be_focused()
    await expect(page.get_by_role("complementary", name="The clip in detail")).to_contain_text(
        "Views at submission"
    )

    await press("a")
    await admin.sees("1 clip approved")
    assert (await decided(database, queue[0]))[0] is SubmissionStatus.APPROVED
    await expect(stands).to_have_count(len(queue) - 1)
    await expect(stands.nth(0)).to_be_focused()

    await press("r")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("radio").first).to_be_focused()
    await press("Enter")
    await expect(dialog.get_by_text("Enter a reason")).to_be_visible()
    await press("Space")
    await press("Enter")
    await admin.sees("1 clip rejected")
    assert await decided(database, queue[1]) == (SubmissionStatus.REJECTED, REASONS[0])
    await expect(stands.nth(0)).to_be_focused()

    await press("x")
    await expect(page.get_by_text(f"1 selected of {len(queue) - 2}")).to_be_visible()
    async with page.context.expect_page() as opened:
        await press("o")
    tab = await opened.value
    assert tab.url == queue[2].url or tab.url.startswith("chrome-error")
    await tab.close()


async def test_keys_do_nothing_while_somebody_types_or_where_they_are_switched_off(
    admin: Admin, database: Database
) -> None:
    page, queue = admin.page, await waiting(database)
    await admin.opens(QUEUE)
    await page.keyboard.press("j")
    await page.keyboard.press("r")
    await (
        page.get_by_role("dialog")
        .get_by_label("Or in your own words")
        .press_sequentially("a jar of rax")
    )
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert [one.id for one in await waiting(database)] == [one.id for one in queue]

    await page.keyboard.press("?")
    await page.get_by_label("Use single keys").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("a")
    await page.keyboard.press("r")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert [one.id for one in await waiting(database)] == [one.id for one in queue]
    await page.get_by_role("button", name="Keyboard").click()
    await page.get_by_label("Use single keys").click()


async def test_what_is_submitted_while_the_queue_is_open_appears_below(
    admin: Admin, server: AppServer, database: Database
) -> None:
    await admin.opens(QUEUE)
    before = len(await waiting(database))
    await expect(places(admin.page)).to_have_count(before)
    await places(admin.page).first.focus()
    await submits(server, database, 4)

    await expect(places(admin.page)).to_have_count(before + 1)
    await expect(places(admin.page).first).to_be_focused()


async def test_many_are_rejected_in_the_admins_own_words_within_a_filter(
    admin: Admin, database: Database
) -> None:
    page = admin.page
    queue = [one for one in await waiting(database) if one.platform == "tiktok"]
    await admin.opens(f"{QUEUE}?platform=tiktok")
    await page.get_by_label("All on this page").click()
    await admin.presses("Reject selected")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio").first.check()
    await dialog.get_by_label("Or in your own words").fill("The sound is not the campaign's.")
    await dialog.get_by_role("button", name="Reject").click()

    await admin.sees(f"{len(queue)} clip")
    await admin.sees("No submission fits these filters.")
    assert "platform=tiktok" in page.url
    said = {await decided(database, one) for one in queue}
    assert said == {(SubmissionStatus.REJECTED, "The sound is not the campaign's.")}


async def test_a_payout_is_approved_paid_copied_and_taken_away_as_csv(
    admin: Admin, database: Database, tmp_path: Path
) -> None:
    page = admin.page
    [asked] = await rows(database, PayoutRequest, PayoutRequest.status == PayoutStatus.PENDING)
    await admin.pays("TX-774")
    [paid] = await rows(database, PayoutRequest, PayoutRequest.id == asked.id)
    assert paid.status is PayoutStatus.COMPLETED

    await page.get_by_role("button", name="Copy the transaction id").first.click()
    await expect(page.get_by_text("Copied").first).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == "TX-774"

    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Export as CSV").click()
    saved = tmp_path / "payouts.csv"
    await (await downloading.value).save_as(saved)
    with saved.open(newline="") as file:
        listed = {row["id"]: row for row in csv.DictReader(file)}
    assert listed[str(asked.id)]["transaction_id"] == "TX-774"


async def test_before_money_goes_the_password_is_asked_for_again(
    page: Page, server: AppServer, database: Database
) -> None:
    swivi(server, "create-admin", "bo@swivi.test", "--password-stdin", typed=PASSWORD)
    admin = Admin(page, server)
    await admin.signs_in("bo@swivi.test")
    await page.wait_for_url(re.compile("/admin"), timeout=SLOW)
    asked = await asks_for_payout(server, database)
    await admin.opens("/admin/payouts")
    await answers(admin, "Approve")
    async with database.writing() as session:
        await session.execute(text("UPDATE sessions SET proven_at = NULL"))
    await admin.page.get_by_role("button", name=re.compile("^Complete .* payout$")).first.click()
    dialog = admin.page.get_by_role("dialog")
    await dialog.get_by_label("Transaction id").fill("TX-775")
    for typed, said in (
        ("", "Enter your password again"),
        ("not mine at all", "not your present password"),
    ):
        await dialog.get_by_label("Your password").fill(typed)
        await dialog.get_by_role("button", name="Complete").click()
        await expect(dialog.get_by_text(said)).to_be_visible()
        await expect(dialog.get_by_label("Transaction id")).to_have_value("TX-775")
    await dialog.get_by_label("Your password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Complete").click()
    await expect(dialog).to_have_count(0)
    [paid] = await rows(database, PayoutRequest, PayoutRequest.id == asked.id)
    assert paid.status is PayoutStatus.COMPLETED


async def answers(admin: Admin, step: str, reason: str = "") -> None:
    """Takes the one step of that name that the queue offers."""
    await admin.page.get_by_role("button", name=re.compile(f"^{step} .* payout$")).first.click()
    dialog = admin.page.get_by_role("dialog")
    if reason:
        await dialog.get_by_label("Reason").fill(reason)
    await dialog.get_by_role("button", name=step).click()
    await expect(dialog).to_have_count(0)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        (("Reject",), PayoutStatus.REJECTED),
        (("Approve", "Mark as failed"), PayoutStatus.FAILED),
    ],
)
async def test_a_payout_that_is_not_sent_gives_the_money_back_with_a_reason(
    admin: Admin,
    server: AppServer,
    database: Database,
    steps: tuple[str, ...],
    status: PayoutStatus,
) -> None:
    asked = await asks_for_payout(server, database)
    await admin.opens("/admin/payouts")
    waiting_for = sum(
        one.amount
        for one in await rows(database, PayoutRequest, PayoutRequest.status == PayoutStatus.PENDING)
    )
    card = admin.page.locator(".stat").filter(has_text="Waiting for approval")
    await expect(card).to_contain_text(format_dollars(waiting_for))
    for step in steps:
        await answers(admin, step, "" if step == "Approve" else "PayPal does not know them.")
    await admin.sees("PayPal does not know them.")
    [now] = await rows(database, PayoutRequest, PayoutRequest.id == asked.id)
    assert (now.status, now.reason) == (status, "PayPal does not know them.")
    assert audit(server)["findings"] == []


async def test_a_payout_that_came_back_is_reversed_with_a_reason(
    admin: Admin, server: AppServer, database: Database
) -> None:
    await admin.opens("/admin/payouts?status=completed")
    completed = await rows(database, PayoutRequest, PayoutRequest.status == PayoutStatus.COMPLETED)
    await answers(admin, "Reverse", "The bank sent it back.")
    await expect(admin.page.get_by_role("button", name=re.compile("^Reverse "))).to_have_count(
        len(completed) - 1
    )
    [reversed_one] = await rows(
        database, PayoutRequest, PayoutRequest.status == PayoutStatus.REVERSED
    )
    assert reversed_one.id in {one.id for one in completed}
    assert audit(server)["findings"] == []


async def test_a_run_at_work_shows_its_bar_its_counts_and_the_seconds_left(admin: Admin) -> None:
    page = admin.page
    await admin.tracks_now()
    bar = page.get_by_role("progressbar", name="Clips tried")
    await expect(page.get_by_text(re.compile(r"about [\d,]+ s left"))).to_be_visible()
    at_work = await bar.get_attribute("aria-valuetext")
    await expect(bar).not_to_have_attribute("aria-valuetext", at_work)
    await admin.sees("clips read")
    await expect(page.get_by_text(re.compile(r"s left"))).to_have_count(0)
    done, _, planned = (await bar.get_attribute("aria-valuetext")).partition(" of ")
    assert done == planned


async def test_a_users_page_shows_their_money_ends_their_sessions_and_disables_them(
    admin: Admin, browser: Browser, server: AppServer, database: Database
) -> None:
    page = admin.page
    async with database.reading() as session:
        clipper = await accounts.by_email(session, DEMO_CLIPPER_EMAIL)
    context = await browser.new_context()
    theirs = Admin(await context.new_page(), server)
    await theirs.enters_demo("clipper")

    await admin.opens("/admin/users?search=" + clipper.email)
    await page.get_by_role("link", name=clipper.name, exact=True).click()
    await page.wait_for_url(re.compile(f"/admin/users/{clipper.id}"))
    await admin.sees("Sessions")
    await expect(page.get_by_role("main")).to_contain_text(format_dollars(clipper.total_earnings))
    clips = page.get_by_role("table", name="Clips").get_by_role("row")
    await expect(clips).to_have_count(
        1 + len(await rows(database, ClipSubmission, ClipSubmission.user_id == clipper.id))
    )
    await admin.presses("End all sessions")
    await page.get_by_role("alertdialog").get_by_role("button", name="End all sessions").click()
    await admin.sees(f"{clipper.name} is signed out everywhere")
    assert await rows(database, SignInSession, SignInSession.user_id == clipper.id) == []

    dialog = page.get_by_role("dialog")
    for status, word in (("Disabled", "disabled"), ("Active", "active")):
        await admin.presses("Change role or status")
        await dialog.get_by_label("Status").select_option(label=status)
        await dialog.get_by_role("button", name="Save").click()
        await admin.sees(f"{clipper.name} is {word}, clipper")
        await expect(dialog).to_have_count(0)
    await context.close()


async def test_an_approved_clip_is_revoked_with_a_reason_and_what_it_earned_goes_back(
    admin: Admin, database: Database
) -> None:
    page = admin.page
    before = {clip.id: clip.earnings for clip in await rows(database, Clip)}
    await admin.opens("/admin/submissions?status=approved")
    await page.get_by_role("button", name=re.compile("^Revoke ")).first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Revoke").click()
    await expect(dialog.get_by_text("Enter a reason")).to_be_visible()
    await dialog.get_by_label("Reason").fill("Views were bought.")
    await dialog.get_by_role("button", name="Revoke").click()
    await expect(dialog).to_have_count(0)
    [revoked] = await rows(database, Clip, Clip.state == ClipState.REVOKED)
    await admin.sees(
        f"{format_dollars(before[revoked.id] - revoked.earnings)} went back to its campaign"
    )


async def test_users_are_found_by_what_is_typed_and_by_their_role(
    admin: Admin, database: Database
) -> None:
    page = admin.page
    await admin.opens("/admin/users")
    await page.get_by_role("searchbox").fill(DEMO_CLIPPER_EMAIL)
    await admin.presses("Search")
    await page.wait_for_url(re.compile("search="))
    await expect(page.get_by_role("button", name=re.compile("^Change "))).to_have_count(1)
    await page.get_by_label("Role").select_option(label="Admins")
    await page.wait_for_url(re.compile("role=", re.IGNORECASE))
    await admin.sees("No users found")
    await page.go_back()
    await expect(page.get_by_role("button", name=re.compile("^Change "))).to_have_count(1)


async def test_a_clipper_becomes_an_admin_and_the_audit_log_is_taken_away_as_csv(
    admin: Admin, database: Database, tmp_path: Path
) -> None:
    page = admin.page
    [someone, *_] = await rows(
        database, User, User.role == Role.CLIPPER, User.email != DEMO_CLIPPER_EMAIL
    )
    await admin.opens(f"/admin/users/{someone.id}")
    dialog = page.get_by_role("dialog")
    for role, word in (("Admin", "admin"), ("Clipper", "clipper")):
        await admin.presses("Change role or status")
        await dialog.get_by_label("Role").select_option(label=role)
        await dialog.get_by_role("button", name="Save").click()
        await admin.sees(f"{someone.name} is active, {word}")
        await expect(dialog).to_have_count(0)

    await admin.opens("/admin/audit")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Export as CSV").click()
    saved = tmp_path / "audit.csv"
    await (await downloading.value).save_as(saved)
    with saved.open(newline="") as file:
        listed = list(csv.DictReader(file))
    changes = [
        row
        for row in listed
        if (row["action"], row["subject_id"]) == ("user.changed", str(someone.id))
    ]
    assert [json.loads(row["after"])["role"] for row in changes] == ["CLIPPER", "ADMIN"]


async def test_views_entered_by_hand_are_kept_and_the_next_settlement_counts_them(
    admin: Admin, database: Database
) -> None:
    page = admin.page
    await admin.tracks_now()
    await admin.sees("clips read")
    await page.get_by_role("link", name="Readings, clip by clip").click()
    await page.wait_for_url(re.compile(r"/admin/tracking/\d+"))
    await page.get_by_role("button", name=re.compile("^Enter views of")).first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Views now").fill("many")
    await dialog.get_by_label("Reason").fill("Seen on the phone.")
    await dialog.get_by_role("button", name="Save views").click()
    await expect(dialog.get_by_text("Enter the number of views")).to_be_visible()
    await dialog.get_by_label("Views now").fill("77,000,000")
    await dialog.get_by_role("button", name="Save views").click()
    await admin.sees("77,000,000 views saved")

    [reading] = await rows(database, ViewTracking, ViewTracking.source == "manual")
    [clip] = await rows(database, Clip, Clip.id == reading.clip_id)
    assert (clip.peak_views, reading.detail) == (77_000_000, "Seen on the phone.")

    await admin.opens("/admin/audit")
    await page.get_by_label("Action").select_option(label="Clip read by hand")
    await page.wait_for_url(re.compile("action=clip.read_by_hand"))
    await expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    await admin.sees("Seen on the phone.")


async def test_links_are_tried_the_whole_way_and_the_bench_is_put_away(
    admin: Admin, server: AppServer, database: Database
) -> None:
    page, videos = admin.page, (tiktok(71), youtube(72), instagram(73))
    await admin.opens("/test/view-tracking")
    links = "\n".join([*(video.canonical_url for video in videos), "https://example.test/v/1"])
    await page.get_by_label("TikTok, YouTube and Instagram links").fill(links)
    await admin.presses("Read initial views")
    await admin.sees("3 of 4 links submitted")
    await expect(page.get_by_role("alert")).to_contain_text("https://example.test/v/1")
    await admin.presses("Approve all")
    await admin.sees("3 clips approved")
    await admin.presses("Track all")
    await admin.sees("3 of 3 clips read")

    await admin.presses("Start over")
    await page.get_by_role("alertdialog").get_by_role("button", name="Start over").click()
    await admin.sees("Test campaign completed.")
    [campaign] = await rows(database, Campaign, col(Campaign.is_test))
    assert (campaign.status, campaign.spent) == (CampaignStatus.COMPLETED, 0)


async def test_the_books_are_right_in_the_end(server: AppServer) -> None:
    assert audit(server)["findings"] == []
