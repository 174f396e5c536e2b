"""What the database says when it refuses a row ends up in the log; the row itself must not."""

import ast
import asyncio
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from swivi.core.db import Database, violated_constraint
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import social
from swivi.domain.accounts.service import NewAccount
from swivi.domain.clips import service as clips
from tests.factories import tiktok
from tests.world import World

ROW = (
    "INSERT INTO users (email, name, password_hash, role, status, total_earnings, paid, reserved, "
    "total_views,"
    " created_at) VALUES (:email, :name, :password_hash, :role, 'ACTIVE', 0, 0, 0, 0, '2026-11-22')"
)
VALUES = {
    "email": "casey@swivi.test",
    "name": "Casey",
    "password_hash": "a-hash",
    "role": "CLIPPER",
}
NEWCOMER = NewAccount("new@swivi.test", "New", "a-hash")


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


async def test_a_violated_constraint_is_named_alike_on_both_databases(database: Database) -> None:
    """SQLite does not name a foreign key, and neither database a missing value."""
    held = "INSERT INTO leases (name, holder, expires_at) VALUES ('a', 'b', '2026-11-22')"
    account = (
        "INSERT INTO social_accounts (user_id, platform, handle, created_at) VALUES (1, 'tiktok', "
        "'a', '2026-11-22')"
    )
    known = {
        ROW: "uq_users_email",
        held: "pk_leases",
        account: "uq_social_accounts_user_id_platform_handle",
        "UPDATE users SET role = 'KING'": "ck_users_role_known",
        "UPDATE users SET name = NULL": None,
    }
    async with database.writing() as session:
        await session.execute(text(ROW), VALUES)
        for statement in (held, account):
            await session.execute(text(statement))
    for statement, name in known.items():
        with pytest.raises(IntegrityError) as refused:
            async with database.writing() as session:
                await session.execute(text(statement), VALUES if statement == ROW else {})
        assert violated_constraint(refused.value) == name


def test_no_two_unique_constraints_have_the_same_columns() -> None:
    """Else SQLite, which names the columns only, could not tell which one refused."""
    seen = [
        frozenset(f"{table.name}.{column.name}" for column in unique.columns)
        for table in SQLModel.metadata.tables.values()
        for unique in (
            *(
                one
                for one in table.constraints
                if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)
            ),
            *(index for index in table.indexes if index.unique),
        )
    ]
    assert len(seen) == len(set(seen))


async def test_a_violation_of_something_else_is_not_told_as_a_refusal(world: World) -> None:
    """No refusal stands for the foreign key that refuses a row of a user who does not exist."""
    campaign = await world.campaign()
    nobody = replace(world.clipper, user_id=999)
    with pytest.raises(IntegrityError):
        async with world.database.writing() as session:
            await clips.submit(session, nobody, campaign.id, tiktok(1))
    with pytest.raises(IntegrityError):
        async with world.database.writing() as session:
            await social.link(session, nobody, platform="tiktok", handle="clipper.one")
    with pytest.raises(IntegrityError):
        async with world.database.writing() as session:
            await accounts.sign_up(session, NEWCOMER, "KING")  # type: ignore[arg-type]


def test_every_caught_integrity_error_is_matched_by_its_constraints_name() -> None:
    """A handler that does not look at the name tells any violation as the one that it expects."""
    for path in Path("swivi").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.ExceptHandler)
                and node.type
                and "IntegrityError" in ast.unparse(node.type)
            ):
                assert "violated_constraint(" in ast.unparse(node), f"{path}:{node.lineno}"


LONG = {
    "sqlite": (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT "
        "MAX(i) FROM n"
    ),
    "postgresql": "SELECT pg_sleep(60)",
}


async def test_work_that_is_called_off_in_the_middle_of_a_statement_is_no_outage(
    database: Database,
) -> None:
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
