"""What a clipper does on their own pages, in the browser: each action changes what the next page
says.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from swivi.core.db import Database
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.demo_emails import DEMO_CLIPPER_EMAIL, DEMO_DOMAIN
from swivi.domain.accounts.models import User
from swivi.domain.accounts.sessions import SESSION_COOKIE, open_session
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from tests.e2e.people import PASSWORD, SLOW, Clipper
from tests.factories import tiktok
from tests.servers import AppServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEW_PASSWORD = "battery horse correct"
RICH = f"oliver@{DEMO_DOMAIN}"
"""A demo clipper with enough to be paid, whom no other test asks for."""

_numbers = count(1)

TabOf = Callable[[User], Awaitable[Clipper]]


@pytest_asyncio.fixture(loop_scope="session")
async def database(demo_server: AppServer) -> AsyncIterator[Database]:
    """The demo's database, beside the server."""
    opened = Database(demo_server.environment["DATABASE_URL"])
    yield opened
    await opened.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def casey(database: Database) -> User:
    """A clipper who has just signed up."""
    who = await accounts.newcomer(
        email=f"casey{next(_numbers)}@swivi.test", password=PASSWORD, name="Casey New"
    )
    async with database.writing() as session:
        return await accounts.sign_up(session, who)


@pytest_asyncio.fixture(loop_scope="session")
async def tab_of(
    browser: Browser, demo_server: AppServer, database: Database
) -> AsyncIterator[TabOf]:
    """`await tab_of(user)` is a browser of its own, signed in as that user."""
    contexts = []

    async def open_tab(user: User) -> Clipper:
        context = await browser.new_context()
        contexts.append(context)
        async with database.writing() as session:
            token = await open_session(
                session, user.id, user_agent="Mozilla/5.0 (iPhone) Safari/605"
            )
        await context.add_cookies(
            [{"name": SESSION_COOKIE, "value": token, "url": demo_server.url}]
        )
        return Clipper(await context.new_page(), demo_server)

    yield open_tab
    for context in contexts:
        await context.close()


async def demo_user(database: Database, email: str) -> User:
    async with database.reading() as session:
        return await accounts.by_email(session, email)


def part(page: Page, title: str) -> Locator:
    """The panel of that title."""
    return page.locator("section.panel").filter(
        has=page.get_by_role("heading", name=title, exact=True)
    )


async def shows(place: Page | Locator, text: str) -> None:
    await expect(place.get_by_text(text).first).to_be_visible(timeout=SLOW)


async def is_at(page: Page, path: str) -> None:
    await page.wait_for_url(re.compile(path), timeout=SLOW)


async def test_a_newcomer_is_led_to_the_first_submission_and_then_left_alone(
    casey: User, tab_of: TabOf
) -> None:
    tab = await tab_of(casey)
    await tab.opens("/clippers/dashboard")
    steps = part(tab.page, "Your first clip, in three steps")
    await expect(steps.get_by_role("article")).to_have_count(3)

    await steps.get_by_role("button", name="Submit a clip").click()
    dialog = tab.page.get_by_role("dialog")
    await dialog.get_by_label("Campaign").select_option(label="Summer Vibes")
    await dialog.get_by_label("Link to your clip").fill(tiktok(4_001).canonical_url)
    await dialog.get_by_role("button", name="Submit clip").click()
    await shows(dialog, "Clip submitted")
    await tab.closes_dialog()

    await expect(steps).to_have_count(0)
    await expect(tab.page.get_by_role("region", name="Recent clips")).to_be_visible(timeout=SLOW)


async def test_a_guest_signs_up_and_comes_back_to_the_very_campaign(
    page: Page, demo_server: AppServer
) -> None:
    guest = Clipper(page, demo_server)
    await guest.opens("/campaigns/2")
    await page.get_by_role("link", name="Submit a clip").click()
    await is_at(page, "/signup")
    await expect(page.locator("input[name=next]")).to_have_value(
        "/clippers/campaigns/2?submit=2", timeout=SLOW
    )
    await page.get_by_label("Name").fill("Gil Guest")
    await guest.signs_with(f"gil{next(_numbers)}@swivi.test", "Start clipping")

    await is_at(page, r"/clippers/campaigns/2")
    await expect(page.get_by_role("dialog").get_by_label("Campaign")).to_have_value(
        "2", timeout=SLOW
    )


