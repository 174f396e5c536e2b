"""The messages that webhooks send, for the OpenAPI document. These routes are never called."""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from fastapi import APIRouter, Header
from pydantic.alias_generators import to_camel

from swivi.api.http.schemas import View
from swivi.domain.webhooks.events import (
    CampaignCompleted,
    EventData,
    PayoutCompleted,
    Probe,
    SealMade,
    SubmissionApproved,
)

Kind = TypeVar("Kind")
Data = TypeVar("Data", bound=EventData)

MessageId = Annotated[
    str,
    Header(
        alias="webhook-id",
        description="The message's id, the same at each attempt. Use it to ignore repeats.",
    ),
]
SentAt = Annotated[
    str,
    Header(alias="webhook-timestamp", description="The time of sending, in seconds since 1970."),
]
Signature = Annotated[
    str,
    Header(
        alias="webhook-signature",
        description="One or several `v1` signatures; see https://www.standardwebhooks.com.",
    ),
]


class WebhookMessage(View, Generic[Kind, Data]):
    """The body of a message: what happened, and when."""

    type: Kind
    timestamp: datetime
    data: Data


class SubmissionApprovedMessage(WebhookMessage[Literal["submission.approved"], SubmissionApproved]):
    """The body of `submission.approved`."""


class CampaignCompletedMessage(WebhookMessage[Literal["campaign.completed"], CampaignCompleted]):
    """The body of `campaign.completed`."""


class PayoutCompletedMessage(WebhookMessage[Literal["payout.completed"], PayoutCompleted]):
    """The body of `payout.completed`."""


class SealMadeMessage(WebhookMessage[Literal["seal.made"], SealMade]):
    """The body of `seal.made`."""


class TestMessage(WebhookMessage[Literal["webhook.test"], Probe]):
    """The body of `webhook.test`."""


router = APIRouter(tags=["admin"], generate_unique_id_function=lambda route: to_camel(route.name))


@router.post("submission.approved", status_code=204)
async def submission_approved(
    message_id: MessageId,
    sent_at: SentAt,
    signature: Signature,
    body: SubmissionApprovedMessage,
) -> None:
    """A submission was approved. It earns from now on."""


@router.post("campaign.completed", status_code=204)
async def campaign_completed(
    message_id: MessageId,
    sent_at: SentAt,
    signature: Signature,
    body: CampaignCompletedMessage,
) -> None:
    """A campaign was completed. This is final."""


@router.post("payout.completed", status_code=204)
async def payout_completed(
    message_id: MessageId,
    sent_at: SentAt,
    signature: Signature,
    body: PayoutCompletedMessage,
) -> None:
    """A payout was sent to a clipper."""


@router.post("seal.made", status_code=204)
async def seal_made(
    message_id: MessageId,
    sent_at: SentAt,
    signature: Signature,
    body: SealMadeMessage,
) -> None:
    """The daily seal of the append-only tables was made."""


@router.post("webhook.test", status_code=204)
async def webhook_test(
    message_id: MessageId,
    sent_at: SentAt,
    signature: Signature,
    body: TestMessage,
) -> None:
    """An admin requested a test message."""
