"""A statement says in words how each cent was made."""

from datetime import UTC, date, datetime

import pytest

from swivi.core import clock
from swivi.insights.money.accrual_story import AccrualStory, LastShare
from swivi.insights.money.statement import Period
from swivi.pages.shared.statement import months_since, period_of
from swivi.pages.shared.statement_words import DOES_NOT_ADD_UP, earned

READ = datetime(2026, 11, 3, 8, tzinfo=UTC)


def made(**changes: object) -> AccrualStory:
    known: dict[str, object] = {
        "amount": 749,
        "run_id": 3,
        "reading_id": 9,
        "read_at": READ,
        "peak_views": 5_999,
        "initial_views": 1_000,
        "min_views": 0,
        "rate": 250,
        "max_per_clip": None,
        "max_per_clipper": None,
        "credited_before": 500,
        "within_cap": 749,
        "share": None,
    }
    return AccrualStory(**known | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"credited_before": 0, "amount": 1_249, "within_cap": 1_249}, []),
        ({}, ["$5.00 were credited before, $7.49 were due."]),
        (
            {"max_per_clip": 1_000, "within_cap": 500, "amount": 500},
            ["One clip gets $10.00 at most.", "$5.00 were credited before, $5.00 were due."],
        ),
        (
            {"max_per_clipper": 600, "within_cap": 100, "amount": 100},
            [
                "$5.00 were credited before, $7.49 were due.",
                "One clipper gets $6.00 at most in this campaign, which left $1.00 for this clip.",
            ],
        ),
        (
            {"amount": 374, "share": LastShare(left=5_000, wanted=10_000)},
            [
                "$5.00 were credited before, $7.49 were due.",
                (
                    "The budget had $50.00 left for $100.00 due to all clips: $7.49 × $50.00 ÷ "
                    "$100.00 are $3.74."
                ),
            ],
        ),
        ({"amount": 748}, ["$5.00 were credited before, $7.49 were due.", DOES_NOT_ADD_UP]),
    ],
)
def test_each_step_from_the_views_to_the_cents_is_said(
    changes: dict[str, object], said: list[str]
) -> None:
    growth = "5,999 views, 1,000 of them at submission: 4,999 at $2.50 per 1,000 are $12.49."
    assert earned(made(**changes)) == [growth, *said]


def test_months_go_from_the_first_movement_to_now_newest_first() -> None:
    with clock.standing_at(datetime(2027, 1, 31, tzinfo=UTC)):
        assert months_since(date(2026, 11, 30)) == [
            date(2027, 1, 1),
            date(2026, 12, 1),
            date(2026, 11, 1),
        ]
        assert months_since(None) == []


def test_a_month_is_all_of_its_days() -> None:
    assert period_of("2026-12") == Period(date(2026, 12, 1), date(2026, 12, 31))
    assert period_of("2028-02") == Period(date(2028, 2, 1), date(2028, 2, 29))
    assert period_of("") == Period()
