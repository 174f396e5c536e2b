"""Migrations: from nothing, twice, two at once, and to exactly the tables that the code knows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import HeadMaintainer, MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import Database
from swivi.domain.accounts.models import ApiToken, SignInSession, TokenScope
from swivi.domain.payouts.models import PayoutRequest
from swivi.domain.payouts.service import hash_of_key
from swivi.domain.tracking import partitions
from swivi.runtime.database import migrations
from swivi.runtime.database.tables import METADATA
from tests.conftest import DATABASES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new folder/swivi.db"
    create: Callable[[], str] = request.getfixturevalue("create_database")
    return create()


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    database = Database(empty_url)
    yield database
    await database.dispose()


async def tables(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        found = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    return {name for name in found if not partitions.is_partition(name)}


async def test_an_empty_database_is_brought_to_the_newest_schema(empty: Database) -> None:
    assert not await migrations.is_current(empty)
    await migrations.upgrade(empty)

    assert await migrations.is_current(empty)
    assert await tables(empty) == set(METADATA.tables) | {"alembic_version"}


async def test_migrating_twice_changes_nothing(empty: Database) -> None:
    await migrations.upgrade(empty)
    before = await tables(empty)
    await migrations.upgrade(empty)

    assert await tables(empty) == before
    assert await migrations.is_current(empty)


async def test_sessions_of_the_first_release_live_on(empty: Database) -> None:
    async with empty.engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(migrations._config(sync), "0001"))
        await connection.execute(
            text(
                "INSERT INTO users (email, name, password_hash, role, status, total_earnings, "
                "paid, reserved, total_views, created_at) VALUES ('a@swivi.test', 'Ana', 'x', "
                "'CLIPPER', 'ACTIVE', 0, 0, 0, 0, :now)"
            ),
            {"now": NOW},
        )
        await connection.execute(
            text(
                "INSERT INTO sessions (user_id, token_hash, created_at, expires_at) VALUES (1, "
                "'hash', :now, :now)"
            ),
            {"now": NOW},
        )

    await migrations.upgrade(empty)

    async with AsyncSession(empty.engine) as session:
        [kept] = (await session.exec(select(SignInSession))).all()
    assert (kept.user_id, kept.token_hash, kept.user_agent, kept.last_seen_at) == (
        1,
        "hash",
        "",
        None,
    )


async def test_tokens_and_payout_keys_of_an_earlier_release_live_on(empty: Database) -> None:
    async with empty.engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(migrations._config(sync), "0003"))
        for statement in (
            "INSERT INTO users (email, name, password_hash, role, status, total_earnings, paid, "
            "reserved, total_views, created_at) VALUES ('a@swivi.test', 'Ana', 'x', 'CLIPPER', "
            "'ACTIVE', 0, 0, 0, 0, :now)",
            (
                "INSERT INTO api_tokens (user_id, token_hash, created_at, expires_at) VALUES (1, "
                "'hash', :now, :now)"
            ),
            "INSERT INTO payout_requests (user_id, amount, fee, net, method, details, status, "
            "idempotency_key, body_hash, created_at) VALUES (1, 2000, 0, 2000, 'wise', 'me', "
            "'REJECTED', 'key-1', 'hash', :now)",
        ):
            await connection.execute(text(statement), {"now": NOW})

    await migrations.upgrade(empty)

    async with AsyncSession(empty.engine) as session:
        [token] = (await session.exec(select(ApiToken))).all()
        [request] = (await session.exec(select(PayoutRequest))).all()
    assert (token.token_hash, token.name, token.scope) == ("hash", "", TokenScope.WRITE)
    assert request.idempotency_key == hash_of_key(1, "key-1"), (
        "the key itself opens a sealed answer"
    )


async def test_two_at_once_migrate_once(empty: Database, empty_url: str) -> None:
    other = Database(empty_url)
    await asyncio.gather(migrations.upgrade(empty), migrations.upgrade(other))
    await other.dispose()

    assert await migrations.is_current(empty)


async def test_a_migration_that_fails_leaves_nothing_behind(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(HeadMaintainer, "update_to_step", fail)  # every table is made by then
        with pytest.raises(RuntimeError, match="power cut"):
            await migrations.upgrade(empty)
    assert await tables(empty) == set()

    await migrations.upgrade(empty)
    assert await migrations.is_current(empty)


async def test_the_models_and_the_migrated_schema_agree(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts=migrations.comparison(connection))
        return list(compare_metadata(context, METADATA))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
