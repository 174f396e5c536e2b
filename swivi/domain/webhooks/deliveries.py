"""Deliveries: claimed by one sender at a time, recorded, listed and sent again.

A message may arrive twice, if a sender died before it recorded the attempt. Both copies have the
same `webhook-id`.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.guarded import changed_one
from swivi.core.outbox import Outbox
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.webhooks.errors import DeliveryUnderWay, NoSuchDelivery, WebhookInactive
from swivi.domain.webhooks.models import (
    DeliveryStatus,
    EventKind,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEvent,
)
from swivi.domain.webhooks.rules import BACKOFF

log = logging.getLogger("swivi.webhooks")

CLAIMED_FOR = timedelta(seconds=60)

AT_ONCE_PER_WEBHOOK = 4
"""Keeps a slow webhook from delaying the others."""

GONE = 410
"""The HTTP status by which a receiver unsubscribes."""

OUTBOX = Outbox(
    WebhookDelivery,
    CLAIMED_FOR,
    # A literal instead of a parameter: it must equal the condition of the partial index, or neither
    # database uses that.
    col(WebhookDelivery.status) == literal_column(f"'{DeliveryStatus.PENDING}'"),
)


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """All that is needed to send a claimed delivery."""

    delivery_id: int
    webhook_id: int
    claim: str
    attempts: int
    url: str
    message_id: str
    kind: EventKind
    body: str
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """How an attempt ended.

    `error` is None after a success. `status_code` is None if there was no answer.
    """

    at: datetime
    status_code: int | None
    error: str | None
    duration_ms: int


async def is_any_due(session: AsyncSession) -> bool:
    """Return whether there is a delivery to claim, without taking a lock."""
    query = (
        select(WebhookDelivery.id)
        .join(Webhook)
        .where(col(Webhook.active), OUTBOX.is_due(clock.now()))
        .limit(1)
    )
    return (await session.exec(query)).first() is not None


async def count_due(session: AsyncSession) -> int:
    """Return how many deliveries are due."""
    query = select(func.count()).select_from(WebhookDelivery).join(Webhook)
    due = query.where(col(Webhook.active), OUTBOX.is_due(clock.now()))
    return (await session.exec(due)).one()


async def claim(
    session: AsyncSession, claim: str, *, busy: Collection[int], limit: int
) -> list[ClaimedDelivery]:
    """Claim due deliveries, the longest waiting first.

    At most AT_ONCE_PER_WEBHOOK of each webhook, and none of the webhooks in `busy` (their ids).
    """
    rank = func.row_number().over(
        partition_by=col(WebhookDelivery.webhook_id), order_by=col(WebhookDelivery.next_attempt_at)
    )
    due = (
        select(
            col(WebhookDelivery.id),
            col(WebhookDelivery.next_attempt_at).label("at"),
            rank.label("rank"),
        )
        .join(Webhook)
        .where(
            col(Webhook.active),
            col(WebhookDelivery.webhook_id).not_in(busy),
            OUTBOX.is_due(clock.now()),
        )
        .subquery()
    )
    chosen = (
        select(due.c.id).where(due.c.rank <= AT_ONCE_PER_WEBHOOK).order_by(due.c.at).limit(limit)
    )
    ids = await OUTBOX.claim(session, claim, chosen)
    return await _claimed(session, claim, ids) if ids else []


async def _claimed(session: AsyncSession, claim: str, ids: list[int]) -> list[ClaimedDelivery]:
    found = await session.exec(
        select(WebhookDelivery, Webhook, WebhookEvent)
        .join(Webhook, col(Webhook.id) == col(WebhookDelivery.webhook_id))
        .join(WebhookEvent, col(WebhookEvent.id) == col(WebhookDelivery.event_id))
        .where(col(WebhookDelivery.id).in_(ids))
        .order_by(col(WebhookDelivery.id))
    )
    return [
        ClaimedDelivery(
            delivery_id=delivery.id,
            webhook_id=webhook.id,
            claim=claim,
            attempts=delivery.attempts,
            url=webhook.url,
            message_id=event.message_id,
            kind=event.kind,
            body=event.body,
            secrets=secrets_of(webhook),
        )
        for delivery, webhook, event in found.all()
    ]


def secrets_of(webhook: Webhook) -> tuple[str, ...]:
    """Return the secrets that sign now: the present one, and after a rotation the old one too."""
    old, until = webhook.previous_secret, webhook.previous_until
    still = old is not None and until is not None and until > clock.now()
    return (webhook.secret, old) if still and old is not None else (webhook.secret,)


async def record(session: AsyncSession, claimed: ClaimedDelivery, attempted: AttemptResult) -> None:
    """Record how an attempt ended and when the next one is due, unless the claim was lost."""
    attempts = claimed.attempts + 1
    is_gone = attempted.status_code == GONE
    is_over = attempted.error is None or is_gone
    pause = None if is_over else BACKOFF.after(attempts)
    is_recorded = await OUTBOX.record(
        session,
        claimed.delivery_id,
        claimed.claim,
        attempts=attempts,
        pause=pause,
        status_code=attempted.status_code,
        error=attempted.error,
        **_status_after(attempted, pause),
    )
    if not is_recorded:
        return
    session.add(
        WebhookAttempt(
            delivery_id=claimed.delivery_id,
            at=attempted.at,
            status_code=attempted.status_code,
            error=attempted.error,
            duration_ms=attempted.duration_ms,
        )
    )
    if is_gone:
        await _switch_off(session, claimed)
    elif attempted.error is not None and pause is None:
        await _give_up(session, claimed, attempts, attempted.error)


def _status_after(attempted: AttemptResult, pause: timedelta | None) -> dict[str, object]:
    if attempted.error is None:
        return {"status": DeliveryStatus.DELIVERED, "delivered_at": clock.now()}
    return {} if pause else {"status": DeliveryStatus.GAVE_UP}


async def _switch_off(session: AsyncSession, claimed: ClaimedDelivery) -> None:
    reason = "It answered 410 Gone."
    await session.execute(
        update(Webhook)
        .where(col(Webhook.id) == claimed.webhook_id)
        .values(active=False, disabled_reason=reason)
    )
    log.warning("Webhook %d was switched off: %s", claimed.webhook_id, reason)
    await notifications.tell_admins(
        session,
        NotificationKind.WEBHOOK_FAILED,
        "A webhook was switched off",
        (
            f"Webhook {claimed.webhook_id} answered {claimed.kind} with 410 Gone. It gets no more "
            "events."
        ),
    )


async def _give_up(
    session: AsyncSession, claimed: ClaimedDelivery, attempts: int, error: str
) -> None:
    log.warning(
        "Gave up delivery %d to webhook %d: %s", claimed.delivery_id, claimed.webhook_id, error
    )
    await notifications.tell_admins(
        session,
        NotificationKind.WEBHOOK_FAILED,
        "A webhook could not be reached",
        (
            f"Webhook {claimed.webhook_id} did not accept {claimed.kind} in {attempts} attempts. "
            f"Last error: {error}"
        ),
    )


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery with its event and its attempts, oldest first."""

    delivery: WebhookDelivery
    event: WebhookEvent
    log: Sequence[WebhookAttempt]


