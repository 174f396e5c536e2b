"""Retention of readings: all of 30 days, and of the days before only what still explains something.

Of an older day stay the clip's last count and its last failure. Stay for ever: whatever was the
highest count of its clip when it was read (what pays is explained by that reading, and analytics by
nothing else), each reading of a run that credited its clip, baselines and what was read by hand.

Day by day, in slices of one short transaction each: nobody waits for it, and whoever comes next
goes on with it.
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
SLICE = 5_000
"""Rows of one transaction."""

LEASE = "thinning"
LEASE_TTL = timedelta(seconds=60)


async def thin_out(database: Database) -> int:
    """Delete what need not stay of every day that is old enough and not thinned out yet; how many
    readings went.

    Returns at once while another process is at it, or nothing is due. Raises LeaseLost, Outage.
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
    """The start of the oldest day that has readings, is old enough and is not done; None if there
    is none.
    """
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
            slice_ = (await session.exec(_needless(day).limit(SLICE))).all()
            thinned.deleted += len(slice_)
            thinned.is_done = len(slice_) < SLICE
            session.add(thinned)
            needless = (*_within(ViewTracking, day), col(ViewTracking.id).in_(slice_))
            await session.execute(delete(ViewTracking).where(*needless))
            if slice_:
                session.add(_kept_ids(day, slice_))
        deleted += len(slice_)
        if thinned.is_done:
            log.info("Thinned out the readings of %s: %d deleted", day.date(), thinned.deleted)
            return deleted


def _kept_ids(day: datetime, deleted: Sequence[int]) -> ThinnedReadings:
    """What the audit must know of readings that are gone. Their digests are in the seals."""
    return ThinnedReadings(
        at=clock.now(), day=day, first_id=deleted[0], last_id=deleted[-1], ids=ranges(deleted)
    )


def _needless(day: datetime) -> SelectOfScalar[int]:
    """The ids of the day's readings that need not stay."""
    return (
        select(ViewTracking.id)
        .where(
            *_within(ViewTracking, day),
            # On SQLite the newest id would be given out again, to a reading that no seal knows.
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
    """By another count, if it is a count; by another failure, if it failed."""
    later = aliased(ViewTracking)
    return exists().where(
        col(later.clip_id) == col(ViewTracking.clip_id),
        *_within(later, day),
        col(later.views).is_(None) == col(ViewTracking.views).is_(None),
        tuple_(later.date, later.id) > tuple_(ViewTracking.date, ViewTracking.id),
    )


def _highest_before(day: datetime) -> Any:
    """Before the reading in question, which is of that day.

    NULL for a clip's first count, which so stays.
    """
    earlier = aliased(ViewTracking)
    return (
        select(func.max(earlier.views))
        .where(
            col(earlier.clip_id) == col(ViewTracking.clip_id),
            col(earlier.date)
            < day + DAY,  # says nothing new, but of which months' partitions none need be looked at
            tuple_(earlier.date, earlier.id) < tuple_(ViewTracking.date, ViewTracking.id),
            # A count that a hold keeps from counting explains no credit, and must not replace one
            # that does.
            holds.counts(earlier.clip_id, earlier.views, earlier.date),
        )
        .correlate(ViewTracking)
        .scalar_subquery()
    )
