"""Readings by month: on PostgreSQL `view_tracking` has a partition for each month of `date` (UTC);
on SQLite none.

What was there before partitions is the first of them, up to a month that its name tells. Months are
made ahead of time. A date that has no month yet is kept in a partition for whatever nobody foresaw,
and moves once its month is made: no reading is ever refused. Why so is in
docs/adr/0007-readings-by-month.md.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, text
from sqlalchemy.sql import ColumnElement
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database
from swivi.core.outages import DatabaseBusy
from swivi.domain.tracking.models import TrackingRun

log = logging.getLogger("swivi.tracking")

TABLE = "view_tracking"
BEFORE = f"{TABLE}_before_"
UNFORESEEN = f"{TABLE}_unforeseen"
AHEAD = 2
"""How many months after the present one have a partition already."""

PATIENCE = "200ms"
"""The longest wait for a lock.

Shorter than PostgreSQL's deadlock_timeout (1 s), so that where we and a transaction of somebody's
work stand in each other's way, it is never theirs that is given up.
"""
ADVISORY_LOCK = 7_316_002
"""Held while a month is made, so that a second process does not try the same."""

CLOCKS_DIFFER = timedelta(days=1)
"""How far before its run began, or after it ended, a reading's date may be: far more than clocks of
several processes differ, far less than a month.
"""


def is_partition(table: str) -> bool:
    """Whether a table of the database is a partition of the readings, by its name."""
    return table.startswith(f"{TABLE}_")


async def make_ahead(database: Database) -> int:
    """Make each partition that is missing: of this month, the next ones, and months of what nobody
    foresaw; how many.

    Does nothing on SQLite, and while another process is at it. Where somebody uses the readings for
    too long, which the log says, it is for the next call to try again. Raises Outage.
    """
    made = 0
    if database.is_sqlite:
        return made
    with suppress(DatabaseBusy):
        while await _make_next(database):
            made += 1
    if made:
        async with (
            database.writing() as session
        ):  # autovacuum never does this for a table with partitions
            await session.execute(text(f"ANALYZE {TABLE}"))
    return made


async def of_run(session: AsyncSession, run_id: int) -> Callable[[Any], ColumnElement[bool]]:
    """The condition for readings (ViewTracking, or an alias of it) of a run, with the months that
    hold them.

    By `run_id` alone, PostgreSQL would look into every month that there is.
    """
    run = (
        await session.exec(
            select(TrackingRun.started_at, TrackingRun.finished_at).where(TrackingRun.id == run_id)
        )
    ).one()
    since, until = run[0] - CLOCKS_DIFFER, run[1] and run[1] + CLOCKS_DIFFER

    def condition(readings: Any) -> ColumnElement[bool]:
        bounds = [readings.date >= since] + ([readings.date <= until] if until else [])
        return and_(readings.run_id == run_id, *bounds)

    return condition


def first_missing(
    tables: Collection[str], now: datetime, unforeseen: datetime | None
) -> datetime | None:
    """The start of the first month that needs a partition and has none among `tables`; None if
    there is none.

    `unforeseen` is the date of a reading whose month nobody foresaw.
    """
    wanted = list(_months(now, 1 + AHEAD)) + ([_start_of_month(unforeseen)] if unforeseen else [])
    return next((month for month in wanted if not _has(tables, month)), None)


def _has(tables: Collection[str], month: datetime) -> bool:
    own = _named(month)
    firsts = (one.replace(BEFORE, f"{TABLE}_") for one in tables if one.startswith(BEFORE))
    return own in tables or any(own < first for first in firsts)


def _named(month: datetime) -> str:
    return f"{TABLE}_{month:%Y_%m}"


def _start_of_month(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _months(first: datetime, number: int) -> Iterator[datetime]:
    month = _start_of_month(first)
    for _ in range(number):
        yield month
        month = _start_of_month(month + timedelta(days=31))


async def _make_next(database: Database) -> bool:
    """Make the first partition that is missing; False if none is, or another process is at it.

    Raises DatabaseBusy.
    """
    async with database.writing() as session:
        await session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
        ours = await session.execute(text(f"SELECT pg_try_advisory_xact_lock({ADVISORY_LOCK})"))
        month = await _next_due(session) if ours.scalar_one() else None
        if month is not None:
            await _make(session, month)
    return month is not None


async def _next_due(session: AsyncSession) -> datetime | None:
    partitions = "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
    tables = await session.execute(text(f"{partitions} WHERE inhparent = '{TABLE}'::regclass"))
    unforeseen = await session.execute(text(f"SELECT MIN(date) FROM {UNFORESEEN}"))  # noqa: S608
    return first_missing(tables.scalars().all(), clock.now(), unforeseen.scalar_one())


async def _make(session: AsyncSession, month: datetime) -> None:
    """A month's partition, with what was kept for it.

    Attached when it is whole: a partition that is created as one would lock out all who read or
    write, whatever the month.
    """
    name = _named(month)
    begin, end = (f"'{start:%Y-%m-%d} 00:00+00'" for start in _months(month, 2))
    for statement in (
        # or more might come between the move and its end
        f"LOCK TABLE {UNFORESEEN} IN ACCESS EXCLUSIVE MODE",
        # An index over all months could only be unique together with the date, which says next to
        # nothing.
        f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS,"
        " PRIMARY KEY (id), UNIQUE (run_id, clip_id, attempt))",
        f"WITH moved AS (DELETE FROM {UNFORESEEN} WHERE date >= {begin} AND date < {end} RETURNING "  # noqa: S608
        f"*) INSERT INTO {name} SELECT * FROM moved",
        f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ({begin}) TO ({end})",
    ):
        await session.execute(text(statement))
    log.info("Made the partition %s", name)
