"""Notifications inside the product."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from swivi.core.db import choice, moment, reference, row_id


class NotificationKind(StrEnum):
    """The event that a notification reports."""

    SUBMISSION_APPROVED = "SUBMISSION_APPROVED"
    SUBMISSION_REJECTED = "SUBMISSION_REJECTED"
    CLIP_REVOKED = "CLIP_REVOKED"
    CLIP_HELD = "CLIP_HELD"
    CAMPAIGN_STARTED = "CAMPAIGN_STARTED"
    CAMPAIGN_COMPLETED = "CAMPAIGN_COMPLETED"
    PAYOUT_REQUESTED = "PAYOUT_REQUESTED"
    PAYOUT_APPROVED = "PAYOUT_APPROVED"
    PAYOUT_REJECTED = "PAYOUT_REJECTED"
    PAYOUT_COMPLETED = "PAYOUT_COMPLETED"
    PAYOUT_FAILED = "PAYOUT_FAILED"
    PAYOUT_REVERSED = "PAYOUT_REVERSED"
    TRACKING_STOPPED = "TRACKING_STOPPED"
    WEBHOOK_FAILED = "WEBHOOK_FAILED"
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
    title: str
    body: str
    link: str = ""
    created_at: datetime = moment()
    read_at: datetime | None = moment(nullable=True)
