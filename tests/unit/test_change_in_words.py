"""How a number changed, in words and with a sign: colour says nothing to many."""

from datetime import date

import pytest

from swivi.pages.admin.analytics.rows import in_words, measured


@pytest.mark.parametrize(
    ("now", "before", "change", "trend"),
    [
        (112, 100, "+12%, up", "up"),
        (95, 100, "-5%, down", "down"),
        (0, 100, "-100%, down", "down"),
        (-50, 100, "-150%, down", "down"),
        (5_000, 100, "+4,900%, up", "up"),
        (1_001, 1_000, "Slightly up", "up"),
        (100, 100, "No change", ""),
        (0, 0, "No change", ""),
        (None, None, "No change", ""),
        (100, 0, "None before", ""),
        (100, None, "None before", ""),
        (None, 100, "None now", ""),
        (100, -5, "None before", ""),
    ],
)
def test_a_change_reads_in_words(
    now: int | None, before: int | None, change: str, trend: str
) -> None:
    seen = measured(now, before)
    assert (seen.now, seen.before, seen.change, seen.trend) == (now, before, change, trend)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (
            date(2026, 11, 17),
            date(2026, 11, 23),
            "Nov 17 to Nov 23, compared with Nov 10 to Nov 16 (UTC)",
        ),
        (
            date(2026, 12, 30),
            date(2027, 1, 5),
            "Dec 30 to Jan 5, compared with Dec 23 to Dec 29 (UTC)",
        ),
    ],
)
def test_the_days_stand_beside_as_many_before_them(first: date, last: date, words: str) -> None:
    assert in_words(first, last) == words
