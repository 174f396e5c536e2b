"""The feed: finds other processes' changes in the rows that every visible change leaves behind.

It reports each row once, including those that this process committed. So the hub looks before it
pushes its own commits, and does not push them a second time when the feed finds them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.changes import ChangeSet
from swivi.core.db import Database
from swivi.domain.ledger.models import Transfer
from swivi.domain.notifications.models import Notification
from swivi.domain.tracking.models import RunStatus, TrackingRun

LONGEST_COMMIT_SECONDS = 30.0
"""How long the feed waits for the rows of missing ids: no transaction takes longer."""

MOST_GAPS = 100
"""Gaps between ids that are watched at the same time. The newest ones count."""


class Feed:
    """Remembers how far it has looked.

    The first look finds nothing but the present end. A caller that looks first and reads afterwards
    misses no change.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._transfers = _Unseen(col(Transfer.id), Transfer.user_id, Transfer.campaign_id)
        self._notifications = _Unseen(col(Notification.id), Notification.user_id)
        self._running: set[int] = set()
        self._looking = asyncio.Lock()

    @property
    def has_looked(self) -> bool:
        """Whether the first look has happened."""
        return self._notifications.end is not None

    async def since_last_look(self, began: asyncio.Event | None = None) -> ChangeSet:
        """Return the users, campaigns and runs that changed since the last call. Raise Outage.

        `began` is set once this look's snapshot is taken. Whatever is read after that is no older
        than the snapshot.
        """
        try:
            async with self._looking, self._database.reading() as session:
                return await self._look(session, began or asyncio.Event())
        finally:
            if began is not None:
                began.set()

    async def _look(self, session: AsyncSession, began: asyncio.Event) -> ChangeSet:
        # The search for gaps needs one snapshot. SQLite's transactions always have one.
        if not self._database.is_sqlite:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        changed = ChangeSet(runs=await self._runs(session))
        began.set()
        for user_id, campaign_id in await self._transfers.rows(session):
            changed.users |= {user_id} if user_id is not None else set()
            changed.campaigns |= {campaign_id} if campaign_id is not None else set()
        changed.users.update(user_id for (user_id,) in await self._notifications.rows(session))
        return changed

    async def _runs(self, session: AsyncSession) -> set[int]:
        """Return the active runs, and those that were active at the last look."""
        found = await session.exec(
            select(TrackingRun.id).where(col(TrackingRun.status) == RunStatus.RUNNING)
        )
        before, self._running = self._running, set(found.all())
        return before | self._running


@dataclass(frozen=True, slots=True)
class _Gap:
    """Ids that are missing below higher ones.

    Their transaction has not committed yet, or was rolled back.
    """

    first: int
    last: int
    until: float
    """When the feed gives up, in seconds of the monotonic clock."""


class _Unseen:
    """The rows of an append-only table that the feed has not seen yet.

    On PostgreSQL a lower id may be committed after a higher one. So the feed watches gaps between
    ids for a while.
    """

    def __init__(self, row_id: Any, *what: Any) -> None:
        self._id = row_id
        self._what = what
        self.end: int | None = None
        """The highest id seen; None before the first look."""
        self._gaps: list[_Gap] = []

    async def rows(self, session: AsyncSession) -> Sequence[Sequence[Any]]:
        """Return the distinct values of `what` in the new rows."""
        if self.end is None:
            self.end = (await session.exec(select(func.max(self._id)))).one() or 0
            return ()
        is_unseen = or_(
            self._id > self.end, *(self._id.between(gap.first, gap.last) for gap in self._gaps)
        )
        query: Any = select(func.max(self._id), func.count()).add_columns(*self._what)
        found = (await session.exec(query.where(is_unseen).group_by(*self._what))).all()
        if found:
            end = max(self.end, *(row[0] for row in found))
            if self._gaps or sum(row[1] for row in found) < end - self.end:
                self._gaps = await self._find_gaps(session, self.end)
            self.end = end
        self._gaps = [gap for gap in self._gaps if gap.until > monotonic()]
        return [row[2:] for row in found]

    async def _find_gaps(self, session: AsyncSession, end: int) -> list[_Gap]:
        """Return the gaps from the oldest watched one up. Rows that have arrived close theirs."""
        start = min((gap.first for gap in self._gaps), default=end + 1)
        before = func.lag(self._id, 1, start - 1).over(order_by=self._id)
        numbered: Any = (
            select(self._id.label("id"), before.label("before")).where(self._id >= start).subquery()
        )
        query: Any = (
            select(numbered.c.before + 1, numbered.c.id - 1)
            .where(numbered.c.id > numbered.c.before + 1)
            .order_by(numbered.c.id.desc())
            .limit(MOST_GAPS)
        )
        return [
            _Gap(first, last, self._until(first))
            for first, last in (await session.exec(query)).all()
        ]

    def _until(self, missing: int) -> float:
        known = (gap.until for gap in self._gaps if gap.first <= missing <= gap.last)
        return next(known, monotonic() + LONGEST_COMMIT_SECONDS)
