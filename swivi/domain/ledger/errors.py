"""Errors of the ledger."""

from swivi.core.errors import Conflict
from swivi.core.money import Cents, format_dollars


class InsufficientBalance(Conflict):
    """The request exceeds the clipper's available money."""

    code = "insufficient_balance"

    def __init__(self, amount: Cents) -> None:
        super().__init__(f"{format_dollars(amount)} is more than the available balance.")


class BudgetExceeded(Conflict):
    """The credits exceed the campaign's budget, or the budget would fall below what is spent."""

    code = "budget_exceeded"
