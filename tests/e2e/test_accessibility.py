"""Every page the app has, light and dark, on a phone and on a desk: axe, overflow, headings,
console.

The pages are taken from the app itself (`routes.py`), so a new one is held to this from its first
day.
"""

from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, ConsoleMessage, Page, expect
from playwright.async_api import TimeoutError as TookTooLong

from tests.e2e.people import SLOW, Visitor
from tests.e2e.routes import NO_PAGE, PAGES, address_of, role_of
from tests.servers import AppServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_COLOURS = ["color-contrast", "link-in-text-block"]
THEMES: Mapping[str, dict[str, object]] = {
    "light": {"resultTypes": ["violations"]},
    # Nothing but colours differs: axe's other rules would look at the same page again.
    "dark": {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": OF_COLOURS}},
}
"""What axe is asked in each theme, light first."""
WIDTHS = (360, 1440)
SETTLES = 3_000
"""Milliseconds in which a page has to find its form after its width or its colours changed."""

WEARS = """theme => {
    const other = theme === "dark" ? "light" : "dark"
    const still = document.getAnimations().every(animation => animation.playState !== "running")
    const changed = !document.documentElement.classList.contains(other)
    return document.documentElement.classList.contains(theme) && changed && still
}"""
"""The whole page has changed its colours, and no colour is on its way from the other theme."""

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
REFUSED_BY_AXE = {"serious", "critical"}

Tabs = Mapping[str, Page]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tabs(browser: Browser, demo_server: AppServer) -> AsyncIterator[Tabs]:
    """One tab for each role, signed in through the demo's doors; nothing moves, so that colours are
    final.
    """
    contexts = {
        role: await browser.new_context(reduced_motion="reduce")
        for role in ("guest", "clipper", "admin")
    }
    opened = {role: await context.new_page() for role, context in contexts.items()}
    for role in ("clipper", "admin"):
        await Visitor(opened[role], demo_server).enters_demo(role)
    yield opened
    for context in contexts.values():
        await context.close()


@pytest.mark.parametrize("route", PAGES)
async def test_a_page_is_for_everybody(route: str, tabs: Tabs, demo_server: AppServer) -> None:
    page = tabs[role_of(route)]
    visitor = Visitor(page, demo_server)
    address = await address_of(route, visitor)
    problems: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        is_own_status = route == NO_PAGE and "404" in message.text
        if message.type == "error" and not is_own_status:
            problems.append(f"console: {message.text}")

    def thrown(error: Exception) -> None:
        problems.append(f"thrown: {error}")

    page.on("console", heard)
    page.on("pageerror", thrown)
    await visitor.opens(address)
    await expect(page.locator(".skeleton")).to_have_count(0, timeout=SLOW)
    await page.evaluate(AXE_SCRIPT)
    for theme in THEMES:
        for width in WIDTHS:
            problems += [
                f"{theme} {width} px: {problem}"
                for problem in await problems_of(page, theme, width)
            ]
    page.remove_listener("console", heard)
    page.remove_listener("pageerror", thrown)

    assert page.url.removeprefix(demo_server.url).rstrip("/") == address.rstrip("/")
    assert "Swivi" in await page.title()
    assert await page.locator("h1").count() == 1
    assert problems == []


async def problems_of(page: Page, theme: str, width: int) -> list[str]:
    """What is wrong with the page in these colours, at this width in px."""
    await page.emulate_media(color_scheme=theme)
    await page.set_viewport_size({"width": width, "height": 800})
    await page.wait_for_function(WEARS, arg=theme)
    found = await page.evaluate("options => axe.run(document, options)", THEMES[theme])
    problems = [
        f"{violation['id']} at {node['target']}: {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in REFUSED_BY_AXE
        for node in violation["nodes"]
    ]
    try:
        await page.wait_for_function(FITS, timeout=SETTLES)
    except TookTooLong:
        problems.append("it is wider than the window")
    return problems
