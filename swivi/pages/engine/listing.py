"""What every list of rows shares: its filters, sort and page number live in the address."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from swivi.core import numbers
from swivi.pages.engine.gate import signed_in

PAGE_SIZE = 25
LARGEST_PAGE = 100_000

Option = TypeVar("Option", bound=StrEnum)


def asked(state: rx.State, name: str) -> str:
    """What the address says for `name`, as untrusted text; "" if nothing."""
    return state.router.url.query_parameters.get(name, "")


def asked_option(state: rx.State, name: str, options: type[Option]) -> Option | None:
    """The option that the address names, in any case; None if it names none."""
    said = asked(state, name).casefold()
    return next((option for option in options if option.value.casefold() == said), None)


def asked_number(state: rx.State, name: str) -> int | None:
    """A whole number above zero from the address; None if there is none."""
    return whole_number(asked(state, name))


def addressed_id(state: rx.State, *, below: str = "") -> int:
    """The id at the end of the address, of what the page is about; 0, which nothing has, if it
    names none.

    `below` is what follows the id in the address, such as "/edit".
    """
    return (
        whole_number(state.router.url.path.rstrip("/").removesuffix(below).rpartition("/")[2]) or 0
    )


def whole_number(value: object) -> int | None:
    """An id or page number as a browser sends it (text or number); None if it is no number above
    zero.
    """
    return numbers.whole_number(value, largest=numbers.LARGEST_ID) or None


def readdressed(state: rx.State, /, **changes: str) -> EventSpec:
    """Go to the present page with these parameters changed (dropped where ""); back to its first
    page of rows.
    """
    parameters: Mapping[str, str] = dict(state.router.url.query_parameters) | {"page": ""} | changes
    query = urlencode({name: value for name, value in parameters.items() if value})
    return rx.redirect(f"{state.router.url.path}?{query}" if query else state.router.url.path)


class Listing(rx.State, mixin=True):
    """A list of one page of rows at a time. `page` counts from 1, `total` counts all rows."""

    page: int = 1
    pages: int = 1
    total: int = 0
    sort: str = ""
    descending: bool = True
    loading: bool = True
    problem: str = ""

    @signed_in
    async def previous_page(self) -> EventSpec:
        """To the page before."""
        return readdressed(self, page=str(max(1, self.page - 1)))

    @signed_in
    async def next_page(self) -> EventSpec:
        """To the page after."""
        return readdressed(self, page=str(self.page + 1))

    @signed_in
    async def sort_by(self, key: object) -> EventSpec:
        """Sort by this column, or turn its direction round."""
        turned = self.sort == key and self.descending
        return readdressed(self, sort=str(key)[:40], order="up" if turned else "")

    @signed_in
    async def filter_by(self, name: object, value: object) -> EventSpec:
        """Narrow the list by one parameter of the address; "" takes the filter away."""
        return readdressed(self, **{str(name)[:40]: str(value)[:100]})

    def _read_place(self, sorts: Mapping[str, object] | None = None, default_sort: str = "") -> int:
        """Take page and sort from the address; returns the offset of the page's first row."""
        asked_sort = asked(self, "sort")
        self.page = min(asked_number(self, "page") or 1, LARGEST_PAGE)
        self.sort = asked_sort if asked_sort in (sorts or {}) else default_sort
        self.descending = asked(self, "order") != "up"
        return (self.page - 1) * PAGE_SIZE

    def _found(self, total: int) -> None:
        """Note how many rows there are in all."""
        self.total = total
        self.pages = max(1, -(-total // PAGE_SIZE))
