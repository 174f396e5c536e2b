"""The transitions of a payout request, and the texts that they need. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from swivi.core.errors import InvalidInput
from swivi.core.text import parse_text
from swivi.domain.payouts.models import PayoutStatus

LONGEST_REASON = 500
TRANSACTION_ID = "[!-~]{1,120}"
"""A regular expression, which the API's document shows too."""


class PayoutAction(StrEnum):
    """The steps that a request can take."""

    CANCEL = "cancel"
    APPROVE = "approve"
    REJECT = "reject"
    COMPLETE = "complete"
    FAIL = "fail"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Transition:
    """A legal step: its source states, its target, and whether it needs a reason."""

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
    """Return an admin's action by name. Raise InvalidInput."""
    admins = [action for action in PayoutAction if action is not PayoutAction.CANCEL]
    if value not in admins:
        raise InvalidInput.of("action", f"Choose one of: {', '.join(admins)}.")
    return PayoutAction(str(value))


def parse_reason(notes: object, *, needed: bool) -> str | None:
    """Return the reason for a step, which the clipper reads; None if it is blank and not needed.

    Raise InvalidInput.
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
    """Return the payment's id at the bank or service, without spaces. Raise InvalidInput."""
    cleaned = value.strip() if isinstance(value, str) else ""
    if not re.fullmatch(TRANSACTION_ID, cleaned):
        raise InvalidInput.of(
            "transaction_id",
            "Enter the transaction id of the payment: up to 120 characters, no spaces.",
        )
    return cleaned