async def of_webhook(
    session: AsyncSession,
    webhook_id: int,
    *,
    status: DeliveryStatus | None,
    limit: int,
    offset: int,
) -> tuple[list[DeliveryLine], int]:
    """Return one page of a webhook's deliveries, newest first, and the number of all."""
    where: list[Any] = [WebhookDelivery.webhook_id == webhook_id]
    if status is not None:
        where.append(WebhookDelivery.status == status)
    total = (
        await session.exec(select(func.count()).select_from(WebhookDelivery).where(*where))
    ).one()
    page = col(WebhookDelivery.id).in_(
        select(col(WebhookDelivery.id))
        .where(*where)
        .order_by(col(WebhookDelivery.id).desc())
        .limit(limit)
        .offset(offset)
    )
    return await _lines(session, page), total


async def line(session: AsyncSession, delivery_id: int) -> DeliveryLine:
    """Return one delivery. Raises NoSuchDelivery."""
    found = await _lines(session, col(WebhookDelivery.id) == delivery_id)
    if not found:
        raise NoSuchDelivery
    return found[0]


async def _lines(session: AsyncSession, which: ColumnElement[bool]) -> list[DeliveryLine]:
    found = await session.exec(
        select(WebhookDelivery, WebhookEvent)
        .join(WebhookEvent, col(WebhookEvent.id) == col(WebhookDelivery.event_id))
        .where(which)
        .order_by(col(WebhookDelivery.id).desc())
        .execution_options(populate_existing=True)
    )
    rows = found.all()
    ids = [delivery.id for delivery, _ in rows]
    attempts = await session.exec(
        select(WebhookAttempt)
        .where(col(WebhookAttempt.delivery_id).in_(ids))
        .order_by(col(WebhookAttempt.id))
    )
    logs: dict[int, list[WebhookAttempt]] = {delivery_id: [] for delivery_id in ids}
    for attempt in attempts.all():
        logs[attempt.delivery_id].append(attempt)
    return [DeliveryLine(delivery, event, logs[delivery.id]) for delivery, event in rows]


async def send_again(session: AsyncSession, webhook: Webhook, delivery_id: int) -> DeliveryLine:
    """Send a delivery now, whatever became of it, and count its attempts from 0 again.

    Raises NoSuchDelivery, WebhookInactive, DeliveryUnderWay.
    """
    delivery = await session.get(WebhookDelivery, delivery_id)
    if delivery is None or delivery.webhook_id != webhook.id:
        raise NoSuchDelivery
    if not webhook.active:
        raise WebhookInactive
    now = clock.now()
    # Guarded, so that a delivery whose attempt is under way keeps its claim.
    is_queued = await changed_one(
        session,
        update(WebhookDelivery)
        .where(col(WebhookDelivery.id) == delivery_id, OUTBOX.is_free(now))
        .values(
            status=DeliveryStatus.PENDING,
            attempts=0,
            next_attempt_at=now,
            delivered_at=None,
            claim=None,
            claimed_until=None,
        ),
    )
    if not is_queued:
        raise DeliveryUnderWay
    changes.mark(session, webhooks=True)
    return await line(session, delivery_id)
