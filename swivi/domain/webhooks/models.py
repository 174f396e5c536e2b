"""Webhooks, their events, deliveries and attempts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from swivi.core.db import ID, choice, moment, reference, row_id


class EventKind(StrEnum):
    """The kinds of events. TEST is sent only on an admin's request."""

    SUBMISSION_APPROVED = "submission.approved"
    CAMPAIGN_COMPLETED = "campaign.completed"
    PAYOUT_COMPLETED = "payout.completed"
    SEAL_MADE = "seal.made"
    TEST = "webhook.test"


class DeliveryStatus(StrEnum):
    """PENDING until a receiver answers 2xx or the last attempt fails."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    GAVE_UP = "GAVE_UP"


class Webhook(SQLModel, table=True):
    """An address that receives events.

    `secret` signs messages, so it is stored readable. Protect backups accordingly.
    """

    __tablename__ = "webhooks"

    id: int = row_id()
    url: str
    description: str = ""
    events: list[str] = Field(sa_column=Column(JSON, nullable=False))
    secret: str
    previous_secret: str | None = None
    """After a rotation, both secrets sign messages until `previous_until`."""
    previous_until: datetime | None = moment(nullable=True)
    active: bool = True
    disabled_reason: str | None = None
    """Why Swivi switched the webhook off."""
    created_by: int = reference("users.id")
    created_at: datetime = moment()


class WebhookEvent(SQLModel, table=True):
    """An event, written in the transaction that caused it."""

    __tablename__ = "webhook_events"

    id: int = row_id()
    message_id: str = Field(unique=True)
    """Sent as `webhook-id`, the same at every attempt, so that receivers can detect duplicates."""
    kind: EventKind = choice(EventKind)
    body: str
    """The exact JSON that is sent."""
    created_at: datetime = moment(index=True)


def _goes_with(target: str, *, index: bool = False) -> Column[int]:
    """Return a foreign key with ON DELETE CASCADE."""
    return Column(ID, ForeignKey(target, ondelete="CASCADE"), nullable=False, index=index)


DUE = text("status = 'PENDING'")


class WebhookDelivery(SQLModel, table=True):
    """An event on its way to a webhook."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index(
            "ix_webhook_deliveries_due", "next_attempt_at", sqlite_where=DUE, postgresql_where=DUE
        ),
    )

    id: int = row_id()
    webhook_id: int = Field(sa_column=_goes_with("webhooks.id"))
    event_id: int = Field(sa_column=_goes_with("webhook_events.id", index=True))
    status: DeliveryStatus = choice(DeliveryStatus, default=DeliveryStatus.PENDING)
    attempts: int = 0
    """Attempts since it was created or sent again by hand."""
    next_attempt_at: datetime | None = moment(nullable=True)
    """None if no further attempt follows."""
    claim: str | None = None
    """The claim of the attempt under way. No other process sends before `claimed_until`."""
    claimed_until: datetime | None = moment(nullable=True)
    status_code: int | None = None
    error: str | None = None
    """The error of the last attempt."""
    created_at: datetime = moment()
    delivered_at: datetime | None = moment(nullable=True)


class WebhookAttempt(SQLModel, table=True):
    """A finished attempt of a delivery. An attempt whose process died leaves no row."""

    __tablename__ = "webhook_attempts"

    id: int = row_id()
    delivery_id: int = Field(sa_column=_goes_with("webhook_deliveries.id", index=True))
    at: datetime = moment()
    status_code: int | None = None
    error: str | None = None
    duration_ms: int = 0
