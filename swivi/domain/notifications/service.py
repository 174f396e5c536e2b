"""Notify users, in the transaction of the event."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.bounded_count import count_to_most
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.service import admin_ids
from swivi.domain.notifications.models import Notification, NotificationKind


async def tell(
    session: AsyncSession,
    user_id: int,
    kind: NotificationKind,
    title: str,
    body: str,
    subject_id: int | None = None,
) -> None:
    """Notify one user. `subject_id` is explained at `NotificationKind`."""
    await tell_each(session, kind, title, {user_id: body}, subject_id)


async def tell_admins(
    session: AsyncSession,
    kind: NotificationKind,
    title: str,
    body: str,
    subject_id: int | None = None,
) -> None:
    """Notify every active admin."""
    bodies = dict.fromkeys(await admin_ids(session), body)
    await tell_each(session, kind, title, bodies, subject_id)


async def tell_each(
    session: AsyncSession,
    kind: NotificationKind,
    title: str,
    bodies: Mapping[int, str],
    subject_id: int | None = None,
) -> None:
    """Notify many users, each with their own text (user id -> body), in one statement."""
    now = clock.now()
    rows = [
        {
            "user_id": user_id,
            "kind": kind,
            "title": title,
            "body": body,
            "subject_id": subject_id,
            "link": "",
            "created_at": now,
        }
        for user_id, body in bodies.items()
    ]
    if rows:
        await session.execute(insert(Notification), rows)
        changes.mark(session, users=bodies)


async def newest(
    session: AsyncSession,
    actor: Actor,
    *,
    unread_only: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[Notification]:
    """Return the actor's own notifications, newest first."""
    newest_first = col(Notification.id).desc()
    page = (
        select(Notification.id)
        .where(*_told(actor, unread_only))
        .order_by(newest_first)
        .limit(limit)
        .offset(offset)
    )
    return (
        await session.exec(
            select(Notification).where(col(Notification.id).in_(page)).order_by(newest_first)
        )
    ).all()


async def count(session: AsyncSession, actor: Actor, *, unread_only: bool = False) -> int:
    """Return how many notifications the actor has, up to the bound of `count_to_most`."""
    return await count_to_most(session, col(Notification.id), *_told(actor, unread_only))


def _told(actor: Actor, unread_only: bool) -> list[ColumnElement[bool]]:
    unread = [col(Notification.read_at).is_(None)] if unread_only else []
    return [col(Notification.user_id) == actor.user_id, *unread]


async def mark_read(session: AsyncSession, actor: Actor, notification_id: int) -> None:
    """Mark one of the actor's own notifications as read. Do nothing for any other."""
    await _mark(session, actor, col(Notification.id) == notification_id)


async def mark_all_read(session: AsyncSession, actor: Actor) -> None:
    """Mark all of the actor's notifications as read."""
    await _mark(session, actor)


async def _mark(session: AsyncSession, actor: Actor, *which: ColumnElement[bool]) -> None:
    await session.execute(
        update(Notification)
        .where(
            col(Notification.user_id) == actor.user_id, col(Notification.read_at).is_(None), *which
        )
        .values(read_at=clock.now())
    )
    changes.mark(session, users=[actor.user_id])
