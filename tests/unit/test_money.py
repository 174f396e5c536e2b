"""Parsing, formatting and sharing money: whole cents, whatever was typed."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swivi.api.http.schemas import Dollars, View
from swivi.core.errors import InvalidInput
from swivi.core.money import (
    MAX_CENTS,
    Cents,
    earned,
    format_dollars,
    parse_dollars,
    percentage,
    share,
    to_dollars,
)
from swivi.domain.webhooks import events
from swivi.domain.webhooks.events import EventData
from swivi.domain.webhooks.models import EventKind

amounts = st.integers(min_value=1, max_value=MAX_CENTS)
demands_of_clips = st.dictionaries(st.integers(0, 10_000), st.integers(0, 10**9), max_size=40)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("20", 2_000),
        ("20.", 2_000),
        (".5", 50),
        ("0.01", 1),
        (" $1,234.50 ", 123_450),
        ("1,234.50", 123_450),
        ("1,000,000", 100_000_000),
        ("20.10", 2_010),
        (20, 2_000),
        (20.1, 2_010),
        (1.15, 115),  # 1.15 * 100 is 114.99999999999999 as a float
        (Decimal("19.99"), 1_999),
        ("1000000000", MAX_CENTS),
    ],
)
def test_dollars_are_read_as_people_and_json_write_them(typed: object, cents: Cents) -> None:
    assert parse_dollars(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "abc", "$", ".", "1.2.3", "12 34", "1,23", "1,2345", "1e3", "0x10", "٣", "--5"),
        *(
            "NaN",
            "inf",
            "-inf",
            "1e400",
            float("nan"),
            float("inf"),
            1e400,
            1e300,
            Decimal("NaN"),
            Decimal("Infinity"),
        ),
        *("0", "0.00", 0, 0.0, "-5", -5, -0.01, Decimal(-1)),
        *("0.001", "20.123", 20.123, 1e-7, 0.1 + 0.2, Decimal("1.005")),
        *("1000000000.01", 10**30, "9" * 40, Decimal("1e50")),
        *(True, False, None, [], {}, b"20", object()),
    ],
)
def test_what_is_not_an_amount_above_zero_is_refused_by_field(typed: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_dollars(typed, field="budget")

    assert refused.value.fields == {"budget": refused.value.sentence}


@given(amounts)
def test_an_amount_survives_being_written_and_read(cents: Cents) -> None:
    assert parse_dollars(format_dollars(cents)) == cents
    assert parse_dollars(to_dollars(cents)) == cents


class Answer(View):
    amount: Dollars


class Event(EventData):
    kind = EventKind.TEST
    amount: events.Dollars


@given(st.integers(1 - 10**15, 10**15 - 1))
def test_an_answer_in_dollars_has_exactly_the_digits_of_the_cents(cents: Cents) -> None:
    event = Event(amount=cents)
    for written in (
        Answer(amount=cents).model_dump_json(),
        event.model_dump_json(),
        json.dumps(event.model_dump(mode="json")),
    ):
        assert json.loads(written, parse_float=Decimal)["amount"] * 100 == cents, written


@pytest.mark.parametrize("cents", [10**15, -(10**15), 10**17 + 1])
def test_an_amount_whose_digits_would_change_is_never_answered(cents: Cents) -> None:
    with pytest.raises(OverflowError):
        to_dollars(cents)


@pytest.mark.parametrize(
    ("cents", "written"),
    [(0, "$0.00"), (7, "$0.07"), (123_456, "$1,234.56"), (-5, "-$0.05"), (-123_456, "-$1,234.56")],
)
def test_money_is_written_with_two_decimals_and_separators(cents: Cents, written: str) -> None:
    assert format_dollars(cents) == written


@pytest.mark.parametrize(
    ("views", "rate", "cents"),
    [(2_000, 250, 500), (1, 250, 0), (3, 250, 0), (4, 250, 1), (999, 1, 0), (1_000, 1, 1)],
)
def test_views_earn_whole_cents_rounded_down(views: int, rate: Cents, cents: Cents) -> None:
    assert earned(views, rate) == cents


@pytest.mark.parametrize(
    ("percent", "fee"),
    [("0", 0), ("5", 5), ("2.5", 3), ("0.49", 0), ("0.5", 1), ("99.99", 100), ("33.333", 33)],
)
def test_a_percentage_of_a_dollar_is_rounded_half_up(percent: str, fee: Cents) -> None:
    assert percentage(100, Decimal(percent)) == fee


@given(st.integers(0, 10**12), demands_of_clips)
def test_shares_sum_to_what_there_is_and_exceed_no_demand(
    total: Cents, demands: dict[int, Cents]
) -> None:
    shares = share(total, demands)

    assert sum(shares.values()) == min(total, sum(demands.values()))
    assert shares.keys() == demands.keys()
    assert all(0 <= shares[key] <= demand for key, demand in demands.items())


@given(st.integers(0, 10**9), demands_of_clips)
def test_shares_are_proportional_to_the_demands_within_one_cent(
    total: Cents, demands: dict[int, Cents]
) -> None:
    wanted = sum(demands.values())
    if total < wanted:
        shares = share(total, demands)
        assert all(
            abs(shares[key] * wanted - demand * total) < wanted for key, demand in demands.items()
        )


@given(st.integers(0, 10**9), demands_of_clips, st.randoms())
def test_shares_do_not_depend_on_who_was_read_first(
    total: Cents, demands: dict[int, Cents], random: object
) -> None:
    shuffled = list(demands.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert share(total, dict(shuffled)) == share(total, demands)


def test_cents_left_over_go_to_the_largest_fraction_and_ties_to_the_smallest_key() -> None:
    assert share(100, {9: 1_000, 3: 1_000, 6: 1_000}) == {3: 34, 6: 33, 9: 33}
    assert share(10, {1: 33, 2: 67}) == {1: 3, 2: 7}
    assert share(10, {1: 36, 2: 64}) == {1: 4, 2: 6}
