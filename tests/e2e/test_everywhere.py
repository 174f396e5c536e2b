"""What holds on every page: roles, forms, double clicks, addresses, a lost connection, motion,
keyboard.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, WebSocketRoute, expect
from sqlmodel import SQLModel, func, select

from swivi.core.db import Database
from swivi.core.money import Cents, format_dollars
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.demo_emails import DEMO_ADMIN_EMAIL, DEMO_CLIPPER_EMAIL, DEMO_DOMAIN
from swivi.domain.accounts.models import User
from swivi.domain.accounts.sessions import SESSION_COOKIE, actor_of, open_session
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.models import PayoutRequest
from swivi.domain.payouts.terms import PayoutTerms
from tests.e2e.people import PASSWORD, SLOW, Clipper, Visitor, swivi
from tests.factories import tiktok
from tests.servers import AppServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

BALANCE = ".hero .live-money > span[aria-hidden]"
WATCH_BALANCE = """selector => {
    const element = document.querySelector(selector);
    window.written = [];
    new MutationObserver(() => window.written.push(element.textContent))
        .observe(element, { childList: true });
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def database(demo_server: AppServer) -> AsyncIterator[Database]:
    """The demo's database, beside the server."""
    opened = Database(demo_server.environment["DATABASE_URL"])
    yield opened
    await opened.dispose()


WATCH_RETURN = """() => {
    const main = document.querySelector("main");
    let gone = false;
    window.isBack = new Promise(done => new MutationObserver(() => {
        gone ||= main.ariaBusy === "true";
        if (gone && main.ariaBusy === "false") done(true);
    }).observe(main, { attributeFilter: ["aria-busy"] }));
}"""
"""`window.isBack` is kept once the page has been told its state anew by a server that had lost it.
"""

IS_THERE = '"is_hydrated_rx_state_":true'
"""In the message that says that the page's state is all told."""

FOCUS_IS_SEEN = """() => {
    const seen = element => getComputedStyle(element).outlineStyle !== "none";
    const focused = document.activeElement;
    const around = [focused, focused.closest("tr"), focused.closest(".tile")].filter(Boolean);
    return focused === document.body || around.some(seen);
}"""
"""The focused element, or the row or tile that it is the link of, has an outline."""

TabOf = Callable[..., Awaitable[Clipper]]


@pytest_asyncio.fixture(loop_scope="session")
async def tab_of(
    browser: Browser, demo_server: AppServer, database: Database
) -> AsyncIterator[TabOf]:
    """`await tab_of(email)` is a signed-in tab of that person; options are those of a browser
    context.
    """
    contexts = []

    async def open_tab(email: str, **options: object) -> Clipper:
        context = await browser.new_context(**options)
        contexts.append(context)
        async with database.writing() as session:
            token = await open_session(session, (await accounts.by_email(session, email)).id)
        await context.add_cookies(
            [{"name": SESSION_COOKIE, "value": token, "url": demo_server.url}]
        )
        return Clipper(await context.new_page(), demo_server)

    yield open_tab
    for context in contexts:
        await context.close()


def demo(name: str) -> str:
    """A demo clipper's address; each test that moves money takes another."""
    return f"{name}@{DEMO_DOMAIN}"


async def person(database: Database, email: str) -> User:
    async with database.reading() as session:
        return await accounts.by_email(session, email)


async def number_of(database: Database, table: type[SQLModel], *conditions: object) -> int:
    async with database.reading() as session:
        return (
            await session.exec(select(func.count()).select_from(table).where(*conditions))
        ).one()


async def ask_for_payout(database: Database, email: str, dollars: str) -> Cents:
    """The clipper asks elsewhere; what is left available, in cents."""
    user = await person(database, email)
    async with database.writing() as session:
        await payouts.request(
            session,
            actor_of(user),
            amount=dollars,
            method="paypal",
            details=email,
            terms=PayoutTerms(100),
        )
    return (await person(database, email)).available


# --- roles ----------------------------------------------------------------------------------------


async def test_a_guest_signs_in_and_is_where_they_wanted_to_be(
    demo_server: AppServer, page: Page
) -> None:
    swivi(
        demo_server,
        "create-admin",
        "ada@swivi.test",
        "--name",
        "Ada",
        "--password-stdin",
        typed=PASSWORD,
    )
    guest = Visitor(page, demo_server)
    await guest.page.goto(f"{demo_server.url}/admin/payouts?status=completed")
    await guest.page.wait_for_url(re.compile("/login"), timeout=SLOW)
    await guest.signs_with("ada@swivi.test", "Sign in")
    await guest.page.wait_for_url(re.compile(r"/admin/payouts/?\?status=completed"), timeout=SLOW)
    await expect(page.get_by_role("link", name="Completed")).to_have_attribute(
        "aria-current", "page", timeout=SLOW
    )


async def test_the_other_roles_page_says_that_it_is_not_for_you(tab_of: TabOf) -> None:
    clipper, admin = await tab_of(DEMO_CLIPPER_EMAIL), await tab_of(DEMO_ADMIN_EMAIL)
    for visitor, address in ((clipper, "/admin/users"), (admin, "/clippers/payouts")):
        await visitor.opens(address)
        heading = visitor.page.get_by_role("heading", name="This page is not for this account")
        await expect(heading).to_be_visible(timeout=SLOW)


async def test_who_signed_out_in_one_tab_is_signed_out_in_the_other_at_once(tab_of: TabOf) -> None:
    here = await tab_of(demo("malik"))
    there = Clipper(await here.page.context.new_page(), here.server)
    await here.opens("/clippers/dashboard")
    await there.opens("/clippers/clips")
    await here.presses("Account")
    await here.presses("Sign out")
    await here.page.wait_for_url(here.server.url + "/")
    await there.page.wait_for_url(re.compile("/login"), timeout=SLOW)


async def test_a_campaigns_page_says_what_each_platform_pays(tab_of: TabOf) -> None:
    visitor = await tab_of(DEMO_CLIPPER_EMAIL)
    await visitor.opens("/clippers/campaigns/4")
    for platform, pays in (("TikTok", "$1.00"), ("YouTube", "$1.40")):
        line = visitor.page.locator(".breakdown-line").filter(has_text=platform)
        await expect(line).to_contain_text(pays, timeout=SLOW)


# --- forms ----------------------------------------------------------------------------------------


def carried_on(page: Page) -> Locator:
    """Where the form with the password leads; the demo's doors beside it carry it too."""
    return (
        page.locator("form").filter(has=page.get_by_label("Password")).locator("input[name=next]")
    )


async def test_a_refused_sign_in_keeps_the_email_and_says_why(
    demo_server: AppServer, page: Page
) -> None:
    guest = Visitor(page, demo_server)
    await guest.opens("/login?next=/clippers/clips")
    await guest.signs_with("nobody@swivi.test", "Sign in")
    await expect(page.get_by_role("alert").filter(has_text=re.compile(r"\w"))).to_be_visible(
        timeout=SLOW
    )
    await expect(page.get_by_label("Email")).to_have_value("nobody@swivi.test")
    await expect(carried_on(page)).to_have_value("/clippers/clips")


async def test_a_refused_link_stays_in_the_form_with_its_error_beside_it(tab_of: TabOf) -> None:
    clipper = await tab_of(demo("zoe"))
    await clipper.opens("/clippers/dashboard")
    await clipper.submits("Summer Vibes", "https://example.com/not-a-clip")
    link = clipper.page.get_by_role("dialog").get_by_label("Link to your clip")
    await expect(link).to_have_attribute("aria-invalid", "true", timeout=SLOW)
    await expect(link).to_have_value("https://example.com/not-a-clip")


async def test_a_refused_payout_keeps_what_was_typed(tab_of: TabOf) -> None:
    clipper = await tab_of(demo("zoe"))
    await clipper.opens("/clippers/payouts")
    await clipper.asks_for("999999")
    dialog = clipper.page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert").filter(has_text="available")).to_be_visible(
        timeout=SLOW
    )
    await expect(dialog.get_by_label("Amount")).to_have_value("999999")
    await expect(dialog.get_by_label("PayPal email")).to_have_value("casey@paypal.test")


