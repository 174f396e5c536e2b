"""The terms of payouts: the minimum, the fee, and the reason why a request is not possible."""

from decimal import Decimal

import pytest

from swivi.domain.payouts.errors import BelowMinimum, FeeLeavesNothing
from swivi.domain.payouts.terms import PayoutTerms

TERMS = PayoutTerms(minimum=5_000, fee_percent=Decimal("2.5"))


def test_the_minimum_itself_is_enough_and_a_cent_less_is_not() -> None:
    TERMS.must_reach_minimum(5_000)
    with pytest.raises(BelowMinimum, match=r"\$50\.00"):
        TERMS.must_reach_minimum(4_999)
    assert (TERMS.requestable(5_000), TERMS.requestable(4_999)) == (5_000, 0)


def test_fee_and_net_add_up_and_the_fee_rounds_half_up() -> None:
    assert TERMS.fee_and_net(5_020) == (126, 4_894)
    with pytest.raises(FeeLeavesNothing):
        PayoutTerms(minimum=1, fee_percent=Decimal(50)).fee_and_net(1)


def test_the_reason_names_an_open_request_first_and_then_what_is_missing() -> None:
    assert TERMS.why_not(5_000, has_open_request=False) == ""
    assert TERMS.why_not(4_250, has_open_request=False) == (
        "Below the $50.00 minimum: $7.50 to go."
    )
    assert TERMS.why_not(4_250, has_open_request=True).startswith("You have an open payout request")
