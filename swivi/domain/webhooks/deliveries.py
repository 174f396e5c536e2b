"""Deliveries: claimed by one sender at a time, recorded as they end, listed, sent again.

A claim is a lease on one delivery. A sender that dies leaves it behind, and once it is over
somebody else sends: a message may so arrive twice, always with the same `webhook-id`.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, func, literal_column, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
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
from swivi.domain.webhooks.rules import pause_after

log = logging.getLogger("swivi.webhooks")

CLAIMED_FOR = timedelta(seconds=60)
"""Much longer than an attempt may take."""

AT_ONCE_PER_WEBHOOK = 4
"""So that one that is slow does not hold up the others."""

GONE = 410
"""Whoever answers so wants to hear no more."""


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """What a sender needs to know of a delivery that it claimed."""

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

    `error` None is success; `status_code` None where there was no answer.
    """

    at: datetime
    status_code: int | None
    error: str | None
    duration_ms: int


async def is_any_due(session: AsyncSession) -> bool:
    """Whether there is anything to claim. Takes no lock."""
    query = (
        select(WebhookDelivery.id)
        .join(Webhook)
        .where(col(Webhook.active), *_due(clock.now()))
        .limit(1)
    )
    return (await session.exec(query)).first() is not None


async def count_due(session: AsyncSession) -> int:
    """How many deliveries should be sent now."""
    query = select(func.count()).select_from(WebhookDelivery).join(Webhook)
    return (await session.exec(query.where(col(Webhook.active), *_due(clock.now())))).one()


async def claim(
    session: AsyncSession, claim: str, *, busy: Collection[int], limit: int
) -> list[ClaimedDelivery]:
    """Take what is due, the longest waiting first, a few per webhook, none of those in `busy`
    (webhooks' ids).
    """
    now = clock.now()
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
        .where(col(Webhook.active), col(WebhookDelivery.webhook_id).not_in(busy), *_due(now))
        .subquery()
    )
    chosen = (
        select(due.c.id).where(due.c.rank <= AT_ONCE_PER_WEBHOOK).order_by(due.c.at).limit(limit)
    )
    # Asks again what is due: of two senders that chose the same one, the second finds it claimed,
    # and not due.
    claimed = await session.execute(
        update(WebhookDelivery)
        .where(col(WebhookDelivery.id).in_(chosen), *_due(now))
        .values(claim=claim, claimed_until=now + CLAIMED_FOR)
        .returning(col(WebhookDelivery.id))
        .execution_options(synchronize_session=False)
    )
    ids = [delivery_id for (delivery_id,) in claimed.all()]
    return await _parcels(session, claim, ids) if ids else []


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(
        col(WebhookDelivery.claimed_until).is_(None), col(WebhookDelivery.claimed_until) <= now
    )
    return (
        # Not a parameter: as the partial index says it, so that both databases know that they can
        # use it.
        col(WebhookDelivery.status) == literal_column(f"'{DeliveryStatus.PENDING}'"),
        col(WebhookDelivery.next_attempt_at) <= now,
        free,
    )


async def _parcels(session: AsyncSession, claim: str, ids: list[int]) -> list[ClaimedDelivery]:
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
    """What its messages are signed with now: the secret, and for a while the one before it."""
    old, until = webhook.previous_secret, webhook.previous_until
    still = old is not None and until is not None and until > clock.now()
    return (webhook.secret, old) if still and old is not None else (webhook.secret,)


async def record(session: AsyncSession, parcel: ClaimedDelivery, attempted: AttemptResult) -> None:
    """Write down how an attempt ended, and what comes next; nothing if the claim was lost
    meanwhile.
    """
    attempts = parcel.attempts + 1
    pause = None if attempted.status_code == GONE else pause_after(attempts)
    if attempted.error is None:
        then: dict[str, Any] = {
            "status": DeliveryStatus.DELIVERED,
            "delivered_at": clock.now(),
            "next_attempt_at": None,
        }
    elif pause is None:
        then = {"status": DeliveryStatus.GAVE_UP, "next_attempt_at": None}
    else:
        then = {"next_attempt_at": clock.now() + pause}
    last = {"attempts": attempts, "status_code": attempted.status_code, "error": attempted.error}
    written: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(WebhookDelivery)
        .where(
            col(WebhookDelivery.id) == parcel.delivery_id,
            col(WebhookDelivery.claim) == parcel.claim,
        )
        .values(claim=None, claimed_until=None, **last, **then)
    )
    if written.rowcount != 1:
        return
    session.add(
        WebhookAttempt(
            delivery_id=parcel.delivery_id,
            at=attempted.at,
            status_code=attempted.status_code,
            error=attempted.error,
            duration_ms=attempted.duration_ms,
        )
    )
    if attempted.status_code == GONE:
        await _switch_off(session, parcel)
    elif attempted.error is not None and pause is None:
        await _give_up(session, parcel, attempts, attempted.error)


async def _switch_off(session: AsyncSession, parcel: ClaimedDelivery) -> None:
    reason = "It answered 410 Gone."
    await session.execute(
        update(Webhook)
        .where(col(Webhook.id) == parcel.webhook_id)
        .values(active=False, disabled_reason=reason)
    )
    log.warning("Webhook %d was switched off: %s", parcel.webhook_id, reason)
    await notifications.tell_admins(
        session,
        NotificationKind.WEBHOOK_FAILED,
        "A webhook was switched off",
        (
            f"Webhook {parcel.webhook_id} answered 410 Gone to {parcel.kind}: it wants to hear no "
            "more."
        ),
    )


async def _give_up(
    session: AsyncSession, parcel: ClaimedDelivery, attempts: int, error: str
) -> None:
    log.warning(
        "Gave up delivery %d to webhook %d: %s", parcel.delivery_id, parcel.webhook_id, error
    )
    await notifications.tell_admins(
        session,
        NotificationKind.WEBHOOK_FAILED,
        "A webhook could not be told",
        (
            f"Webhook {parcel.webhook_id} did not take {parcel.kind} in {attempts} attempts. The "
            f"last one: {error}"
        ),
    )


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery with its event and each of its attempts, oldest first."""

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
    """One page of a webhook's deliveries, newest first, and how many there are."""
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
    """One delivery. Raises NoSuchDelivery."""
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
    """Send a delivery now, whatever became of it, and with all its attempts before it is given up
    once more.

    Raises NoSuchDelivery, WebhookInactive, DeliveryUnderWay.
    """
    delivery = await session.get(WebhookDelivery, delivery_id)
    if delivery is None or delivery.webhook_id != webhook.id:
        raise NoSuchDelivery
    if not webhook.active:
        raise WebhookInactive
    now = clock.now()
    # Guarded, so that it does not take a delivery out of a sender's hands.
    again: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(WebhookDelivery)
        .where(
            col(WebhookDelivery.id) == delivery_id,
            or_(
                col(WebhookDelivery.claimed_until).is_(None),
                col(WebhookDelivery.claimed_until) <= now,
            ),
        )
        .values(
            status=DeliveryStatus.PENDING,
            attempts=0,
            next_attempt_at=now,
            delivered_at=None,
            claim=None,
            claimed_until=None,
        )
    )
    if again.rowcount != 1:
        raise DeliveryUnderWay
    changes.mark(session, webhooks=True)
    return await line(session, delivery_id)
