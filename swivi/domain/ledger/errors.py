"""Ways in which the ledger refuses."""

from swivi.core.errors import Conflict
from swivi.core.money import Cents, format_dollars


class InsufficientBalance(Conflict):
    """More was asked for than a clipper has available."""

    code = "insufficient_balance"

    def __init__(self, amount: Cents) -> None:
        super().__init__(f"{format_dollars(amount)} is more than the available balance.")


class BudgetExceeded(Conflict):
    """A campaign's budget does not cover what was to be credited, or would fall below what is
    spent.
    """

    code = "budget_exceeded"
