"""The browser writes money as the server does, to the cent."""

import pytest
from playwright.async_api import Page, Route

from swivi.core.money import MAX_CENTS, format_dollars
from tests.servers import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="session")

SITE = "http://swivi.test"
NO_REACT = (
    "export const createElement = 0, Fragment = 0, useEffect = 0, useLayoutEffect = 0, useRef = "
    "0, useState = 0"
)
PAGE = (
    f"""<script type="importmap">{{"imports": {{"react": """
    f""""data:text/javascript,{NO_REACT}"}}}}</script>"""
)
WRITE = (
    "async amounts => { const { formatCents } = await import('/swivi.js'); return "
    "amounts.map(formatCents) }"
)

AROUND = (0, 100, 1_000, 100_000, 1_000_000, 100_000_000, MAX_CENTS)
AMOUNTS = [sign * (edge + step) for edge in AROUND for step in (-1, 0, 1, 99) for sign in (1, -1)]


async def serve_script(route: Route) -> None:
    """The site has a page and the script as it is in `assets/`."""
    if route.request.url.endswith("/swivi.js"):
        await route.fulfill(path=ROOT / "assets" / "swivi.js")
    else:
        await route.fulfill(body=PAGE, content_type="text/html")


async def test_browser_and_server_write_every_amount_alike(page: Page) -> None:
    await page.route(f"{SITE}/**", serve_script)
    await page.goto(SITE)
    assert await page.evaluate(WRITE, AMOUNTS) == [format_dollars(amount) for amount in AMOUNTS]
