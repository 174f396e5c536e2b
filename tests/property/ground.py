"""Where the money machine plays: fresh books for each run in a moment, and a process that can be
killed in mid-run.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import Database
from swivi.domain.accounts.actor import Actor
from tests import factories
from tests.property.checker import KEYS, ReconciliationState
from tests.property.here import keep_in_this_thread

Result = TypeVar("Result")


class Ground:
    """One event loop for many runs.

    `fresh_url` copies a database in which the people are there already.
    """

    def __init__(self, template_url: str, fresh_url: Callable[[], str]) -> None:
        self.runner, self.fresh_url = asyncio.Runner(), fresh_url
        self._databases: dict[str, Database] = {}
        self.admin, self.clippers = self.run(_people(template_url))

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)

    def database(self, url: str) -> Database:
        """One for each URL: an engine that has done the same before knows how, whichever file is
        there by now.
        """
        if url not in self._databases:
            self._databases[url] = Database(url)
            if self._databases[url].is_sqlite:
                keep_in_this_thread(self._databases[url])
        return self._databases[url]

    def close(self) -> None:
        self.runner.close()


async def _people(url: str) -> tuple[Actor, list[Actor]]:
    database = Database(url)
    admin = await factories.an_admin(database)
    clippers = [await factories.a_clipper(database, name) for name in ("Casey", "Kim", "Lou")]
    await database.dispose()
    return admin, clippers


def copies_of(template: Path, folder: Path) -> Callable[[], str]:
    """The URL of a new copy of a SQLite file, each time in the place of the last one."""

    def fresh() -> str:
        for old in folder.glob("run.db*"):
            old.unlink()
        return f"sqlite:///{shutil.copy(template, folder / 'run.db')}"

    return fresh


class Eyes:
    """Reads whole tables by the driver alone, past everything of Swivi's."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sqlite: sqlite3.Connection | None = None
        self._postgres: asyncpg.Connection | None = None

    async def books(self) -> ReconciliationState:
        return self._of_sqlite() if self._url.startswith("sqlite") else await self._of_postgres()

    def _of_sqlite(self) -> ReconciliationState:
        if self._sqlite is None:
            self._sqlite = sqlite3.connect(self._url.removeprefix("sqlite:///"))
        found: ReconciliationState = {}
        for table, key in KEYS.items():
            cursor = self._sqlite.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            place = names.index(key)
            found[table] = {row[place]: dict(zip(names, row, strict=True)) for row in cursor}
        return found

    async def _of_postgres(self) -> ReconciliationState:
        if self._postgres is None:
            self._postgres = await asyncpg.connect(self._url)
        async with self._postgres.transaction(isolation="repeatable_read", readonly=True):
            return {
                table: {
                    row[key]: dict(row)
                    for row in await self._postgres.fetch(f"SELECT * FROM {table}")
                }
                for table, key in KEYS.items()
            }

    def copy_to(self, path: Path) -> Path:
        """A copy of the SQLite file as it is now."""
        assert self._sqlite is not None
        path.write_bytes(self._sqlite.serialize())
        return path

    async def close(self) -> None:
        if self._sqlite is not None:
            self._sqlite.close()
        if self._postgres is not None:
            await self._postgres.close()


class Died(Exception):
    """The process is no more."""


class MortalDatabase(Database):
    """The database of a process that dies at its nth commit: just before it, or just after; and
    writes no more.
    """

    def __init__(self, living: Database, *, writes: int, before_commit: bool) -> None:
        self.__dict__.update(living.__dict__)
        self._writes_left, self._before_commit = writes, before_commit

    def writing(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self._writing()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncSession]:
        if self._writes_left <= 0:
            raise Died
        self._writes_left -= 1
        last = self._writes_left == 0
        async with super().writing() as session:
            yield session
            if last and self._before_commit:
                raise Died
        if last:
            raise Died
