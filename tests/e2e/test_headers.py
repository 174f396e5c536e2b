"""What every answer tells browsers, and that a page runs no script that somebody managed to write
into it.
"""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.people import Visitor
from tests.servers import AppServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

WRITTEN_IN = """() => {
    window.refused = []
    document.addEventListener("securitypolicyviolation",
        event => window.refused.push(event.violatedDirective))
    document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = 1'>")
    document.body.append(Object.assign(document.createElement("script"),
        {textContent: "window.ran = 2"}))
    document.body.append(Object.assign(document.createElement("script"), {src: "https://evil.test/ran.js"}))
    document.body.append(Object.assign(document.createElement("iframe"), {src: "https://evil.test/"}))
    document.body.append(Object.assign(document.createElement("base"), {href: "https://evil.test/"}))
}"""

LATER = """() => {
    setTimeout(() => { try { window.answer = eval("1 + 1") }
        catch (refused) { window.answer = refused.name } })
}"""


async def get(server: AppServer, path: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(server.url + path)


PATHS = (
    "/",
    "/login/",
    "/campaigns/1",
    "/admin/users/1",
    "/no-such-page",
    "/swivi.css",
    "/api/health",
    "/api/docs",
)


@pytest.mark.parametrize("path", PATHS)
async def test_an_answer_says_what_may_be_done_with_it(demo_server: AppServer, path: str) -> None:
    headers = (await get(demo_server, path)).headers
    policy = headers["content-security-policy"]
    scripts = re.findall(r"script-src ([^;]*)", policy)
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert not any("unsafe" in script or "*" in script or "http" in script for script in scripts)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in headers  # this one is reached by http


async def test_what_is_no_page_may_do_nothing(demo_server: AppServer) -> None:
    assert (
        "script-src"
        not in (await get(demo_server, "/api/health")).headers["content-security-policy"]
    )


async def test_behind_https_browsers_are_told_to_stay_there(
    start_server: Callable[..., AppServer],
) -> None:
    server = start_server(SWIVI_PUBLIC_URL="https://swivi.test", SWIVI_TRUSTED_PROXY_HOPS="1")
    for path in ("/", "/api/health", "/auth/sign-in"):
        assert "max-age=" in (await get(server, path)).headers["strict-transport-security"], path


async def test_a_page_that_the_browser_has_already_keeps_its_policy(
    page: Page, demo_server: AppServer
) -> None:
    visitor = Visitor(page, demo_server)
    for path in ("/", "/login/", "/", "/login/"):
        await visitor.opens(path)


async def test_a_script_written_into_a_page_does_not_run(
    page: Page, demo_server: AppServer
) -> None:
    await Visitor(page, demo_server).opens("/")
    await page.evaluate(WRITTEN_IN)
    await page.wait_for_function("() => window.refused.length >= 5")
    refused = {
        directive.removesuffix("-elem").removesuffix("-attr")
        for directive in await page.evaluate("refused")
    }
    assert refused == {"script-src", "frame-src", "base-uri"}
    assert await page.evaluate("() => window.ran") is None


async def test_a_page_cannot_turn_text_into_a_script(page: Page, demo_server: AppServer) -> None:
    await Visitor(page, demo_server).opens("/")
    await page.evaluate(LATER)  # what `evaluate` does itself, the browser allows
    await page.wait_for_function("() => window.answer")
    assert await page.evaluate("() => window.answer") == "EvalError"


async def test_what_pages_do_themselves_goes_on(page: Page, demo_server: AppServer) -> None:
    visitor = Visitor(page, demo_server)
    await visitor.enters_demo("clipper")
    await visitor.opens("/clippers/payouts")
    paid = page.get_by_role("row").filter(has_text="Completed")
    await paid.get_by_role("link").first.click()
    await page.evaluate("() => { window.print = () => { window.printed = true } }")
    await page.get_by_role("button", name="Print").click()
    await page.wait_for_function("() => window.printed")
    await page.get_by_role("button", name="Copy the transaction id").click()
    await expect(page.get_by_text("copied", exact=False)).to_be_visible()
