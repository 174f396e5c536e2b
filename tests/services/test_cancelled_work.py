"""Work that is given up while the database is still at it was given up: nothing of it stays, and
nobody else waits.
"""

import asyncio

import pytest
from sqlalchemy import text

from swivi.core.db import Database

LONG = {
    True: (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT "
        "COUNT(*) FROM n"
    ),
    False: "SELECT pg_sleep(5)",
}
"""A statement that takes its time, on SQLite and on PostgreSQL."""


async def test_a_writer_that_gives_up_is_not_told_of_an_outage_and_is_in_nobodys_way(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE notes (said INTEGER)"))
    begun = asyncio.Event()

    async def write() -> None:
        async with database.writing() as session:
            await session.execute(text("INSERT INTO notes VALUES (1)"))
            begun.set()
            await session.execute(text(LONG[database.is_sqlite]))

    writing = asyncio.create_task(write())
    await begun.wait()
    await asyncio.sleep(0.02)  # into the long statement; a little earlier or later is as good
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    async with asyncio.timeout(10), database.writing() as session:
        assert (await session.execute(text("SELECT COUNT(*) FROM notes"))).scalar_one() == 0
    assert [record for record in caplog.records if record.name == "swivi.database"] == []
