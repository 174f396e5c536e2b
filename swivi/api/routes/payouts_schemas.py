"""Bodies and answers about payout requests and balances."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, WithJsonSchema

from swivi.api.http.schemas import (
    Body,
    Dollars,
    Id,
    Page,
    RawAmount,
    View,
    raw_choice,
    raw_pattern,
    raw_words,
)
from swivi.domain.payouts.methods import LONGEST_VALUE, METHODS, Method, PayoutMethod
from swivi.domain.payouts.models import PayoutStatus
from swivi.domain.payouts.rules import LONGEST_REASON, TRANSACTION_ID, PayoutAction
from swivi.domain.payouts.terms import PayoutTerms
from swivi.insights.money.balances import Balance
from swivi.insights.money.payouts import PayoutRow


def _fields_schema(method: Method) -> dict[str, Any]:
    text = {"type": "string", "maxLength": LONGEST_VALUE}
    properties = {
        field.name: {
            **text,
            "description": field.label,
            **({"enum": [value for value, _ in field.choices]} if field.choices else {}),
            **({} if field.optional else {"minLength": 1, "pattern": r"\S"}),
        }
        for field in method.fields
    }
    required = [field.name for field in method.fields if not field.optional]
    return {
        "title": method.label,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


RawDetails = Annotated[
    object,
    WithJsonSchema(
        {
            "description": (
                "The fields of the method. Text will do for an email address or an IBAN."
            ),
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE, "pattern": r"\S"},
                *(_fields_schema(method) for method in METHODS.values()),
            ],
        }
    ),
]
RawMethod = Annotated[object, raw_choice(METHODS)]
NEEDS_NOTES = ConfigDict(json_schema_extra={"required": ["action", "notes"]})


class NewPayoutRequest(Body):
    """A payout request: the amount in dollars, the method, and the destination."""

    amount: RawAmount
    method: RawMethod
    details: RawDetails


class ClipperPayout(View):
    """A clipper's own payout request. `amount` = `net` + `fee`."""

    id: Id
    amount: Dollars
    fee: Dollars
    net: Dollars
    method: PayoutMethod
    details: str
    """The destination in one line."""
    destination: dict[str, str]
    """The method's fields; empty for free text of an earlier release."""
    status: PayoutStatus
    reason: str | None
    transaction_id: str | None
    created_at: datetime
    decided_at: datetime | None
    paid_at: datetime | None

    @classmethod
    def of(cls, row: PayoutRow, **more: Any) -> Self:
        """Return the view of a row, with `more` fields of a subclass."""
        return cls(
            id=row.request_id,
            amount=row.amount,
            fee=row.fee,
            net=row.net,
            method=row.method,
            details=row.destination.display,
            destination=dict(row.destination.values),
            status=row.status,
            reason=row.reason,
            transaction_id=row.transaction_id,
            created_at=row.requested_at,
            decided_at=row.decided_at,
            paid_at=row.paid_at,
            **more,
        )


class ClipperPayoutPage(Page[ClipperPayout]):
    """One page of a clipper's own payout requests."""


class AdminPayout(ClipperPayout):
    """A payout request as admins see it."""

    clipper_id: Id
    clipper_name: str
    clipper_email: str
    decided_by: str | None

    @classmethod
    def of_queue(cls, row: PayoutRow) -> Self:
        """Return the view of a row of the queue."""
        return cls.of(
            row,
            clipper_id=row.clipper_id,
            clipper_name=row.clipper_name,
            clipper_email=row.clipper_email,
            decided_by=row.decided_by,
        )


class AdminPayoutPage(Page[AdminPayout]):
    """One page of payout requests as admins see them."""


RawReason = Annotated[object, raw_words(LONGEST_REASON)]
RawNotes = Annotated[object, raw_words(LONGEST_REASON, may_be_empty=True)]


class ApprovePayout(Body):
    """Approve a pending request."""

    action: Literal[PayoutAction.APPROVE]
    notes: RawNotes = None


class RejectPayout(Body):
    """Reject a request. The clipper reads `notes`."""

    model_config = NEEDS_NOTES

    action: Literal[PayoutAction.REJECT]
    notes: RawReason = None


class CompletePayout(Body):
    """Record that an approved request was paid."""

    model_config = ConfigDict(
        json_schema_extra={
            "required": ["action", "transactionId"],
            "examples": [
                {"action": "complete", "transactionId": "PP-2026-0001", "notes": "Thank you!"}
            ],
        }
    )

    action: Literal[PayoutAction.COMPLETE]
    transaction_id: Annotated[object, raw_pattern(TRANSACTION_ID)] = None
    notes: RawNotes = None


class FailPayout(Body):
    """Record that an approved request could not be paid. The clipper reads `notes`."""

    model_config = NEEDS_NOTES

    action: Literal[PayoutAction.FAIL]
    notes: RawReason = None


class ReversePayout(Body):
    """Record that a payment was returned. The clipper reads `notes`."""

    model_config = NEEDS_NOTES

    action: Literal[PayoutAction.REVERSE]
    notes: RawReason = None


PayoutDecision = Annotated[
    CompletePayout | ApprovePayout | RejectPayout | FailPayout | ReversePayout,
    Field(discriminator="action"),
]
"""An admin's decision: one body for each action, because each needs other fields."""


class ClipperBalance(View):
    """What one clipper can be paid, and whether their balance matches the ledger."""

    clipper_id: Id
    name: str
    email: str
    earned: Dollars
    paid: Dollars
    reserved: Dollars
    available: Dollars
    payable: Dollars
    """What the clipper can request now: `available`, or 0 below the minimum or if disabled."""
    blocked: Dollars
    """What the clipper could request if the account were not disabled."""
    ledger_available: Dollars
    agrees: bool

    @classmethod
    def of(cls, balance: Balance, terms: PayoutTerms) -> Self:
        """Return the view of one balance."""
        cached = balance.cached
        return cls(
            clipper_id=balance.user_id,
            name=balance.name,
            email=balance.email,
            earned=cached.earned,
            paid=cached.paid,
            reserved=cached.reserved,
            available=cached.available,
            payable=balance.payable(terms),
            blocked=balance.blocked(terms),
            ledger_available=balance.ledger.available,
            agrees=balance.agrees,
        )


class PayoutCalculation(View):
    """All balances. `allAgree` is false if any of them differs from the ledger."""

    clippers: list[ClipperBalance]
    total_payable: Dollars
    total_blocked: Dollars
    """What disabled accounts could request; not included in `totalPayable`."""
    all_agree: bool
