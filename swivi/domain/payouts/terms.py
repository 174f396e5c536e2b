"""The operator's terms for payouts: the smallest amount, the fee, and who is paid. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from swivi.core.money import Cents, format_dollars, percentage
from swivi.domain.payouts.errors import BelowMinimum, FeeLeavesNothing


@dataclass(frozen=True, slots=True)
class PayoutTerms:
    """The rules that every payout request must meet."""

    minimum: Cents
    """The smallest amount of a request, in cents."""
    fee_percent: Decimal = Decimal(0)
    only_verified: bool = False
    """Whether only clippers with a verified email address are paid."""

    def must_reach_minimum(self, amount: Cents) -> None:
        """Raise BelowMinimum if `amount` (cents) is too small for a request."""
        if amount < self.minimum:
            raise BelowMinimum(self.minimum)

    def fee(self, amount: Cents) -> Cents:
        """Return the fee for `amount`, both in cents."""
        return percentage(amount, self.fee_percent)

    def fee_and_net(self, amount: Cents) -> tuple[Cents, Cents]:
        """Split `amount` into the fee and what the clipper receives, in cents.

        Raise FeeLeavesNothing (I8).
        """
        fee = self.fee(amount)
        if fee >= amount:
            raise FeeLeavesNothing(fee)
        return fee, amount - fee

    def requestable(self, available: Cents) -> Cents:
        """Return what a clipper with this balance may request, in cents; 0 below the minimum."""
        return available if available >= self.minimum else 0

    def why_not(self, available: Cents, *, has_open_request: bool) -> str:
        """Return why a clipper with this balance (cents) cannot request a payout, or ""."""
        if has_open_request:
            return "You have an open payout request. Wait for its decision, or cancel it."
        if available < self.minimum:
            missing = format_dollars(self.minimum - available)
            return f"Below the {format_dollars(self.minimum)} minimum: {missing} to go."
        return ""
