"""The pages that the app has: whose each is, and an address to open it at.

A new page is here by itself.
"""

import re

from swivi.pages.engine.session import SessionState
from swivi.swivi import app
from tests.e2e.people import Visitor

PAGES = dict(app._unevaluated_pages)
NO_PAGE = "404"

WHOSE = {SessionState.enter_as_clipper: "clipper", SessionState.enter_as_admin: "admin"}
"""Whose a page is, by the first thing that happens when it opens."""


def role_of(route: str) -> str:
    """Who sees this page: "guest", "clipper" or "admin"."""
    on_load = PAGES[route].on_load
    first = on_load[0] if isinstance(on_load, list) else on_load
    return WHOSE.get(first, "guest")


async def address_of(route: str, visitor: Visitor) -> str:
    """Where the page is.

    One that is about a single thing is found by the links to it, on the page above it.

    The last link, because lists begin with the newest and what is old has a history to show.
    """
    if route == NO_PAGE:
        return "/no-such-page"
    if "[" not in route:
        return "/" + route.removeprefix("index")
    above = route[: route.index("/[")]
    thing, end, below = route.partition("]")
    await visitor.opens(f"/{above}" if above in PAGES else "/")
    links = await visitor.page.locator("a[href]").evaluate_all(
        "links => links.map(a => a.getAttribute('href'))"
    )
    pattern = re.compile("/" + re.sub(r"\[\w+\]", r"\\d+", thing + end) + "/?")
    return [link for link in links if pattern.fullmatch(link)][-1].rstrip("/") + below