async def test_a_refused_campaign_keeps_what_was_typed(tab_of: TabOf) -> None:
    admin = await tab_of(DEMO_ADMIN_EMAIL)
    await admin.opens("/admin/campaigns/new")
    await admin.page.get_by_label("Title").fill("Half a campaign")
    await admin.page.get_by_label("Budget", exact=True).fill("a lot")
    await admin.presses("Create campaign")
    budget = admin.page.get_by_label("Budget", exact=True)
    await expect(budget).to_have_attribute("aria-invalid", "true", timeout=SLOW)
    await expect(budget).to_have_value("a lot")
    await expect(admin.page.get_by_label("Title")).to_have_value("Half a campaign")


# --- double clicks --------------------------------------------------------------------------------


async def test_a_double_click_asks_for_one_payout(tab_of: TabOf, database: Database) -> None:
    priya = await person(database, demo("priya"))
    clipper = await tab_of(priya.email)
    await clipper.opens("/clippers/payouts")
    await clipper.presses("Request payout")
    dialog = clipper.page.get_by_role("dialog")
    await dialog.get_by_label("Amount").fill("20.00")
    await dialog.get_by_label("PayPal email").fill("priya@paypal.test")
    await dialog.get_by_role("button", name="Continue").click()
    await dialog.get_by_role("button", name="Request payout").dblclick()
    await clipper.has_balance(format_dollars(priya.available - 20_00))
    await expect(clipper.page.get_by_role("dialog")).to_have_count(0)
    assert await number_of(database, PayoutRequest, PayoutRequest.user_id == priya.id) == 1