async def test_campaigns_are_sorted_and_filtered_in_the_address_and_back_leads_back(
    casey: User, tab_of: TabOf
) -> None:
    tab = await tab_of(casey)
    await tab.opens("/clippers/campaigns")
    first = tab.page.get_by_role("article").first
    await tab.page.get_by_label("Sort").select_option("rate")
    await is_at(tab.page, "sort=rate")
    await expect(first).to_contain_text("$3.00", timeout=SLOW)

    await (
        tab.page.get_by_role("navigation", name="Platform")
        .get_by_role("link", name="YouTube")
        .click()
    )
    await is_at(tab.page, "platform=youtube&sort=rate")
    await expect(
        tab.page.get_by_role("article").filter(has_text="Say It in Ten Seconds")
    ).to_have_count(0)
    await tab.page.go_back()
    await expect(
        tab.page.get_by_role("article").filter(has_text="Say It in Ten Seconds")
    ).to_be_visible(timeout=SLOW)
    await expect(tab.page.get_by_label("Sort")).to_have_value("rate")


async def test_a_campaigns_page_says_terms_and_top_clips_and_takes_a_clip(
    casey: User, tab_of: TabOf
) -> None:
    tab = await tab_of(casey)
    await tab.opens("/clippers/campaigns/4")
    await shows(part(tab.page, "Earnings"), "All your clips together earn at most $2,000.00.")
    await shows(part(tab.page, "Brief"), "Subtitles burned in")
    await expect(part(tab.page, "Top clips").get_by_role("link").first).to_be_visible()

    await tab.submits("Founders, Unfiltered", tiktok(4_002).canonical_url)
    await shows(tab.page.get_by_role("dialog"), "Clip submitted")
    await tab.closes_dialog()
    await expect(part(tab.page, "Your clips in this campaign")).to_be_visible(timeout=SLOW)


async def test_a_clips_page_says_why_and_lists_every_reading(
    database: Database, tab_of: TabOf
) -> None:
    tab = await tab_of(await demo_user(database, DEMO_CLIPPER_EMAIL))
    await tab.opens("/clippers/clips/1")

    await shows(tab.page.get_by_role("list", name="Why"), "are worth")
    readings = tab.page.get_by_role("region", name="Readings")
    await expect(readings.get_by_role("row").filter(has_text="Read").first).to_be_visible()
    await expect(tab.page.get_by_role("figure").first).to_be_visible()


async def test_a_name_is_changed_and_a_bad_one_stays_in_the_field(
    casey: User, tab_of: TabOf
) -> None:
    tab = await tab_of(casey)
    await tab.opens("/clippers/profile")
    you = part(tab.page, "You")
    await you.get_by_label("Name").fill("x" * 200)
    await you.get_by_role("button", name="Save name").click()
    await shows(you, "Enter a name of 1 to 80 characters.")
    await expect(you.get_by_label("Name")).to_have_value("x" * 200)

    await you.get_by_label("Name").fill("Casey Star")
    await you.get_by_role("button", name="Save name").click()
    await shows(tab.page, "Your name is now Casey Star.")
    await tab.page.get_by_role("button", name="Account", exact=True).click()
    await shows(tab.page.locator("#account-menu"), "Casey Star")


