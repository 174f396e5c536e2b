"""Notifications inside the product."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from swivi.core.db import choice, counted, moment, reference, row_id


class NotificationKind(StrEnum):
    """What happened. Each kind has one type of subject, whose id the notification holds."""

    # A submission
    SUBMISSION_APPROVED = "SUBMISSION_APPROVED"
    SUBMISSION_REJECTED = "SUBMISSION_REJECTED"
    CLIP_REVOKED = "CLIP_REVOKED"
    CLIP_HELD = "CLIP_HELD"
    # A campaign
    CAMPAIGN_STARTED = "CAMPAIGN_STARTED"
    CAMPAIGN_COMPLETED = "CAMPAIGN_COMPLETED"
    TRACKING_STOPPED = "TRACKING_STOPPED"
    # A payout request
    PAYOUT_REQUESTED = "PAYOUT_REQUESTED"
    PAYOUT_APPROVED = "PAYOUT_APPROVED"
    PAYOUT_REJECTED = "PAYOUT_REJECTED"
    PAYOUT_COMPLETED = "PAYOUT_COMPLETED"
    PAYOUT_FAILED = "PAYOUT_FAILED"
    PAYOUT_REVERSED = "PAYOUT_REVERSED"
    # A webhook
    WEBHOOK_FAILED = "WEBHOOK_FAILED"
    # A reconciliation
    BOOKS_WRONG = "BOOKS_WRONG"


UNREAD = text("read_at IS NULL")


class Notification(SQLModel, table=True):
    """One message to one user."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_user_id_id", "user_id", "id"),
        Index(
            "ix_notifications_unread", "user_id", "id", sqlite_where=UNREAD, postgresql_where=UNREAD
        ),
    )

    id: int = row_id()
    user_id: int = reference("users.id")
    kind: NotificationKind = choice(NotificationKind)
    subject_id: int | None = counted(default=None, nullable=True)
    """The row it is about, in the table that `kind` names. None for several rows, or for none."""
    title: str
    body: str
    link: str = ""
    """A page's address, in rows written before `subject_id` existed. New rows leave it empty:
    `swivi.routes.of_notification` builds the address.
    """
    created_at: datetime = moment()
    read_at: datetime | None = moment(nullable=True)
