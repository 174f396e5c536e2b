"""A payout request as admins see it."""

from dataclasses import dataclass

from swivi.domain.payouts.methods import method_label
from swivi.domain.payouts.rules import EDGES, PayoutAction
from swivi.insights.money.payouts import PayoutRow
from swivi.pages.admin.shared.times import iso

_ADMIN_ACTIONS = tuple(action for action in PayoutAction if action is not PayoutAction.CANCEL)
"""A clipper cancels, an admin rejects."""


@dataclass(frozen=True)
class RequestRow:
    """A payout request. Cents; `actions` are what its status allows."""

    id: int
    clipper: str
    clipper_id: int
    email: str
    amount: int
    fee: int
    net: int
    method: str
    lines: list[list[str]]
    """The destination, line by line: label, text as read, text as copied."""
    status: str
    reason: str
    transaction_id: str
    requested_at: str
    decided_at: str
    decided_by: str
    actions: list[str]


def request_row(row: PayoutRow) -> RequestRow:
    """Return the row of a payout request."""
    return RequestRow(
        id=row.request_id,
        clipper=row.clipper_name,
        clipper_id=row.clipper_id,
        email=row.clipper_email,
        amount=row.amount,
        fee=row.fee,
        net=row.net,
        method=method_label(row.method),
        lines=[[line.label, line.shown, line.copied] for line in row.destination.lines],
        status=row.status,
        reason=row.reason or "",
        transaction_id=row.transaction_id or "",
        requested_at=iso(row.requested_at),
        decided_at=iso(row.paid_at or row.decided_at),
        decided_by=row.decided_by or "",
        actions=[action.value for action in _ADMIN_ACTIONS if row.status in EDGES[action].sources],
    )
