"""Sort orders of lists, and ways to reach one page of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


def order_by(
    sort: str, columns: Mapping[str, Any], row_id: Any, *, backwards: bool = False
) -> list[Any]:
    """Return the ORDER BY for a name of `columns`: `views` is ascending, `-views` descending.

    NULL comes last either way, on both databases. `row_id` breaks ties in the same direction.
    `backwards` reverses the whole order.
    """
    column = columns[sort.removeprefix("-")]
    downwards = sort.startswith("-") is not backwards
    last = row_id.desc() if downwards else row_id.asc()
    if column is row_id:
        return [last]
    directed = column.desc() if downwards else column.asc()
    if not getattr(column, "nullable", True):  # without NULL, an index has exactly this order
        return [directed, last]
    return [directed.nulls_first() if backwards else directed.nulls_last(), last]


@dataclass(frozen=True, slots=True)
class PageWindow:
    """The position of a page, counted from the nearer end of its list, so that late pages are as
    fast.

    Rows that are read `backwards` have to be reversed.
    """

    limit: int
    offset: int
    backwards: bool


def nearer_end(limit: int, offset: int, total: int | None) -> PageWindow:
    """Return the window of `limit` rows after `offset`, in a list of `total`; None is unknown."""
    if total is None or offset * 2 <= total:
        return PageWindow(limit, offset, backwards=False)
    here = max(0, min(limit, total - offset))
    return PageWindow(here, max(0, total - offset - here), backwards=True)
