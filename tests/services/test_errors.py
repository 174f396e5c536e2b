"""What the database says when it refuses a row ends up in the log; the row itself must not."""

import asyncio
import traceback

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from swivi.core.db import Database

ROW = (
    "INSERT INTO users (email, name, password_hash, role, status, total_earnings, paid, reserved, total_views,"
    " created_at) VALUES (:email, :name, :password_hash, :role, 'ACTIVE', 0, 0, 0, 0, '2026-11-22')"
)
VALUES = {"email": "casey@swivi.test", "name": "Casey", "password_hash": "a-hash", "role": "CLIPPER"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"role": "KING"}, "role_known"),
        ({"name": None}, "name"),
        ({}, "email"),
    ],
    ids=["a check", "a missing value", "one that is there already"],
)
async def test_a_refused_row_is_told_by_its_rule_and_not_by_its_values(
    database: Database, wrong: dict[str, object], told: str
) -> None:
    async with database.writing() as session:
        await session.execute(text(ROW), VALUES)
    with pytest.raises(IntegrityError) as refused:
        async with database.writing() as session:
            await session.execute(text(ROW), VALUES | wrong)

    said = "".join(traceback.format_exception(refused.value))
    assert told in said
    assert [value for value in VALUES.values() if value in said and value != "CLIPPER"] == []


LONG = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT MAX(i) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


async def test_work_that_is_called_off_in_the_middle_of_a_statement_is_no_outage(database: Database) -> None:
    began = asyncio.Event()
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *_: began.set())

    async def work() -> None:
        async with database.reading() as session:
            await session.execute(text(LONG["sqlite" if database.is_sqlite else "postgresql"]))

    task = asyncio.create_task(work())
    await began.wait()  # the driver waits for the database now: nothing else lets us go on
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.reading() as session:
        assert (await session.execute(text("SELECT 1"))).scalar_one() == 1
