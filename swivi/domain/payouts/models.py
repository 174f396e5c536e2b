"""Payout requests, payouts (money that was sent), and saved destinations."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import SQLModel

from swivi.core.db import cents, choice, moment, reference, row_id
from swivi.domain.payouts.methods import PayoutMethod


class PayoutStatus(StrEnum):
    """The states of a payout request. `rules.py` has the transitions between them."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    REVERSED = "REVERSED"


ONE_OPEN = "uq_payout_requests_one_open"
"""The index that allows one open request per clipper."""

OPEN = text("status IN ('PENDING', 'APPROVED')")
CHOSEN = text("method <> 'other'")
"""OTHER stands for many methods of earlier releases, whose transaction ids may coincide."""


class PayoutRequest(SQLModel, table=True):
    """A clipper's request. `amount` = `net` + `fee`, in cents, fixed when the request is made."""

    __tablename__ = "payout_requests"
    __table_args__ = (
        Index("ix_payout_requests_user_id_status", "user_id", "status"),
        Index("ix_payout_requests_status_id", "status", "id"),
        Index("ix_payout_requests_status_amount_id", "status", "amount", "id"),
        Index("ix_payout_requests_amount_id", "amount", "id"),
        Index(ONE_OPEN, "user_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        UniqueConstraint("user_id", "idempotency_key"),
        CheckConstraint(
            "amount > 0 AND fee >= 0 AND net > 0 AND net + fee = amount", name="net_and_fee"
        ),
    )

    id: int = row_id()
    user_id: int = reference("users.id")
    amount: int = cents(default=None)
    fee: int = cents()
    net: int = cents(default=None)
    method: PayoutMethod = choice(PayoutMethod)
    details: str
    """`methods.Destination.text`, or free text of an earlier release."""
    status: PayoutStatus = choice(PayoutStatus, default=PayoutStatus.PENDING)
    reason: str | None = None
    idempotency_key: str | None = None
    """A hash of the key; see `swivi.domain.payouts.service.hash_of_key`."""
    body_hash: str = ""
    """A hash of the request's body: the same key with another body is a conflict (I11)."""
    created_at: datetime = moment()
    decided_by: int | None = reference("users.id", nullable=True)
    decided_at: datetime | None = moment(nullable=True)


class Payout(SQLModel, table=True):
    """Money that was sent. A row exists if and only if its request was COMPLETED (I9)."""

    __tablename__ = "payouts"
    __table_args__ = (
        Index(
            "uq_payouts_method_transaction_id",
            "method",
            "transaction_id",
            unique=True,
            sqlite_where=CHOSEN,
            postgresql_where=CHOSEN,
        ),
    )

    id: int = row_id()
    request_id: int = reference("payout_requests.id", unique=True)
    user_id: int = reference("users.id", index=True)
    amount: int = cents(default=None)
    fee: int = cents()
    net: int = cents(default=None)
    method: PayoutMethod = choice(PayoutMethod)
    transaction_id: str
    paid_by: int = reference("users.id")
    paid_at: datetime = moment()


class PayoutDestination(SQLModel, table=True):
    """A clipper's saved destination for the next request. Each request holds its own copy."""

    __tablename__ = "payout_destinations"

    id: int = row_id()
    user_id: int = reference("users.id", unique=True)
    method: PayoutMethod = choice(PayoutMethod)
    details: str
    kept_at: datetime = moment()
