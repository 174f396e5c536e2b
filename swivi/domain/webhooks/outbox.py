"""The outbox: what happened is written with it, in one transaction, and sent once that has
committed.
"""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.domain.webhooks.events import EventData, Probe, body_of
from swivi.domain.webhooks.models import DeliveryStatus, Webhook, WebhookDelivery, WebhookEvent

KEPT = timedelta(days=30)
"""How long events, their deliveries and the log of those are kept, whatever became of them."""


async def tell(session: AsyncSession, data: EventData) -> None:
    """Every active webhook that wants to know of this is to be told.

    Nothing is written where none does.
    """
    # Closes the race with an admin who deletes a webhook: its row stays until this transaction
    # ends.
    found = await session.exec(
        select(Webhook.id, Webhook.events)
        .where(col(Webhook.active))
        .with_for_update(read=True, key_share=True)
    )
    wanted = [webhook_id for webhook_id, events in found.all() if data.kind in events]
    if wanted:
        await _post(session, data, wanted)


async def probe(session: AsyncSession, webhook: Webhook) -> WebhookDelivery:
    """A test event, to this webhook alone."""
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
    """Remove the events whose time is over; deliveries and their log go with them."""
    await session.execute(
        delete(WebhookEvent).where(col(WebhookEvent.created_at) <= clock.now() - KEPT)
    )