async def test_a_new_password_signs_the_other_browser_out_before_its_eyes(
    casey: User, tab_of: TabOf, page: Page, demo_server: AppServer
) -> None:
    here, elsewhere = await tab_of(casey), await tab_of(casey)
    await elsewhere.opens("/clippers/dashboard")
    await here.opens("/clippers/profile")
    form = part(here.page, "Password")
    for present, new, repeated, said in (
        ("not it", NEW_PASSWORD, NEW_PASSWORD, "This is not your present password."),
        (PASSWORD, NEW_PASSWORD, "another", "The passwords do not match."),
        (PASSWORD, NEW_PASSWORD, NEW_PASSWORD, ""),
    ):
        await form.get_by_label("Present password").fill(present)
        await form.get_by_label("New password", exact=True).fill(new)
        await form.get_by_label("New password, again").fill(repeated)
        await form.get_by_role("button", name="Change password").click()
        await shows(here.page, said or "Password changed. You are signed out everywhere else.")
    await expect(form.get_by_label("Present password")).to_have_value("")

    await is_at(elsewhere.page, "/login")
    await shows(elsewhere.page, "You were signed out. Sign in again to continue.")
    await here.opens("/clippers/clips")
    await Clipper(page, demo_server).opens("/login")
    await page.get_by_label("Email").fill(casey.email)
    await page.get_by_label("Password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await is_at(page, "/clippers/dashboard")


async def test_accounts_are_linked_and_unlinked(casey: User, tab_of: TabOf) -> None:
    tab = await tab_of(casey)
    await tab.opens("/clippers/profile")
    accounts_part = part(tab.page, "Linked accounts")
    await accounts_part.get_by_label("Platform").select_option("youtube")
    await accounts_part.get_by_label("Account name").fill("not a name")
    await accounts_part.get_by_role("button", name="Link account").click()
    await shows(accounts_part, "Enter your YouTube name")
    await expect(accounts_part.get_by_label("Account name")).to_have_value("not a name")

    await accounts_part.get_by_label("Account name").fill("https://www.youtube.com/@Casey.Cuts")
    await accounts_part.get_by_role("button", name="Link account").click()
    linked = accounts_part.get_by_role("list", name="Linked accounts")
    await shows(linked, "@casey.cuts")
    await expect(accounts_part.get_by_label("Account name")).to_have_value("")

    await accounts_part.get_by_role("button", name="Remove @casey.cuts").click()
    await shows(accounts_part, "None yet.")


async def test_another_browser_is_signed_out_and_then_all_of_them(
    casey: User, tab_of: TabOf
) -> None:
    here, elsewhere = await tab_of(casey), await tab_of(casey)
    await elsewhere.opens("/clippers/payouts")
    await here.opens("/clippers/profile")
    browsers = here.page.get_by_role("region", name="Where you are signed in")
    await expect(browsers.get_by_text("This browser")).to_have_count(1)
    await browsers.get_by_role("button", name="Sign out Safari on iPhone").click()
    await is_at(elsewhere.page, "/login")
    await expect(browsers.get_by_role("button")).to_have_count(0, timeout=SLOW)

    await here.presses("Sign out everywhere")
    await (
        here.page.get_by_role("alertdialog")
        .get_by_role("button", name="Sign out everywhere")
        .click()
    )
    await is_at(here.page, "/login")
    await here.page.goto(here.server.url + "/clippers/profile")
    await is_at(here.page, "/login")


async def test_payout_details_are_kept_and_the_request_has_a_receipt(
    database: Database, tab_of: TabOf
) -> None:
    tab = await tab_of(await demo_user(database, RICH))
    await tab.opens("/clippers/profile")
    kept = part(tab.page, "Payout details")
    await kept.get_by_label("Method").select_option("wise")
    email = kept.get_by_label("Wise email")
    await email.fill("oliver")
    await email.blur()
    await shows(kept, "Enter an email address, like you@example.com.")
    await email.fill("oliver@wise.test")
    await kept.get_by_role("button", name="Continue").click()
    await shows(kept, "oliver@wise.test")
    await kept.get_by_role("button", name="Save payout details").click()
    await shows(tab.page, "Payout details saved.")

    await tab.opens("/clippers/payouts")
    await tab.presses("Request payout")
    dialog = tab.page.get_by_role("dialog")
    await expect(dialog.get_by_label("Method")).to_have_value("wise")
    await expect(dialog.get_by_label("Wise email")).to_have_value("oliver@wise.test")
    await dialog.get_by_label("Amount").fill("20")
    await dialog.get_by_role("button", name="Continue").click()
    await expect(dialog.locator("strong", has_text="You receive $20.00.")).to_be_visible(
        timeout=SLOW
    )
    await dialog.get_by_role("button", name="Request payout").click()
    history = tab.page.get_by_role("region", name="Payout requests")
    await history.get_by_role("row").filter(has_text="Pending").get_by_role("link").click()

    await is_at(tab.page, r"/clippers/payouts/\d+")
    made = part(tab.page, "How this is calculated")
    await shows(made, "oliver@wise.test")
    await shows(made, "$20.00")
    await tab.presses("Cancel")
    await tab.page.get_by_role("alertdialog").get_by_role("button", name="Cancel request").click()
    await shows(tab.page, "You cancelled it. The amount is available again.")


async def test_notifications_are_marked_as_read_and_every_tab_counts_anew(
    database: Database, casey: User, tab_of: TabOf
) -> None:
    here, elsewhere = await tab_of(casey), await tab_of(casey)
    await elsewhere.opens("/clippers/dashboard")
    async with database.writing() as session:
        for number in range(3):
            await notifications.tell(
                session,
                casey.id,
                NotificationKind.PAYOUT_APPROVED,
                f"News {number}",
                "Read all about it.",
            )
    bell = elsewhere.page.get_by_role("link", name=re.compile("^Notifications"))
    await expect(bell).to_have_accessible_name("Notifications, 3 unread", timeout=SLOW)

    await here.opens("/clippers/notifications?show=unread")
    await here.page.get_by_role("button", name="Mark “News 1” as read").click()
    listed = here.page.get_by_role("list", name="Notifications").get_by_role("listitem")
    await expect(listed).to_have_count(2, timeout=SLOW)
    await expect(bell).to_have_accessible_name("Notifications, 2 unread", timeout=SLOW)
    await here.presses("Mark all as read")
    await shows(here.page, "No notifications")
    await expect(bell).to_have_accessible_name("Notifications", timeout=SLOW)
