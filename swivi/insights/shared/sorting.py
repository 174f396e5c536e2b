"""Sorting as lists ask for it, and finding one page of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


def order_by(
    sort: str, columns: Mapping[str, Any], row_id: Any, *, backwards: bool = False
) -> list[Any]:
    """What to order by, for a name of `columns`: `views` is the smallest first, `-views` the
    largest first.

    What is unknown (NULL) comes last either way, alike on both databases; `row_id` settles ties, in
    the same direction. `backwards` is the very same order from its end.
    """
    column = columns[sort.removeprefix("-")]
    downwards = sort.startswith("-") is not backwards
    last = row_id.desc() if downwards else row_id.asc()
    if column is row_id:
        return [last]
    directed = column.desc() if downwards else column.asc()
    if not getattr(
        column, "nullable", True
    ):  # then nothing is unknown, and an index has this very order
        return [directed, last]
    return [directed.nulls_first() if backwards else directed.nulls_last(), last]


@dataclass(frozen=True, slots=True)
class PageWindow:
    """Where a page of a list is, counted from its nearer end: nobody walks through all of a list to
    its last page.

    What is found `backwards` has to be turned round.
    """

    limit: int
    offset: int
    backwards: bool


def nearer_end(limit: int, offset: int, total: int | None) -> PageWindow:
    """The page of `limit` rows after the first `offset`, of a list of `total`; None is not
    known.
    """
    if total is None or offset * 2 <= total:
        return PageWindow(limit, offset, backwards=False)
    here = max(0, min(limit, total - offset))
    return PageWindow(here, max(0, total - offset - here), backwards=True)
