"""Readings by month. On PostgreSQL `view_tracking` has one partition per month of `date` (UTC).

The first partition holds everything from before partitions, up to the month in its name. Months are
created ahead of time. A reading whose month has no partition goes to a default partition and moves
once the month exists, so that none is refused. SQLite has no partitions. See
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
"""Months after the present one that have a partition."""

PATIENCE = "200ms"
"""The longest wait for a lock.

Shorter than PostgreSQL's deadlock_timeout (1 s), so that in a deadlock this statement is cancelled
and never a user's.
"""
ADVISORY_LOCK = 7_316_002
"""Held while a month is created, so that no second process creates the same."""

CLOCKS_DIFFER = timedelta(days=1)
"""How far a reading's date may lie outside its run.

Far more than the clocks of processes differ, far less than a month.
"""


def is_partition(table: str) -> bool:
    """Return whether a table, by its name, is a partition of the readings."""
    return table.startswith(f"{TABLE}_")


async def make_ahead(database: Database) -> int:
    """Create missing partitions of this month, the next ones and the default one's.

    Return how many.

    Does nothing on SQLite, or while another process does it. If the table stays locked for too
    long, it logs that and leaves the rest to the next call. Raises Outage.
    """
    made = 0
    if database.is_sqlite:
        return made
    with suppress(DatabaseBusy):
        while await _make_next(database):
            made += 1
    if made:
        # Autovacuum never analyses a table with partitions.
        async with database.writing() as session:
            await session.execute(text(f"ANALYZE {TABLE}"))
    return made


async def of_run(session: AsyncSession, run_id: int) -> Callable[[Any], ColumnElement[bool]]:
    """Return the condition for readings (ViewTracking or an alias) of a run, with their months.

    With `run_id` alone, PostgreSQL would search every month.
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
    """Return the start of the first month that needs a partition and has none in `tables`, or None.

    `unforeseen` is the date of a reading in the default partition.
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
    """Create the first missing partition.

    Return False if none is missing or another process does it.

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
    """Make a month's partition, and move the rows into it that were kept for it.

    The table is filled first and attached last. `CREATE TABLE ... PARTITION OF` would lock out
    every reader and writer, of whatever month.
    """
    name = _named(month)
    begin, end = (f"'{start:%Y-%m-%d} 00:00+00'" for start in _months(month, 2))
    moved = f"DELETE FROM {UNFORESEEN} WHERE date >= {begin} AND date < {end}"  # noqa: S608
    for statement in (
        # Without the lock, rows could arrive between the move and its commit.
        f"LOCK TABLE {UNFORESEEN} IN ACCESS EXCLUSIVE MODE",
        # A unique index over all months would have to include the date, and so forbid little.
        f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS,"
        " PRIMARY KEY (id), UNIQUE (run_id, clip_id, attempt))",
        f"WITH moved AS ({moved} RETURNING *) INSERT INTO {name} SELECT * FROM moved",  # noqa: S608
        f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ({begin}) TO ({end})",
    ):
        await session.execute(text(statement))
    log.info("Made the partition %s", name)
