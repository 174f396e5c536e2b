"""The payout states: which edges there are, who walks them, what must be said. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from swivi.core.errors import InvalidInput
from swivi.core.text import parse_text
from swivi.domain.payouts.models import PayoutStatus

LONGEST_REASON = 500
TRANSACTION_ID = "[!-~]{1,120}"
"""A regular expression, which is also in the API's document."""


class PayoutAction(StrEnum):
    """What can be done with a request."""

    CANCEL = "cancel"
    APPROVE = "approve"
    REJECT = "reject"
    COMPLETE = "complete"
    FAIL = "fail"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Transition:
    """A legal step: from which states, to which, whether a reason must be given."""

    sources: frozenset[PayoutStatus]
    target: PayoutStatus
    needs_reason: bool = False


EDGES = {
    PayoutAction.CANCEL: Transition(frozenset({PayoutStatus.PENDING}), PayoutStatus.CANCELLED),
    PayoutAction.APPROVE: Transition(frozenset({PayoutStatus.PENDING}), PayoutStatus.APPROVED),
    PayoutAction.REJECT: Transition(
        frozenset({PayoutStatus.PENDING, PayoutStatus.APPROVED}),
        PayoutStatus.REJECTED,
        needs_reason=True,
    ),
    PayoutAction.COMPLETE: Transition(frozenset({PayoutStatus.APPROVED}), PayoutStatus.COMPLETED),
    PayoutAction.FAIL: Transition(
        frozenset({PayoutStatus.APPROVED}), PayoutStatus.FAILED, needs_reason=True
    ),
    PayoutAction.REVERSE: Transition(
        frozenset({PayoutStatus.COMPLETED}), PayoutStatus.REVERSED, needs_reason=True
    ),
}


def parse_action(value: object) -> PayoutAction:
    """An admin's action by name. Raises InvalidInput."""
    admins = [action for action in PayoutAction if action is not PayoutAction.CANCEL]
    if value not in admins:
        raise InvalidInput.of("action", f"Choose one of: {', '.join(admins)}.")
    return PayoutAction(str(value))


def parse_reason(notes: object, *, needed: bool) -> str | None:
    """Why an edge was walked, for the clipper to read; None if it says nothing and need not.

    Raises InvalidInput.
    """
    otherwise = f"Give a reason of at most {LONGEST_REASON} characters: the clipper will read it."
    text = "" if notes is None else notes
    return (
        parse_text(
            text, "notes", longest=LONGEST_REASON, otherwise=otherwise, may_be_empty=not needed
        )
        or None
    )


def parse_transaction_id(value: object) -> str:
    """The payment's id at the bank or service, without spaces. Raises InvalidInput."""
    cleaned = value.strip() if isinstance(value, str) else ""
    if not re.fullmatch(TRANSACTION_ID, cleaned):
        raise InvalidInput.of(
            "transaction_id",
            "Enter the transaction id of the payment: up to 120 characters, no spaces.",
        )
    return cleaned
