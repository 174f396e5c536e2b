"""Readings by month: where PostgreSQL keeps them, and a database as if it had done so for long."""

from datetime import datetime, timedelta

from sqlalchemy import text

from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.tracking import partitions

HALF_A_YEAR = timedelta(days=180)


def next_month() -> datetime:
    """The start of the month after the present one."""
    first = clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=31)).replace(day=1)


async def tables(database: Database) -> set[str]:
    """The partitions of the readings; none on SQLite."""
    if database.is_sqlite:
        return set()
    async with database.reading() as session:
        found = await session.execute(
            text(
                "SELECT CAST(inhrelid::regclass AS text) FROM pg_inherits WHERE inhparent = "
                "'view_tracking'::regclass"
            )
        )
        return set(found.scalars())


async def where_kept(database: Database) -> dict[int, str]:
    """Each reading's partition, by its id."""
    async with database.reading() as session:
        found = await session.execute(
            text("SELECT id, CAST(tableoid::regclass AS text) AS kept_in FROM view_tracking")
        )
        return {row.id: row.kept_in for row in found}


async def as_if_for_long(database: Database) -> None:
    """Each of the last months gets a partition, as if there had been some half a year ago.

    Nothing was read yet.
    """
    if database.is_sqlite:
        return
    [first] = [name for name in await tables(database) if name.startswith(partitions.BEFORE)]
    began = clock.now() - HALF_A_YEAR
    async with database.writing() as session:
        for statement in (
            f"ALTER TABLE view_tracking DETACH PARTITION {first}",
            f"ALTER TABLE {first} RENAME TO {partitions.BEFORE}{began:%Y_%m}",
            f"ALTER TABLE view_tracking ATTACH PARTITION {partitions.BEFORE}{began:%Y_%m}"
            f" FOR VALUES FROM (MINVALUE) TO ('{began:%Y-%m}-01 00:00+00')",
        ):
            await session.execute(text(statement))
    for months_ago in range(6, -1, -1):
        with clock.standing_at(clock.now() - timedelta(days=30 * months_ago)):
            await partitions.make_ahead(database)
