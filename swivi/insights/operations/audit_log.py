"""The audit log as admins read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.bounded_count import count_to_most
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign
from swivi.domain.ledger.models import AuditEntry

SWIVI = 0
"""The `actor_id` that filters for Swivi itself."""


MOST_ACTORS = 100
"""The most actors in a filter's choices. Each clipper with a payout request is an actor.

Others can be found through their own pages.
"""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry with its actor's name, which is None if Swivi itself acted.

    `about` is the name of the entry's campaign or user; None for other subjects.
    """

    entry: AuditEntry
    actor: str | None
    about: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Filters of the log. An empty one or None does not filter.

    Both days are in UTC and included.
    """

    action: str = ""
    subject: str = ""
    subject_id: int | None = None
    actor_id: int | None = None
    since: date | None = None
    until: date | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the filters as conditions on `AuditEntry`."""
        wanted = []
        if self.action:
            wanted.append(col(AuditEntry.action) == self.action)
        if self.subject:
            wanted.append(col(AuditEntry.subject) == self.subject)
        if self.subject_id is not None:
            wanted.append(col(AuditEntry.subject_id) == self.subject_id)
        if self.actor_id is not None:
            actor = col(AuditEntry.actor_id)
            wanted.append(actor.is_(None) if self.actor_id == SWIVI else actor == self.actor_id)
        return wanted + self._within()

    def _within(self) -> list[ColumnElement[bool]]:
        at, wanted = col(AuditEntry.at), []
        if self.since is not None:
            wanted.append(at >= datetime.combine(self.since, time.min, UTC))
        if self.until is not None:
            wanted.append(at <= datetime.combine(self.until, time.max, UTC))
        return wanted


EVERYTHING = AuditFilter()


async def audit_lines(
    session: AsyncSession, wanted: AuditFilter = EVERYTHING, *, limit: int, offset: int = 0
) -> tuple[list[AuditLine], int]:
    """Return one page of the log, newest first, and the total, counted to MOST_COUNTED + 1."""
    total = await count_to_most(session, col(AuditEntry.id), *wanted.conditions())
    return await _lines(session, wanted.conditions(), limit=limit, offset=offset), total


async def audit_lines_before(
    session: AsyncSession, wanted: AuditFilter, entry_id: int | None, *, limit: int
) -> list[AuditLine]:
    """Return the next entries older than `entry_id`, newest first; None starts at the newest."""
    older = [] if entry_id is None else [col(AuditEntry.id) < entry_id]
    return await _lines(session, wanted.conditions() + older, limit=limit)


async def _lines(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], *, limit: int, offset: int = 0
) -> list[AuditLine]:
    about, on, subject = aliased(User), col(AuditEntry.subject_id), col(AuditEntry.subject)
    newest_first = col(AuditEntry.id).desc()
    page = (
        select(AuditEntry.id).where(*conditions).order_by(newest_first).limit(limit).offset(offset)
    )
    found = await session.exec(
        select(AuditEntry, User.name, func.coalesce(Campaign.title, about.name))
        .join(User, col(User.id) == col(AuditEntry.actor_id), isouter=True)
        .join(Campaign, and_(subject == "campaign", col(Campaign.id) == on), isouter=True)
        .join(about, and_(subject == "user", col(about.id) == on), isouter=True)
        .where(col(AuditEntry.id).in_(page))
        .order_by(newest_first)
    )
    return [AuditLine(entry, actor, about_name) for entry, actor, about_name in found.all()]


async def audit_actions(session: AsyncSession) -> list[str]:
    """Return the names of all actions in the log."""
    return await _distinct(session, col(AuditEntry.action))


async def audit_actors(
    session: AsyncSession, *, besides: int | None = None
) -> list[tuple[int, str]]:
    """Return the actors in the log by name: (user id, name).

    Return at most MOST_ACTORS, and `besides`, the current choice.
    """
    who = await _distinct(session, col(AuditEntry.actor_id))
    who += [besides] if besides is not None else []
    found = await session.exec(
        select(User.id, User.name).where(col(User.id).in_(who)).order_by(User.name)
    )
    return list(found.all())


async def _distinct(session: AsyncSession, column: Any) -> list[Any]:
    """Return the distinct values of an indexed column, without NULL, by one look-up each."""
    values = select(func.min(column).label("value")).cte("found", recursive=True)
    following = select(func.min(column)).where(column > values.c.value).scalar_subquery()
    values = values.union_all(select(following).where(values.c.value.is_not(None)))
    found = select(values.c.value).where(values.c.value.is_not(None)).limit(MOST_ACTORS)
    return list((await session.scalars(found)).all())
