"""A page of a list is the same from whichever end it is looked for."""

import pytest

from swivi.insights.shared.sorting import nearer_end

ROWS = list(range(10))


@pytest.mark.parametrize("limit", [1, 3, 10, 25])
@pytest.mark.parametrize("offset", [0, 1, 4, 5, 6, 8, 9, 10, 40])
def test_the_nearer_end_has_the_same_page(limit: int, offset: int) -> None:
    stretch = nearer_end(limit, offset, len(ROWS))
    rows = ROWS[::-1] if stretch.backwards else ROWS
    page = rows[stretch.offset : stretch.offset + stretch.limit]

    assert (page[::-1] if stretch.backwards else page) == ROWS[offset : offset + limit]
    assert stretch.offset <= len(ROWS) / 2
