"""A migration can widen an enumeration in one line, on both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.clips.models import Clip, ClipSubmission
from swivi.domain.platforms.models import Platform
from swivi.domain.tracking.models import ScraperRun
from swivi.runtime.database.choices import allow_values

NEW_PLATFORM = "newtube"


async def start_run_on(database: Database, platform: str) -> None:
    async with database.writing() as session:
        await session.execute(
            text(
                "INSERT INTO scraper_runs (platform, external_ids, status, attempt, "
                "cost_micro_usd, started_at) VALUES (:platform, '[]', 'STARTED', 1, 0, :now)"
            ),
            {"platform": platform, "now": clock.now()},
        )


async def checks_naming(database: Database, platform: str) -> set[str]:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE :like",
        "postgresql": "SELECT conrelid::regclass::text FROM pg_constraint "
        "WHERE contype = 'c' AND pg_get_constraintdef(oid) LIKE :like",
    }[database.engine.dialect.name]
    async with database.engine.connect() as connection:
        found = await connection.execute(text(query), {"like": f"%'{platform}'%"})
    return set(found.scalars())


async def test_an_enumeration_takes_a_new_value_in_every_table_and_no_other(
    database: Database,
) -> None:
    with pytest.raises(IntegrityError, match="platform_known"):
        await start_run_on(database, NEW_PLATFORM)

    async with database.engine.begin() as connection:
        await connection.run_sync(allow_values, "platform", [*Platform, NEW_PLATFORM])

    await start_run_on(database, NEW_PLATFORM)
    await start_run_on(database, Platform.TIKTOK)
    with pytest.raises(IntegrityError, match="platform_known"):
        await start_run_on(database, "myspace")
    tables = {model.__tablename__ for model in (Clip, ClipSubmission, ScraperRun)}
    assert await checks_naming(database, NEW_PLATFORM) == tables


async def test_an_unknown_enumeration_is_refused(database: Database) -> None:
    async with database.engine.begin() as connection:
        with pytest.raises(LookupError, match="planet"):
            await connection.run_sync(allow_values, "planet", ["mars"])