async def test_a_double_click_creates_one_campaign(tab_of: TabOf, database: Database) -> None:
    admin = await tab_of(DEMO_ADMIN_EMAIL)
    await admin.opens("/admin/campaigns/new")
    for label, text in (
        ("Title", "Once is enough"),
        ("Budget", "50"),
        ("Pay per 1,000 views", "1"),
    ):
        await admin.page.get_by_label(label, exact=True).fill(text)
    await admin.page.get_by_role("button", name="Create campaign").dblclick()
    await admin.page.wait_for_url(re.compile(r"/admin/campaigns/\d+"), timeout=SLOW)
    assert await number_of(database, Campaign, Campaign.title == "Once is enough") == 1


# --- addresses ------------------------------------------------------------------------------------


async def test_filters_are_in_the_address_and_the_back_button_brings_them_back(
    tab_of: TabOf,
) -> None:
    clipper = await tab_of(DEMO_CLIPPER_EMAIL)
    await clipper.opens("/clippers/clips")
    filters = clipper.page.get_by_role("navigation", name="Status")
    for name in ("Pending", "Rejected"):
        await filters.get_by_role("link", name=name).click()
        await shows_only(clipper.page, name)
    await clipper.page.go_back()
    await shows_only(clipper.page, "Pending")
    await clipper.page.reload()
    await shows_only(clipper.page, "Pending")


async def shows_only(page: Page, status: str) -> None:
    """The address, the chosen filter and every row say this status."""
    await page.wait_for_url(re.compile(f"status={status.lower()}"), timeout=SLOW)
    chosen = page.get_by_role("navigation", name="Status").get_by_role("link", name=status)
    await expect(chosen).to_have_attribute("aria-current", "page", timeout=SLOW)
    rows = page.get_by_role("table", name="Your clips").locator("tbody tr")
    await expect(rows.filter(has_not_text=status)).to_have_count(0, timeout=SLOW)
    await expect(rows.filter(has_text=status).first).to_be_visible(timeout=SLOW)


# --- a lost connection ----------------------------------------------------------------------------


async def test_a_lost_connection_is_said_and_heals_with_right_numbers(
    tab_of: TabOf, database: Database, demo_server: AppServer
) -> None:
    clipper = await tab_of(demo("ines"))
    await clipper.opens("/clippers/payouts")
    banner = clipper.page.get_by_text("Connection lost")
    await expect(banner).to_have_count(0)
    demo_server.kill()
    try:
        await expect(banner).to_be_visible(timeout=SLOW)
        available = await ask_for_payout(database, demo("ines"), "33.33")
    finally:
        demo_server.start()
    await expect(banner).to_have_count(0, timeout=SLOW)
    await clipper.has_balance(format_dollars(available))
    await expect(clipper.page.get_by_role("table").get_by_text("$33.33").first).to_be_visible(
        timeout=SLOW
    )


@pytest.mark.parametrize(
    ("address", "opener", "label", "typed"),
    [
        (
            "/clippers/dashboard",
            "Submit a clip",
            "Link to your clip",
            "https://www.tiktok.com/@ines/video/7",
        ),
        ("/clippers/payouts", "Request payout", "PayPal email", "ines@half-typed.test"),
        ("/clippers/profile", None, "PayPal email", "ines@half-typed.test"),
    ],
)
async def test_what_was_typed_survives_a_lost_connection(
    tab_of: TabOf, demo_server: AppServer, address: str, opener: str | None, label: str, typed: str
) -> None:
    clipper = await tab_of(demo("malik"))
    await clipper.opens(address)
    if opener:
        await clipper.presses(opener)
    field = clipper.page.get_by_label(label)
    await field.fill(typed)
    await clipper.page.evaluate(WATCH_RETURN)
    demo_server.kill()
    try:
        await expect(clipper.page.get_by_text("Connection lost")).to_be_visible(timeout=SLOW)
        await expect(field).to_have_value(typed)
    finally:
        demo_server.start()
    assert await clipper.page.evaluate("window.isBack")
    await expect(field).to_have_value(typed, timeout=SLOW)


