"""Mail in a browser: an address is verified, a forgotten password becomes a new one, and no secret
is left behind.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, WebSocket, expect

from tests.e2e.people import PASSWORD, SLOW, Clipper, swivi
from tests.mailbox import LINK, Mailbox
from tests.servers import AppServer, free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")

EMAIL = "casey@swivi.test"
NEW = "a new horse battery"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox(free_port())
    controller = box.served()
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def server(start_server: Callable[..., AppServer], mailbox: Mailbox, tmp_path: Path) -> AppServer:
    return start_server(
        DATABASE_URL=f"sqlite:///{tmp_path}/swivi.db",
        SMTP_HOST="127.0.0.1",
        SMTP_PORT=str(mailbox.port),
        SMTP_ENCRYPTION="off",
        SMTP_FROM="Swivi <hello@swivi.test>",
    )


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(browser: Browser) -> AsyncIterator[Page]:
    """Another browser of the same person."""
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


def everything_of(page: Page) -> list[str]:
    """All that goes through the page's websockets from now on, and every address it asks for."""
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: heard.append(str(frame)))
        socket.on("framereceived", lambda frame: heard.append(str(frame)))

    page.on("websocket", listen)
    page.on(
        "request", lambda request: heard.append(f"{request.url} {request.headers.get('referer')}")
    )
    return heard


def arrived(mailbox: Mailbox) -> tuple[EmailMessage, str, str]:
    """The next mail: itself, what it is for, and its link's secret."""
    assert mailbox.arrived.wait(20)
    mailbox.arrived.clear()
    found = LINK.search(mailbox.got[-1].get_content())
    assert found
    return mailbox.got[-1], found[1], found[2]


async def test_an_address_is_verified_and_a_forgotten_password_renewed(
    server: AppServer, mailbox: Mailbox, page: Page, elsewhere: Page
) -> None:
    heard, secrets = everything_of(page), []
    clipper, again = Clipper(page, server), Clipper(elsewhere, server)
    await clipper.opens("/signup")
    await page.get_by_label("Name").fill("Casey Clipper")
    await clipper.signs_with(EMAIL, "Start clipping")
    await clipper.sees("We sent you a mail.")
    mail, kind, secret = arrived(mailbox)
    secrets.append(secret)
    assert (mail["To"], kind) == (EMAIL, "verify")
    await clipper.opens(f"/verify#{secret}")
    assert secret not in page.url
    await page.get_by_label("Password").fill("not the one of the sign-up")
    await clipper.presses("Verify address")
    await clipper.sees("This is not your present password.")
    await page.get_by_label("Password").fill(PASSWORD)
    await clipper.presses("Verify address")
    await clipper.sees("Your email address is verified.")
    await clipper.signs_in(EMAIL)
    await page.wait_for_url("**/clippers/dashboard**", timeout=SLOW)
    await clipper.opens("/clippers/profile")
    await expect(page.get_by_label("Email").first).to_be_visible(timeout=SLOW)
    await expect(page.get_by_text("before your first payout")).to_have_count(0)

    await again.opens("/login")
    await again.page.get_by_role("link", name="Forgot your password?").click()
    await again.page.wait_for_url("**/forgot**", timeout=SLOW)
    await expect(elsewhere.locator("main[aria-busy=false]")).to_be_visible(timeout=SLOW)
    await again.page.get_by_label("Email").fill(EMAIL)
    await again.presses("Send me a link")
    await again.sees("we sent it a link")
    mail, kind, secret = arrived(mailbox)
    secrets.append(secret)
    assert (mail["To"], kind) == (EMAIL, "reset")

    heard_again = everything_of(elsewhere)
    await again.opens(f"/reset#{secret}")
    assert secret not in elsewhere.url
    await _chooses(again, "password")
    await again.sees("too easy to guess")
    await _chooses(again, NEW)
    await again.sees("Your new password is saved.")
    await again.page.get_by_label("Email").fill(EMAIL)
    await again.page.get_by_label("Password").fill(NEW)
    await again.presses("Sign in")
    await again.page.wait_for_url("**/clippers/dashboard**", timeout=SLOW)

    await page.wait_for_url("**/login**", timeout=SLOW)  # where they had been signed in before
    told = "".join([*heard, *heard_again, server.log.read_text()])
    assert [secret for secret in secrets if secret in told] == []
    audited = swivi(server, "audit", "--json")
    assert '"clean": true' in audited


async def _chooses(clipper: Clipper, password: str) -> None:
    await clipper.page.get_by_label("New password", exact=True).fill(password)
    await clipper.page.get_by_label("New password, again").fill(password)
    await clipper.presses("Save password")
