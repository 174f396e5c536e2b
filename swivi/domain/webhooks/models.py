"""Where other systems are told, what they are told, and how each telling went."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from swivi.core.db import ID, choice, moment, reference, row_id


class EventKind(StrEnum):
    """What can happen. TEST is sent on an admin's request only."""

    SUBMISSION_APPROVED = "submission.approved"
    CAMPAIGN_COMPLETED = "campaign.completed"
    PAYOUT_COMPLETED = "payout.completed"
    SEAL_MADE = "seal.made"
    TEST = "webhook.test"


class DeliveryStatus(StrEnum):
    """PENDING until it was taken with a 2xx, or given up after the last attempt."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    GAVE_UP = "GAVE_UP"


class Webhook(SQLModel, table=True):
    """An address that is told of events.

    `secret` signs; it must be readable here, so guard back-ups.
    """

    __tablename__ = "webhooks"

    id: int = row_id()
    url: str
    description: str = ""
    events: list[str] = Field(sa_column=Column(JSON, nullable=False))
    secret: str
    previous_secret: str | None = None
    """After a rotation, messages are signed with both until `previous_until`."""
    previous_until: datetime | None = moment(nullable=True)
    active: bool = True
    disabled_reason: str | None = None
    """Why Swivi itself switched it off."""
    created_by: int = reference("users.id")
    created_at: datetime = moment()


class WebhookEvent(SQLModel, table=True):
    """The outbox: something that happened, written in the transaction that made it happen."""

    __tablename__ = "webhook_events"

    id: int = row_id()
    message_id: str = Field(unique=True)
    """Sent as `webhook-id`: the same at every attempt, so that receivers can tell a repeat."""
    kind: EventKind = choice(EventKind)
    body: str
    """The JSON that is sent, to the byte."""
    created_at: datetime = moment(index=True)


def _goes_with(target: str, *, index: bool = False) -> Column[int]:
    """A foreign key whose row goes when `target`'s does."""
    return Column(ID, ForeignKey(target, ondelete="CASCADE"), nullable=False, index=index)


DUE = text("status = 'PENDING'")


class WebhookDelivery(SQLModel, table=True):
    """One event on its way to one webhook."""

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
    """Since it was made, or sent again by hand."""
    next_attempt_at: datetime | None = moment(nullable=True)
    """None once there is none."""
    claim: str | None = None
    """Whose attempt is under way; nobody else sends until `claimed_until`."""
    claimed_until: datetime | None = moment(nullable=True)
    status_code: int | None = None
    error: str | None = None
    """What the last attempt was answered, and what was wrong with that."""
    created_at: datetime = moment()
    delivered_at: datetime | None = moment(nullable=True)


class WebhookAttempt(SQLModel, table=True):
    """One attempt of a delivery, as it ended. An attempt whose process died leaves none."""

    __tablename__ = "webhook_attempts"

    id: int = row_id()
    delivery_id: int = Field(sa_column=_goes_with("webhook_deliveries.id", index=True))
    at: datetime = moment()
    status_code: int | None = None
    error: str | None = None
    duration_ms: int = 0
