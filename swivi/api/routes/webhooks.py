"""Webhooks: admins register URLs that receive events, and inspect the deliveries."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from swivi.api.http.access import Admin, admin
from swivi.api.http.bodies import ExactRoute
from swivi.api.http.idempotency import OnceForUser
from swivi.api.http.parameters import Paging
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import AnyCase, RowId
from swivi.api.routes.webhooks_schemas import (
    NewWebhook,
    WebhookChange,
    WebhookDelivery,
    WebhookDeliveryPage,
    WebhookPage,
    WebhookSummary,
    WebhookWithSecret,
)
from swivi.domain.webhooks import deliveries
from swivi.domain.webhooks import service as webhooks
from swivi.domain.webhooks.errors import (
    DeliveryUnderWay,
    NoSuchDelivery,
    NoSuchWebhook,
    TooManyWebhooks,
    WebhookInactive,
)
from swivi.domain.webhooks.models import DeliveryStatus
from swivi.runtime.runtime import runtime

router = APIRouter(
    prefix="/admin/webhooks", tags=["admin"], route_class=ExactRoute, dependencies=[Depends(admin)]
)


@router.get("")
async def list_webhooks(paging: Annotated[Paging, Depends()]) -> WebhookPage:
    """List all webhooks, newest first."""
    async with runtime().database.reading() as session:
        found, total = await webhooks.list_all(session, limit=paging.limit, offset=paging.offset)
    return paging.shown(
        WebhookPage, [WebhookSummary.model_validate(webhook) for webhook in found], total
    )


@router.post("", status_code=201)
@refuses(TooManyWebhooks)
async def create_webhook(actor: Admin, body: NewWebhook, once: OnceForUser) -> WebhookWithSecret:
    """Create a webhook. Its secret is shown only once."""
    only_public = runtime().settings.webhooks_only_public
    async with once.writing() as session:
        made = WebhookWithSecret.of(
            await webhooks.create(session, actor, body.sent(), only_public=only_public)
        )
        await once.keep(session, made)
    return made


@router.get("/{webhook_id}")
@refuses(NoSuchWebhook)
async def get_webhook(webhook_id: RowId) -> WebhookSummary:
    """Return one webhook."""
    async with runtime().database.reading() as session:
        return WebhookSummary.model_validate(await webhooks.get(session, webhook_id))


@router.patch("/{webhook_id}")
@refuses(NoSuchWebhook)
async def change_webhook(actor: Admin, webhook_id: RowId, body: WebhookChange) -> WebhookSummary:
    """Change a webhook's URL, events or description, or switch it on or off."""
    only_public = runtime().settings.webhooks_only_public
    async with runtime().database.writing() as session:
        changed = await webhooks.change(
            session, actor, webhook_id, body.sent(), only_public=only_public
        )
    return WebhookSummary.model_validate(changed)


@router.delete("/{webhook_id}", status_code=204)
@refuses(NoSuchWebhook)
async def delete_webhook(actor: Admin, webhook_id: RowId) -> None:
    """Delete a webhook with its deliveries."""
    async with runtime().database.writing() as session:
        await webhooks.delete(session, actor, webhook_id)


@router.post("/{webhook_id}/rotate-secret")
@refuses(NoSuchWebhook)
async def rotate_webhook_secret(
    actor: Admin, webhook_id: RowId, once: OnceForUser
) -> WebhookWithSecret:
    """Create a new secret, which is shown only once.

    For 24 hours, messages are signed with the old secret as well.
    """
    async with once.writing() as session:
        rotated = WebhookWithSecret.of(await webhooks.rotate_secret(session, actor, webhook_id))
        await once.keep(session, rotated)
    return rotated


@router.post("/{webhook_id}/test", status_code=202)
@refuses(NoSuchWebhook, WebhookInactive)
async def test_webhook(actor: Admin, webhook_id: RowId, once: OnceForUser) -> WebhookDelivery:
    """Send a `webhook.test` event. The answer is its delivery, which is under way."""
    async with once.writing() as session:
        view = WebhookDelivery.of(await webhooks.test(session, actor, webhook_id))
        await once.keep(session, view)
    return view


@router.get("/{webhook_id}/deliveries")
@refuses(NoSuchWebhook)
async def list_deliveries(
    webhook_id: RowId,
    paging: Annotated[Paging, Depends()],
    status: Annotated[DeliveryStatus | None, AnyCase, Query()] = None,
) -> WebhookDeliveryPage:
    """List a webhook's deliveries of the last 30 days with their attempts, newest first."""
    async with runtime().database.reading() as session:
        await webhooks.get(session, webhook_id)
        found, total = await deliveries.of_webhook(
            session, webhook_id, status=status, limit=paging.limit, offset=paging.offset
        )
    return paging.shown(WebhookDeliveryPage, [WebhookDelivery.of(line) for line in found], total)


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliver", status_code=202)
@refuses(NoSuchWebhook, NoSuchDelivery, WebhookInactive, DeliveryUnderWay)
async def redeliver(
    actor: Admin, webhook_id: RowId, delivery_id: RowId, once: OnceForUser
) -> WebhookDelivery:
    """Send a delivery again now, whatever its status. Its `webhook-id` stays the same."""
    async with once.writing() as session:
        view = WebhookDelivery.of(
            await webhooks.send_again(session, actor, webhook_id, delivery_id)
        )
        await once.keep(session, view)
    return view
