"""The append-only tables: money transfers and the audit log.

Triggers refuse updates and deletes on both.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from swivi.core.db import cents, choice, counted, moment, reference, row_id


class TransferKind(StrEnum):
    """The reason of a transfer."""

    BUDGET_FUNDED = "BUDGET_FUNDED"
    BUDGET_REDUCED = "BUDGET_REDUCED"
    ACCRUAL = "ACCRUAL"
    ACCRUAL_REVERSED = "ACCRUAL_REVERSED"
    PAYOUT_RESERVED = "PAYOUT_RESERVED"
    PAYOUT_RELEASED = "PAYOUT_RELEASED"
    PAYOUT_PAID = "PAYOUT_PAID"
    PAYOUT_FEE = "PAYOUT_FEE"
    PAYOUT_RETURNED = "PAYOUT_RETURNED"
    BUDGET_RETURNED = "BUDGET_RETURNED"


HAS_STATE = text("state IS NOT NULL")


class AuditEntry(SQLModel, table=True):
    """One action: who changed what, the values before and after, and the reason.

    `actor_id` is None for Swivi itself.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_subject", "subject", "subject_id"),
        Index("ix_audit_log_subject_in_order", "subject", "id"),
        Index("ix_audit_log_action_id", "action", "id"),
        Index("ix_audit_log_actor_id_id", "actor_id", "id"),
        Index(
            "ix_audit_log_state",
            *("subject", "subject_id", "id"),
            sqlite_where=HAS_STATE,
            postgresql_where=HAS_STATE,
        ),
    )

    id: int = row_id()
    at: datetime = moment(index=True)
    actor_id: int | None = reference("users.id", nullable=True)
    action: str
    subject: str
    subject_id: int = counted(default=None)
    before: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    after: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    reason: str | None = None
    amount: int | None = cents(default=None, nullable=True)
    """The sum in cents of the transfers that name this entry; None if no money moved."""
    state: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    """The cells of the subject's row after the action that steer or explain money:
    `ledger/states.py`.
    """


SELDOM = text("kind <> 'ACCRUAL'")
"""Settlements write by far the most rows."""


class Transfer(SQLModel, table=True):
    """A transfer of `amount` cents from `debit_account` to `credit_account`, balanced by
    construction.
    """

    __tablename__ = "ledger_transfers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit_account <> credit_account", name="two_accounts"),
        Index("ix_ledger_transfers_campaign_id_created_at_id", "campaign_id", "created_at", "id"),
        Index("ix_ledger_transfers_user_id_created_at_id", "user_id", "created_at", "id"),
        Index(
            "ix_ledger_transfers_budget",
            *("campaign_id", "created_at", "kind", "amount"),
            sqlite_where=SELDOM,
            postgresql_where=SELDOM,
        ),
    )

    id: int = row_id()
    debit_account: str
    credit_account: str
    amount: int = cents(default=None)
    kind: TransferKind = choice(TransferKind)
    idempotency_key: str = Field(unique=True)
    audit_id: int = reference("audit_log.id", index=True)
    campaign_id: int | None = reference("campaigns.id", nullable=True)
    user_id: int | None = reference("users.id", nullable=True)
    clip_id: int | None = reference("clips.id", nullable=True, index=True)
    run_id: int | None = reference("tracking_runs.id", nullable=True)
    payout_request_id: int | None = reference("payout_requests.id", nullable=True, index=True)
    reverses: int | None = reference("ledger_transfers.id", nullable=True, unique=True)
    created_at: datetime = moment()
