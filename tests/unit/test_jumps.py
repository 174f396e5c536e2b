"""Which counts no video can have reached since its last one."""

from datetime import UTC, datetime

import pytest

from swivi.domain.tracking.jumps import MOST_VIEWS, Jump, is_impossible


@pytest.mark.parametrize(
    ("peak", "views"),
    [
        (0, 1_000_001),
        (1_000, 1_000_001),
        (1_200, 8_000_000_000),
        (90_000_000, 90_000_000_000),
        (MOST_VIEWS, MOST_VIEWS * 1_000),
        (MOST_VIEWS - 1, MOST_VIEWS + 1),
    ],
)
def test_these_are_impossible(peak: int, views: int) -> None:
    assert is_impossible(peak, views)


@pytest.mark.parametrize(
    ("peak", "views"),
    [
        (0, 1_000_000),
        (1, 1_000_000),
        (1_001, 1_000_999),
        (1_200, 1_199_999),
        (5_000_000, 4_000_000_000),
        (MOST_VIEWS - 1, MOST_VIEWS),
        (MOST_VIEWS + 1, MOST_VIEWS + 2),
        (MOST_VIEWS + 2, MOST_VIEWS + 2),
        (MOST_VIEWS + 2, 0),
    ],
)
def test_these_are_possible(peak: int, views: int) -> None:
    assert not is_impossible(peak, views)


def test_the_evidence_is_a_sentence_with_both_counts() -> None:
    jump = Jump(8_000_000_000, 1_200, datetime(2026, 12, 1, tzinfo=UTC))
    assert jump.evidence == "The count rose from 1,200 to 8,000,000,000 within one interval."
