"""API tokens on the profile: made and shown once, used by a program, seen to be used, revoked."""

import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.people import SLOW, Visitor
from tests.e2e.test_accessibility import FITS, REFUSED_BY_AXE
from tests.servers import AppServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS = (360, 1440)


@pytest_asyncio.fixture(loop_scope="session")
async def tab(browser: Browser, demo_server: AppServer, page: Page) -> Visitor:
    """The demo's clipper on their profile, in a browser that lets pages read what was copied."""
    await page.context.grant_permissions(
        ["clipboard-read", "clipboard-write"], origin=demo_server.url
    )
    visitor = Visitor(page, demo_server)
    await visitor.enters_demo("clipper")
    await visitor.opens("/clippers/profile")
    return visitor


def tokens(tab: Visitor) -> Locator:
    return tab.page.get_by_role("region", name="API tokens").first


async def makes(tab: Visitor, name: str, scope: str) -> str:
    """Makes a token on the page; returns what was copied."""
    await tab.presses("New token")
    dialog = tab.page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_label("Access").select_option(label=scope)
    await dialog.get_by_label("Expires after").select_option(label="7 days")
    await dialog.get_by_role("button", name="Make token").click()
    await dialog.get_by_role("button", name="Copy the token").click(timeout=SLOW)
    copied: str = await tab.page.evaluate("navigator.clipboard.readText()")
    await expect(dialog.get_by_text(copied)).to_be_visible()
    await dialog.get_by_role("button", name="Done").click()
    await expect(dialog).to_have_count(0)
    return copied


async def asks(tab: Visitor, method: str, path: str, token: str) -> int:
    """What the API answers a program with this token."""
    async with httpx.AsyncClient(base_url=f"{tab.server.url}/api") as http:
        answer = await http.request(method, path, headers={"Authorization": f"Bearer {token}"})
        return answer.status_code


async def test_a_token_is_shown_once_used_and_revoked(tab: Visitor) -> None:
    token = await makes(tab, "Nightly report", "Read and write")
    row = tokens(tab).get_by_role("row").filter(has_text="Nightly report")
    await expect(row).to_contain_text("Read and write", timeout=SLOW)
    await expect(row).to_contain_text("Never")
    assert token not in await tab.page.content()

    assert await asks(tab, "POST", "/clippers/notifications/read", token) == 204
    await tab.opens("/clippers/profile")
    await expect(row).not_to_contain_text("Never", timeout=SLOW)

    await row.get_by_role("button", name="Revoke Nightly report").click()
    await (
        tab.page.get_by_role("alertdialog").get_by_role("button", name="Revoke", exact=True).click()
    )
    await expect(row).to_have_count(0, timeout=SLOW)
    assert await asks(tab, "GET", "/clippers/notifications", token) == 401


async def test_a_token_that_only_reads_changes_nothing(tab: Visitor) -> None:
    token = await makes(tab, "Wall display", "Read only")
    assert await asks(tab, "GET", "/clippers/notifications", token) == 200
    assert await asks(tab, "POST", "/clippers/notifications/read", token) == 403


async def test_a_token_needs_a_name_and_the_dialog_says_so(tab: Visitor) -> None:
    await tab.presses("New token")
    dialog = tab.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Make token").click()
    await expect(dialog.get_by_text("Name what will use the token")).to_be_visible(timeout=SLOW)
    await tab.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_dialog_is_for_everybody(tab: Visitor, width: int) -> None:
    page = tab.page
    await page.emulate_media(reduced_motion="reduce")
    await page.set_viewport_size({"width": width, "height": 800})
    await tab.presses("New token")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Name")).to_be_visible()
    problems = await problems_of(page)
    await dialog.get_by_label("Name").fill("A" * 60)
    await dialog.get_by_role("button", name="Make token").click()
    await expect(dialog.get_by_role("button", name="Copy the token")).to_be_visible(timeout=SLOW)
    problems += await problems_of(page)
    await dialog.get_by_role("button", name="Done").click()
    await expect(dialog).to_have_count(0)
    await expect(tokens(tab).get_by_role("row").filter(has_text="A" * 60).first).to_be_visible(
        timeout=SLOW
    )
    assert problems + await problems_of(page) == []


async def problems_of(page: Page) -> list[str]:
    """What is wrong with what is shown."""
    found = await Axe().run(page)
    wrong = [
        violation["id"]
        for violation in found.response["violations"]
        if violation["impact"] in REFUSED_BY_AXE
    ]
    return wrong if await page.evaluate(FITS) else [*wrong, "it is wider than the window"]