async def test_what_was_typed_before_the_page_was_all_there_survives_a_lost_connection(
    tab_of: TabOf, demo_server: AppServer
) -> None:
    clipper = await tab_of(demo("malik"))
    there = await held_back(clipper.page, IS_THERE)
    await clipper.page.goto(f"{demo_server.url}/clippers/dashboard")
    await clipper.presses("Submit a clip")
    field = clipper.page.get_by_label("Link to your clip")
    await field.fill("https://www.tiktok.com/@malik/video/7")
    await expect(clipper.page.locator("main[aria-busy=true]")).to_have_count(1)
    there.set()
    await expect(clipper.page.locator("main[aria-busy=false]")).to_have_count(1, timeout=SLOW)
    await clipper.page.evaluate(WATCH_RETURN)
    demo_server.kill()
    demo_server.start()
    assert await clipper.page.evaluate("window.isBack")
    await expect(field).to_have_value("https://www.tiktok.com/@malik/video/7", timeout=SLOW)


async def held_back(page: Page, words: str) -> asyncio.Event:
    """What the page is told comes at once, but a message with these words only once the event is
    set.
    """
    let_go = asyncio.Event()

    def connect(tab: WebSocketRoute) -> None:
        async def tell(message: str | bytes) -> None:
            if words in str(message):
                await let_go.wait()
            tab.send(message)

        server = tab.connect_to_server()
        server.on_message(tell)

    await page.route_web_socket(re.compile("/_event"), connect)
    return let_go


# --- guests ---------------------------------------------------------------------------------------


async def test_the_front_page_counts_a_new_campaign_without_a_reload(
    demo_server: AppServer, database: Database, page: Page
) -> None:
    guest = Visitor(page, demo_server)
    await guest.opens("/")
    number = page.locator(".facts dd").last
    await expect(number).to_have_text(re.compile("^[1-9]"), timeout=SLOW)
    before = int(await number.inner_text())
    admin = await person(database, DEMO_ADMIN_EMAIL)
    terms = {
        "title": "Just opened",
        "platforms": ["tiktok"],
        "budget": "50",
        "payout_rate": "1",
        "status": "ACTIVE",
    }
    async with database.writing() as session:
        opened = await campaigns.create(session, actor_of(admin), terms)
    await expect(number).to_have_text(str(before + 1), timeout=SLOW)
    async with database.writing() as session:
        await campaigns.step(session, actor_of(admin), opened.id, CampaignStatus.PAUSED)


async def test_a_guest_is_not_told_to_be_signed_in(demo_server: AppServer, page: Page) -> None:
    guest = Visitor(page, demo_server)
    await guest.opens("/not-for-you")
    await guest.sees("You are not signed in.")
    await page.get_by_role("main").get_by_role("link", name="Sign in").click()
    await page.wait_for_url(re.compile("/login"), timeout=SLOW)


async def test_who_came_to_run_a_campaign_and_signs_up_as_a_clipper_is_welcome(
    demo_server: AppServer, page: Page
) -> None:
    guest = Visitor(page, demo_server)
    await guest.opens("/")
    await page.get_by_role("link", name="Run a campaign").click()
    await page.get_by_role("link", name="Create an account").click()
    await expect(carried_on(page)).to_have_value("/admin/campaigns", timeout=SLOW)
    await page.get_by_label("Name").fill("Bo Brand")
    await guest.signs_with("bo.brand@swivi.test", "Start clipping")
    await page.wait_for_url(re.compile("/clippers/dashboard"), timeout=SLOW)


# --- money that moves -----------------------------------------------------------------------------


async def test_a_balance_moves_to_its_exact_amount(tab_of: TabOf, database: Database) -> None:
    written = await written_while_asking(await tab_of(demo("hana")), database, demo("hana"))
    assert len(written) > 1


async def test_a_balance_does_not_move_for_those_who_want_no_motion(
    tab_of: TabOf, database: Database
) -> None:
    clipper = await tab_of(demo("mateo"), reduced_motion="reduce")
    written = await written_while_asking(clipper, database, demo("mateo"))
    assert len(written) == 1


async def written_while_asking(clipper: Clipper, database: Database, email: str) -> list[str]:
    """Everything the balance said while a payout was asked for elsewhere; it ended on the exact
    amount.
    """
    await clipper.opens("/clippers/dashboard")
    await clipper.has_balance(format_dollars((await person(database, email)).available))
    await clipper.page.evaluate(WATCH_BALANCE, BALANCE)
    exact = format_dollars(await ask_for_payout(database, email, "21.37"))
    await expect(clipper.page.locator(BALANCE)).to_have_text(exact, timeout=SLOW)
    await expect(clipper.page.locator(f"{BALANCE}[data-moving]")).to_have_count(0)
    written: list[str] = await clipper.page.evaluate("window.written")
    assert written[-1] == exact
    return written


