"""Lists of rows. Filters, sort order and page number live in the address."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from swivi.core import numbers
from swivi.pages.engine.gate import signed_in

PAGE_SIZE = 25
"""Rows of one page: what fits a screen or two."""
LARGEST_PAGE = 100_000
"""Bounds the offset that an address can ask for."""

Option = TypeVar("Option", bound=StrEnum)


def asked(state: rx.State, name: str) -> str:
    """Return a parameter of the address as untrusted text; "" if it is missing."""
    return state.router.url.query_parameters.get(name, "")


def asked_option(state: rx.State, name: str, options: type[Option]) -> Option | None:
    """Return the option that a parameter names, in any case; None if it names none."""
    wanted = asked(state, name).casefold()
    return next((option for option in options if option.value.casefold() == wanted), None)


def asked_number(state: rx.State, name: str) -> int | None:
    """Return a parameter as a whole number above zero; None if it is none."""
    return whole_number(asked(state, name))


def addressed_id(state: rx.State, *, below: str = "") -> int:
    """Return the id in the page's path; 0, which no row has, if there is none.

    `below` is the path after the id, such as "/edit".
    """
    path = state.router.url.path.rstrip("/").removesuffix(below)
    return whole_number(path.rpartition("/")[2]) or 0


def whole_number(value: object) -> int | None:
    """Parse an id or page number that a browser sent, as text or number.

    Return None if it is no whole number above zero.
    """
    return numbers.whole_number(value, largest=numbers.LARGEST_ID) or None


def readdressed(state: rx.State, /, **changes: str) -> EventSpec:
    """Redirect to the same path with changed parameters, and to the first page of rows.

    A parameter that becomes "" is dropped.
    """
    parameters: Mapping[str, str] = dict(state.router.url.query_parameters) | {"page": ""} | changes
    query = urlencode({name: value for name, value in parameters.items() if value})
    return rx.redirect(f"{state.router.url.path}?{query}" if query else state.router.url.path)


class Listing(rx.State, mixin=True):
    """One page of rows. `page` counts from 1, `total` counts all rows."""

    page: int = 1
    pages: int = 1
    total: int = 0
    sort: str = ""
    descending: bool = True
    loading: bool = True
    problem: str = ""

    @signed_in
    async def previous_page(self) -> EventSpec:
        """Go to the previous page."""
        return readdressed(self, page=str(max(1, self.page - 1)))

    @signed_in
    async def next_page(self) -> EventSpec:
        """Go to the next page."""
        return readdressed(self, page=str(self.page + 1))

    @signed_in
    async def sort_by(self, key: object) -> EventSpec:
        """Sort by this column. If the list is sorted by it, reverse the direction."""
        reverses = self.sort == key and self.descending
        return readdressed(self, sort=str(key)[:40], order="up" if reverses else "")

    @signed_in
    async def filter_by(self, name: object, value: object) -> EventSpec:
        """Set one filter of the address; "" removes it."""
        return readdressed(self, **{str(name)[:40]: str(value)[:100]})

    def _read_place(self, sorts: Mapping[str, object] | None = None, default_sort: str = "") -> int:
        """Take page and sort from the address. Return the offset of the page's first row."""
        asked_sort = asked(self, "sort")
        self.page = min(asked_number(self, "page") or 1, LARGEST_PAGE)
        self.sort = asked_sort if asked_sort in (sorts or {}) else default_sort
        self.descending = asked(self, "order") != "up"
        return (self.page - 1) * PAGE_SIZE

    def _found(self, total: int) -> None:
        """Note the number of all rows."""
        self.total = total
        self.pages = max(1, -(-total // PAGE_SIZE))
