"""The outbox of events: each is written in the transaction that causes it, and sent after that."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.outbox import delete_older
from swivi.domain.webhooks.events import EventData, Probe, body_of
from swivi.domain.webhooks.models import DeliveryStatus, Webhook, WebhookDelivery, WebhookEvent

KEPT = timedelta(days=30)
"""How long events, their deliveries and attempts are kept, whatever became of them."""


async def tell(session: AsyncSession, data: EventData) -> None:
    """Queue the event for each active webhook that subscribes to it. Write nothing if none does."""
    # Closes the race with an admin who deletes a webhook: the lock keeps its row until this
    # transaction ends.
    found = await session.exec(
        select(Webhook.id, Webhook.events)
        .where(col(Webhook.active))
        .with_for_update(read=True, key_share=True)
    )
    wanted = [webhook_id for webhook_id, events in found.all() if data.kind in events]
    if wanted:
        await _post(session, data, wanted)


async def probe(session: AsyncSession, webhook: Webhook) -> WebhookDelivery:
    """Queue a test event for this webhook alone."""
    event = await _post(session, Probe(), [webhook.id])
    found = await session.exec(select(WebhookDelivery).where(WebhookDelivery.event_id == event.id))
    return found.one()


async def _post(session: AsyncSession, data: EventData, webhook_ids: list[int]) -> WebhookEvent:
    now = clock.now()
    event = WebhookEvent(
        message_id=f"msg_{uuid4().hex}", kind=data.kind, body=body_of(data, now), created_at=now
    )
    session.add(event)
    await session.flush()
    new = {
        "status": DeliveryStatus.PENDING,
        "attempts": 0,
        "next_attempt_at": now,
        "created_at": now,
    }
    rows = [{"webhook_id": webhook_id, "event_id": event.id, **new} for webhook_id in webhook_ids]
    await session.execute(insert(WebhookDelivery), rows)
    changes.mark(session, webhooks=True)
    return event


async def forget_old(session: AsyncSession) -> None:
    """Delete events that are older than KEPT, with their deliveries and attempts."""
    await delete_older(session, WebhookEvent, KEPT)