# --- keyboard -------------------------------------------------------------------------------------


async def test_the_first_tab_stop_skips_to_the_content(tab_of: TabOf) -> None:
    clipper = await tab_of(DEMO_CLIPPER_EMAIL)
    await clipper.opens("/clippers/dashboard")
    keyboard = clipper.page.keyboard
    await keyboard.press("Tab")
    await expect(clipper.page.get_by_role("link", name="Skip to content")).to_be_focused()
    await keyboard.press("Enter")
    await keyboard.press("Tab")
    await expect(clipper.page.locator("main :focus")).to_have_count(1)


@pytest.mark.parametrize(
    ("email", "address", "opener"),
    [
        (DEMO_CLIPPER_EMAIL, "/clippers/dashboard", "Submit a clip"),
        (DEMO_CLIPPER_EMAIL, "/clippers/payouts", "Request payout"),
        (DEMO_ADMIN_EMAIL, "/admin/users", "Change Casey Rivera"),
    ],
)
async def test_a_dialog_keeps_the_focus_and_gives_it_back(
    tab_of: TabOf, email: str, address: str, opener: str
) -> None:
    visitor = await tab_of(email, reduced_motion="reduce")
    await visitor.opens(address)
    button = visitor.page.get_by_role("button", name=opener, exact=True).first
    await button.press("Enter")
    dialog = visitor.page.get_by_role("dialog")
    await expect(dialog).to_be_visible(timeout=SLOW)
    found = await Axe().run(visitor.page)
    assert [
        one["id"]
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ] == []
    stops = await dialog.locator("button, input, select, textarea").count()
    for _ in range(stops + 1):
        await visitor.page.keyboard.press("Tab")
        await expect(dialog.locator(":focus")).to_have_count(1)
    await visitor.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(button).to_be_focused()


async def test_a_clipper_submits_and_asks_for_money_without_a_mouse(tab_of: TabOf) -> None:
    clipper = await tab_of(demo("malik"), reduced_motion="reduce")
    page, keyboard = clipper.page, clipper.page.keyboard
    await clipper.opens("/clippers/campaigns")
    await tabs_to(page, page.get_by_role("link", name="Summer Vibes"))
    await keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/clippers/campaigns/\d+"), timeout=SLOW)
    await expect(page.locator("main[aria-busy=false]")).to_be_visible(timeout=SLOW)
    await tabs_to(page, page.get_by_role("button", name="Submit a clip"))
    await keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await tabs_to(page, dialog.get_by_label("Link to your clip"))
    await keyboard.type(tiktok(4_711).canonical_url)
    await keyboard.press("Enter")
    await tabs_to(page, dialog.get_by_role("button", name="Done"))
    await keyboard.press("Enter")
    await expect(dialog).to_have_count(0, timeout=SLOW)

    await tabs_to(page, page.get_by_role("link", name="Payouts"))
    await keyboard.press("Enter")
    await page.wait_for_url(re.compile("/clippers/payouts"), timeout=SLOW)
    await expect(page.locator("main[aria-busy=false]")).to_be_visible(timeout=SLOW)
    await tabs_to(page, page.get_by_role("button", name="Request payout"))
    await keyboard.press("Enter")
    await tabs_to(page, dialog.get_by_label("PayPal email"))
    await keyboard.type("malik@paypal.test")
    await tabs_to(page, dialog.get_by_role("button", name="Continue"))
    await keyboard.press("Enter")
    await tabs_to(page, dialog.get_by_role("button", name="Request payout"))
    await keyboard.press("Enter")
    await expect(dialog).to_have_count(0, timeout=SLOW)
    await tabs_to(page, page.get_by_role("button", name="Cancel"))
    await keyboard.press("Enter")
    await tabs_to(
        page, page.get_by_role("alertdialog").get_by_role("button", name="Cancel request")
    )
    await keyboard.press("Enter")
    await clipper.sees("Cancelled")


MOST_STOPS = 60


async def tabs_to(page: Page, target: Locator) -> None:
    """Presses Tab until the target has the focus, which must be seen: every stop on the way has an
    outline.
    """
    await expect(target.first).to_be_visible(timeout=SLOW)
    for _ in range(MOST_STOPS):
        if await target.first.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
        assert await page.evaluate(FOCUS_IS_SEEN), await page.evaluate(
            "document.activeElement.outerHTML"
        )
    raise AssertionError(f"{target} cannot be reached with Tab")
