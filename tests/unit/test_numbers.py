"""Every parser of a number refuses what nobody means, at a cost that does not depend on an
exponent.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from swivi.api.http.schemas import id_or_none
from swivi.core.errors import InvalidInput
from swivi.core.money import MAX_CENTS, parse_dollars
from swivi.core.numbers import LARGEST_ID, LONGEST, plain_digits, typed_number, whole_number
from swivi.domain.accounts.tokens import parse_days
from swivi.domain.campaigns.rules import parse_terms
from swivi.domain.tracking.manual_readings import parse_views
from swivi.pages.engine.listing import whole_number as number_in_address
from swivi.settings import Settings
from tests.bad_numbers import BAD_NUMBERS

PARSERS: dict[str, Callable[[object], object]] = {
    "dollars": parse_dollars,
    "views": parse_views,
    "days": parse_days,
    **{
        field: lambda value, field=field: parse_terms({field: value}, all_required=False)
        for field in ("budget", "payout_rate", "max_per_clip", "max_per_clipper", "min_views")
    },
    "platform_rates": lambda value: parse_terms(
        {"platform_rates": {"tiktok": value}}, all_required=False
    ),
}

AS_DECIMALS = tuple(
    Decimal(number)
    for number in BAD_NUMBERS
    if number.isascii() and not set(number) & set("x_") and number != "1e2"
)
TOO_LARGE = (10**5_000, -(10**5_000), 1e308, float("inf"), float("nan"), -1, True, None, [], {})


def _name(value: object) -> str:
    """A short name: Python writes no number of 5,000 digits."""
    return type(value).__name__ if isinstance(value, int) else repr(value)[:24]


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("number", [*BAD_NUMBERS, *AS_DECIMALS, *TOO_LARGE], ids=_name)
def test_no_parser_takes_a_number_that_nobody_means(kind: str, number: object) -> None:
    if kind.startswith("max_") and number is None:
        pytest.skip("there it means that there is no maximum")
    if kind == "platform_rates" and number is None:
        pytest.skip("there it means that there is no such rate")
    with pytest.raises(InvalidInput):
        PARSERS[kind](number)


@pytest.mark.parametrize(
    "number", [*BAD_NUMBERS, *TOO_LARGE, " 1", "1 ", "1,2", "+1", str(2**63)], ids=_name
)
def test_such_a_number_names_no_row(number: object) -> None:
    assert id_or_none(number) is None
    assert number_in_address(number) is None


@given(
    st.one_of(
        st.integers(), st.floats(), st.decimals(), st.text(), st.binary(), st.none(), st.booleans()
    )
)
def test_a_plain_number_is_never_longer_than_any_that_is_meant(value: object) -> None:
    written = plain_digits(value)
    assert written is None or 0 < len(written) <= LONGEST


@given(st.integers(min_value=0, max_value=LARGEST_ID))
def test_what_is_written_plainly_is_read_back(number: int) -> None:
    assert whole_number(str(number), largest=LARGEST_ID) == number
    assert typed_number(f" {number:,} ", largest=LARGEST_ID) == number
    assert whole_number(number, largest=number) == number
    assert whole_number(number, largest=number - 1) is None


def test_money_is_exact_to_the_largest_amount() -> None:
    for written in (
        "1000000000",
        "999999999.99",
        Decimal("1E+9"),
        Decimal("999999999.99"),
        1_000_000_000,
    ):
        assert parse_dollars(written) in (MAX_CENTS, MAX_CENTS - 1)


@pytest.mark.parametrize("number", BAD_NUMBERS, ids=_name)
@pytest.mark.parametrize(
    "setting", ["platform_fee_percent", "min_payout", "port", "limit_sign_in", "tracking_max_clips"]
)
def test_no_setting_takes_one(setting: str, number: str) -> None:
    text = f"{number}/1h" if setting == "limit_sign_in" else number
    harmless = {
        "1e2",
        "1_000",
        "-0",
        "\uff15\uff10",
        "\u0665\u0660",
    }  # Python reads them as small numbers
    if number in harmless and setting in ("platform_fee_percent", "port", "tracking_max_clips"):
        pytest.skip("a small number")
    with pytest.raises(ValidationError):
        Settings.model_validate({setting: text})
