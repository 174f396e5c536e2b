"""Chromium for the tests: a plain pytest plugin."""

import shutil
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Nothing but this machine is reachable, and it has a second name.
    (
        "--host-resolver-rules=MAP swivi.lan 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, "
        "EXCLUDE 127.0.0.1"
    ),
)


def browser_executable() -> str | None:
    """The machine's own Chromium, the one without windows first: it needs an eighth less of the
    processor.

    None where Playwright has to bring its own.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium for tests marked `pytest.mark.asyncio(loop_scope="session")`."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=browser_executable(), args=[*CHROMIUM_FLAGS]
        )
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A tab of its own: no cookie or storage from another test."""
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()
