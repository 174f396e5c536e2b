"""Sorting as lists ask for it: `views` is the smallest first, `-views` the largest first."""

from collections.abc import Mapping
from typing import Any


def order_by(sort: str, columns: Mapping[str, Any], row_id: Any) -> list[Any]:
    """What to order by, for a name of `columns` with or without `-` in front.

    What is unknown (NULL) comes last either way, alike on both databases; `row_id` settles ties, in the same direction.
    """
    column = columns[sort.removeprefix("-")]
    if sort.startswith("-"):
        return [column.desc().nulls_last(), row_id.desc()]
    return [column.asc().nulls_last(), row_id.asc()]
