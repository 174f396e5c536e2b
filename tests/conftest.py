"""What every test can ask for: a migrated database of either kind, and a process's parts on top of
it.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

from swivi.core.db import Database
from swivi.runtime.database import migrations
from swivi.runtime.runtime import Runtime, open_runtime
from swivi.settings import Settings

if TYPE_CHECKING:
    from tests.simulator import RunningSimulator

pytest_plugins = ["tests.servers", "tests.browser", "tests.simulator"]

os.environ["NO_PROXY"] = "127.0.0.1,localhost"

MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
"""Linux's file system in memory; of these bytes the tests need half."""


def _is_roomy_memory() -> bool:
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(MEMORY).free > ROOM


if "TMPDIR" not in os.environ and _is_roomy_memory():
    # A copy of a PostgreSQL database takes 50 ms there and 290 on a disk, and all tests together a
    # tenth less.
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

DATABASES = ("sqlite", "postgresql")


_compiled: dict[Any, Any] = {}
"""Statements that SQLAlchemy has put together, for all databases of this process: a fifth of the
processor's time.
"""


@event.listens_for(Engine, "engine_connect")
def _share_compiled(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_compiled)


for dialect in (
    SQLiteDialect_aiosqlite,
    PGDialect_asyncpg,
):  # which are part of a statement's key there
    dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrations.upgrade(database)
    await database.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "swivi.db"
    asyncio.run(_migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(request: pytest.FixtureRequest) -> str:
    """The name of a migrated, empty PostgreSQL database to copy from."""
    url: str = request.getfixturevalue("postgres").create_database()
    asyncio.run(_migrate(url))
    return url.rsplit("/", 1)[1]


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL, as a user writes it, of a fresh migrated database; the test runs once for each
    kind.
    """
    if request.param == "sqlite":
        path = tmp_path / "swivi.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    postgres, template = (
        request.getfixturevalue("postgres"),
        request.getfixturevalue("migrated_postgres"),
    )
    url = postgres.borrow_database(template)
    yield url
    postgres.give_back(url, template)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database for a test of the services."""
    opened = Database(database_url)
    yield opened
    await opened.dispose()


SettingsFor = Callable[..., Settings]


@pytest.fixture
def settings_for(database_url: str, simulator: "RunningSimulator") -> SettingsFor:
    """Settings on the test's database and simulator; keyword arguments are the fields of
    Settings.
    """

    def make(**changes: object) -> Settings:
        known: dict[str, object] = {
            "database_url": database_url,
            "apify_api_key": "test-key",
            "apify_api_url": simulator.url,
            "cron_secret": "cron-secret-of-32-characters-or-more",
            "env": "test",
            "tracking_batch_pause_seconds": 0.0,
            "tracking_timeout_seconds": 20.0,
        }
        unlimited = {name: None for name in Settings.model_fields if name.startswith("limit_")}
        return Settings.model_validate(known | unlimited | changes)

    return make


@pytest.fixture
async def running(settings_for: SettingsFor) -> AsyncIterator[Runtime]:
    """The parts of one process, as the server has them, with quick tracking."""
    async with open_runtime(settings_for()) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests know only what they set: no `.env`, no environment."""
    for name in Settings.model_fields.values():
        alias = name.validation_alias
        if isinstance(alias, str):
            monkeypatch.delenv(alias, raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
