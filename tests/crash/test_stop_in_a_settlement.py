"""A server that is stopped while a settlement is in its transaction ends in time, and the run is
resumed to its end.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from swivi.runtime.runtime import Runtime, open_runtime
from tests.conftest import SettingsFor
from tests.factories import tiktok
from tests.servers import NEVER, AppServer
from tests.simulator import RunningSimulator
from tests.world import World, findings
from tests.world import open_world as open_world
from tests.world import world as world

CRON_SECRET = "cron-secret-of-the-stopped-server"
STOP_SECONDS = 6
VIDEO, VIEWS = tiktok(1), 5_000

SLOW = {
    "sqlite": [
        """CREATE TRIGGER slow BEFORE INSERT ON ledger_transfers BEGIN
        SELECT count(*) FROM (
            WITH RECURSIVE counted(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM counted
                WHERE x < 10000000000)
            SELECT x FROM counted
        ); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$""",
        (
            "CREATE TRIGGER slow BEFORE INSERT ON ledger_transfers FOR EACH ROW EXECUTE FUNCTION "
            "slow()"
        ),
    ],
}
"""A settlement's transaction that does not end: it is in the middle of writing transfers."""


@pytest.fixture
def server(
    front_end: None, database_url: str, simulator: RunningSimulator, tmp_path: Path
) -> Iterator[Callable[[], AppServer]]:
    """A server on the test's database, started when it is asked for."""
    environment = {
        "DATABASE_URL": database_url,
        "APIFY_API_KEY": "test-key",
        "APIFY_API_URL": simulator.url,
        "CRON_SECRET": CRON_SECRET,
        "SWIVI_TRACKING_CRON": NEVER,
        "SWIVI_STOP_SECONDS": str(STOP_SECONDS),
    }
    started = AppServer(environment, tmp_path / "log")

    def start() -> AppServer:
        started.start()
        return started

    yield start
    started.kill()


async def transfers(running: Runtime) -> int:
    async with running.database.reading() as session:
        return int(
            (await session.execute(text("SELECT count(*) FROM ledger_transfers"))).scalar_one()
        )


async def make_slow(running: Runtime) -> None:
    async with running.database.writing() as session:
        for statement in SLOW["sqlite" if running.database.is_sqlite else "postgresql"]:
            await session.execute(text(statement))


async def make_quick(running: Runtime) -> None:
    of = "" if running.database.is_sqlite else " ON ledger_transfers"
    async with running.database.writing() as session:
        await session.execute(text(f"DROP TRIGGER slow{of}"))


async def is_settling(running: Runtime, database_url: str) -> bool:
    """Whether a transaction is in the middle of its transfers."""
    if running.database.is_sqlite:
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return (await readings(running)) > 0
            return False
    async with running.database.reading() as session:
        asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        return bool((await session.execute(text(asleep))).scalar_one())


async def readings(running: Runtime) -> int:
    """Readings that were credited or wait for it: they are committed before their campaign is
    settled.
    """
    async with running.database.reading() as session:
        found = "SELECT count(*) FROM view_tracking WHERE views = :views"
        return int((await session.execute(text(found), {"views": VIEWS})).scalar_one())


async def _until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.05)


@pytest.fixture
async def asked(server: Callable[[], AppServer]) -> AsyncIterator[Callable[[AppServer], None]]:
    """Asks a server for a tracking run, whose answer nobody will hear."""
    asking: list[asyncio.Task[Any]] = []

    async def ask(url: str) -> None:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {CRON_SECRET}"}) as http:
            with suppress(httpx.TransportError):
                await http.post(f"{url}/api/cron/view-tracking", timeout=120)

    yield lambda one: asking.append(asyncio.create_task(ask(one.url)))
    for task in asking:
        task.cancel()


async def test_a_stop_in_the_middle_of_a_settlement_ends_in_time_and_loses_nothing(
    world: World,
    server: Callable[[], AppServer],
    asked: Callable[[AppServer], None],
    settings_for: SettingsFor,
    database_url: str,
) -> None:
    campaign = await world.campaign()
    await world.clip(campaign, VIDEO)
    world.simulator.script(VIDEO, VIEWS)
    before = await transfers(world.running)
    await make_slow(world.running)
    stopped = server()
    asked(stopped)
    await _until(lambda: is_settling(world.running, database_url))

    began = asyncio.get_running_loop().time()
    assert await asyncio.to_thread(stopped.stop) == 0
    assert asyncio.get_running_loop().time() - began < STOP_SECONDS + 3
    assert await transfers(world.running) == before

    await make_quick(world.running)
    async with open_runtime(settings_for()) as running:
        await _until(lambda: resumed(running, before))
        assert await findings(running.database) == []


async def resumed(running: Runtime, before: int) -> bool:
    await running.tracker.resume()
    return await transfers(running) > before
