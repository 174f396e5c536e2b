"""Bodies and answers about webhooks."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, WithJsonSchema
from pydantic.config import JsonDict

from swivi.api.http.schemas import (
    WEB_ADDRESS,
    Id,
    Page,
    RawFlag,
    StrictBody,
    View,
    raw_pattern,
    raw_words,
)
from swivi.domain.webhooks.deliveries import DeliveryLine
from swivi.domain.webhooks.models import DeliveryStatus, EventKind, Webhook
from swivi.domain.webhooks.rules import LONGEST_DESCRIPTION, LONGEST_URL, SUBSCRIBABLE

RawEvents = Annotated[
    object,
    WithJsonSchema(
        {"type": "array", "items": {"type": "string", "enum": sorted(SUBSCRIBABLE)}, "minItems": 1}
    ),
]
RawUrl = Annotated[object, raw_pattern(rf"{WEB_ADDRESS}([/?][!-\"$-~]*)?", longest=LONGEST_URL)]
RawDescription = Annotated[object, raw_words(LONGEST_DESCRIPTION, may_be_empty=True)]


EXAMPLE: JsonDict = {
    "url": "https://example.com/webhooks",
    "events": ["payout.completed"],
    "description": "Bookkeeping",
}


class NewWebhook(StrictBody):
    """The URL to send to, and the events to send."""

    model_config = ConfigDict(
        json_schema_extra={"required": ["url", "events"], "examples": [EXAMPLE]}
    )

    url: RawUrl = None
    events: RawEvents = None
    description: RawDescription = ""

    def sent(self) -> dict[str, Any]:
        """Return only the fields that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class WebhookChange(StrictBody):
    """The fields to change. While `active` is false, deliveries wait."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})

    url: RawUrl = None
    events: RawEvents = None
    description: RawDescription = None
    active: RawFlag = None

    def sent(self) -> dict[str, Any]:
        """Return only the fields that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class WebhookSummary(View):
    """A webhook without its secret. `disabledReason` says why Swivi switched it off."""

    id: Id
    url: str
    description: str
    events: list[EventKind]
    active: bool
    disabled_reason: str | None
    created_at: datetime


class WebhookPage(Page[WebhookSummary]):
    """One page of webhooks."""


class WebhookWithSecret(WebhookSummary):
    """A webhook with the secret that signs its messages. The secret is shown only once."""

    secret: str

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """Return the view of a webhook with a new secret."""
        return cls.model_validate(webhook)


class DeliveryAttempt(View):
    """One attempt. `statusCode` is null if there was no response, `error` if it succeeded."""

    at: datetime
    status_code: int | None
    error: str | None
    duration_ms: int


class WebhookDelivery(View):
    """The delivery of one event to one webhook.

    `messageId` is the `webhook-id` header. `log` is oldest first.
    """

    id: Id
    message_id: str
    event: EventKind
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    status_code: int | None
    error: str | None
    created_at: datetime
    delivered_at: datetime | None
    log: list[DeliveryAttempt]

    @classmethod
    def of(cls, line: DeliveryLine) -> Self:
        """Return the view of one delivery."""
        delivery = line.delivery
        return cls(
            id=delivery.id,
            message_id=line.event.message_id,
            event=line.event.kind,
            status=delivery.status,
            attempts=delivery.attempts,
            next_attempt_at=delivery.next_attempt_at,
            status_code=delivery.status_code,
            error=delivery.error,
            created_at=delivery.created_at,
            delivered_at=delivery.delivered_at,
            log=[DeliveryAttempt.model_validate(attempt) for attempt in line.log],
        )


class WebhookDeliveryPage(Page[WebhookDelivery]):
    """One page of a webhook's deliveries."""
