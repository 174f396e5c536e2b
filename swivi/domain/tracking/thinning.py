"""Retention of readings: all of the last 30 days, and of older days what explains something.

Of an older day, each clip's last count and last failure stay. These stay for ever: readings that
were their clip's highest count at the time (they explain what was paid), readings of runs that
credited the clip, baselines and manual readings.

It works day by day in short transactions, so that nobody waits for it and any process can continue.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, tuple_
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from swivi.core import clock, leases
from swivi.core.db import Database
from swivi.core.leases import LeaseHold
from swivi.domain.clips import holds
from swivi.domain.clips.models import ViewTracking
from swivi.domain.ledger.models import Transfer
from swivi.domain.seals.content import ranges
from swivi.domain.seals.models import ThinnedReadings
from swivi.domain.tracking.manual_readings import SOURCE as BY_HAND
from swivi.domain.tracking.models import ThinnedDay

log = logging.getLogger("swivi.tracking")

KEPT_WHOLE = timedelta(days=30)
DAY = timedelta(days=1)
ROWS_AT_A_TIME = 5_000
"""Rows per transaction."""

LEASE = "thinning"
LEASE_TTL = timedelta(seconds=60)


async def thin_out(database: Database) -> int:
    """Thin out every day that is old enough. Return how many readings were deleted.

    Returns at once if another process is doing it or nothing is due. Raises LeaseLost, Outage.
    """
    async with database.reading() as session:
        if await _next_day(session) is None:
            return 0
    hold = await leases.acquire(database, LEASE, LEASE_TTL)
    if hold is None:
        return 0
    async with leases.held(hold):
        return await _thin_out_all(database, hold)


async def _thin_out_all(database: Database, hold: LeaseHold) -> int:
    deleted = 0
    while True:
        async with database.reading() as session:
            day = await _next_day(session)
        if day is None:
            return deleted
        deleted += await _thin_out_day(database, hold, day)


async def _next_day(session: AsyncSession) -> datetime | None:
    """Return the start of the oldest day to thin out, or None."""
    done: datetime | None = (
        await session.exec(select(func.max(ThinnedDay.day)).where(ThinnedDay.is_done))
    ).one()
    readings = select(func.min(ViewTracking.date))
    if done is not None:
        readings = readings.where(ViewTracking.date >= done + DAY)
    oldest: datetime | None = (await session.exec(readings)).one()
    if oldest is None:
        return None
    day: datetime = oldest.replace(hour=0, minute=0, second=0, microsecond=0)
    return day if day + DAY <= clock.now() - KEPT_WHOLE else None


async def _thin_out_day(database: Database, hold: LeaseHold, day: datetime) -> int:
    deleted = 0
    while True:
        async with database.writing() as session:
            await hold.assert_held(session)
            thinned = await session.get(ThinnedDay, day) or ThinnedDay(day=day)
            ids = (await session.exec(_needless(day).limit(ROWS_AT_A_TIME))).all()
            thinned.deleted += len(ids)
            thinned.is_done = len(ids) < ROWS_AT_A_TIME
            session.add(thinned)
            needless = (*_within(ViewTracking, day), col(ViewTracking.id).in_(ids))
            await session.execute(delete(ViewTracking).where(*needless))
            if ids:
                session.add(_kept_ids(day, ids))
        deleted += len(ids)
        if thinned.is_done:
            log.info("Thinned out the readings of %s: %d deleted", day.date(), thinned.deleted)
            return deleted


def _kept_ids(day: datetime, deleted: Sequence[int]) -> ThinnedReadings:
    """Return what the audit needs of deleted readings. Their digests are in the seals."""
    return ThinnedReadings(
        at=clock.now(), day=day, first_id=deleted[0], last_id=deleted[-1], ids=ranges(deleted)
    )


def _needless(day: datetime) -> SelectOfScalar[int]:
    """Select the ids of the day's readings that need not stay."""
    return (
        select(ViewTracking.id)
        .where(
            *_within(ViewTracking, day),
            # On SQLite the newest id would be reused for a reading that no seal knows.
            col(ViewTracking.id) < select(func.max(ViewTracking.id)).scalar_subquery(),
            col(ViewTracking.run_id).is_not(None),
            ViewTracking.source != BY_HAND,
            _is_followed_the_same_day(day),
            col(ViewTracking.views).is_(None) | (col(ViewTracking.views) <= _highest_before(day)),
            ~exists().where(
                col(Transfer.run_id) == col(ViewTracking.run_id),
                col(Transfer.clip_id) == col(ViewTracking.clip_id),
            ),
        )
        .order_by(col(ViewTracking.id))
    )


def _within(readings: Any, day: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return readings.date >= day, readings.date < day + DAY


def _is_followed_the_same_day(day: datetime) -> ColumnElement[bool]:
    """Return whether a later reading of the day is of the same kind: a count or a failure."""
    later = aliased(ViewTracking)
    return exists().where(
        col(later.clip_id) == col(ViewTracking.clip_id),
        *_within(later, day),
        col(later.views).is_(None) == col(ViewTracking.views).is_(None),
        tuple_(later.date, later.id) > tuple_(ViewTracking.date, ViewTracking.id),
    )


def _highest_before(day: datetime) -> Any:
    """Return the clip's highest count before the reading.

    It is NULL for a clip's first count, which therefore stays.
    """
    earlier = aliased(ViewTracking)
    return (
        select(func.max(earlier.views))
        .where(
            col(earlier.clip_id) == col(ViewTracking.clip_id),
            col(earlier.date)
            < day + DAY,  # redundant, but it limits the months that PostgreSQL searches
            tuple_(earlier.date, earlier.id) < tuple_(ViewTracking.date, ViewTracking.id),
            # A count that a hold excludes explains no credit and must not replace one that does.
            holds.counts(earlier.clip_id, earlier.views, earlier.date),
        )
        .correlate(ViewTracking)
        .scalar_subquery()
    )
