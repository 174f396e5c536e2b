"""What is sent: camelCase, ids as strings, money in dollars, times in UTC, as in the API."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from swivi.core.money import JsonNumber, to_dollars
from swivi.domain.webhooks.models import EventKind

Id = Annotated[str, BeforeValidator(str)]
Dollars = Annotated[JsonNumber, BeforeValidator(to_dollars)]
"""Is given cents."""


class EventData(BaseModel):
    """What an event says. No personal data but ids: whoever may know more asks the API."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    kind: ClassVar[EventKind]


class SubmissionApproved(EventData):
    """A submission was approved, and earns from `initialViews` on."""

    kind = EventKind.SUBMISSION_APPROVED

    submission_id: Id
    campaign_id: Id
    campaign: str
    user_id: Id
    platform: str
    external_id: str
    clip_url: str
    initial_views: int


class CampaignCompleted(EventData):
    """A campaign is over for good."""

    kind = EventKind.CAMPAIGN_COMPLETED

    campaign_id: Id
    title: str
    budget: Dollars
    spent: Dollars
    reason: str
    completed_at: datetime


class PayoutCompleted(EventData):
    """A payout was sent: `net` arrived, `fee` was kept."""

    kind = EventKind.PAYOUT_COMPLETED

    payout_request_id: Id
    user_id: Id
    amount: Dollars
    fee: Dollars
    net: Dollars
    method: str
    transaction_id: str


class SealMade(EventData):
    """The newest seal, once a day: what a later copy of the database is compared with."""

    kind = EventKind.SEAL_MADE

    seal_id: Id
    digest: str
    made_at: datetime
    transfers: int
    audit_entries: int
    readings: int


class Probe(EventData):
    """Sent on request, to see whether messages arrive."""

    kind = EventKind.TEST

    message: str = "This is a test."


class Message(BaseModel):
    """The body, as the specification wants it."""

    type: EventKind
    timestamp: datetime
    data: dict[str, object]


def body_of(data: EventData, at: datetime) -> str:
    """The JSON to send for what happened at that moment."""
    sent = Message(type=data.kind, timestamp=at, data=data.model_dump(mode="json", by_alias=True))
    return sent.model_dump_json()
