"""SQLite without aiosqlite's threads: quick enough for thousands of steps, and a failing order of
events fails again.

Whoever else is at work gets a turn before each statement; which one, the event loop alone decides.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import event

from swivi.core.db import Database

TURNS_TO_WAIT = 100_000
"""How often others may do something before a writer gives up waiting for them: they would never be
done.
"""


def keep_in_this_thread(database: Database) -> None:
    """Every connection of a SQLite database that is opened from now on does its work where it is
    awaited.
    """

    dialect = database.engine.dialect
    dialect.connect = partial(dialect.connect, async_creator_fn=_connection)  # type: ignore[method-assign]

    @event.listens_for(database.engine.sync_engine, "connect")
    def not_safe_from_power_cuts(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.close()


def _connection(path: str, **named: Any) -> "Connection":
    return Connection(lambda: sqlite3.connect(path, **named | {"timeout": 0}), iter_chunk_size=64)


class _Here:
    """In the place of the queue to the thread: what is put into it is done at once."""

    def put_nowait(self, work: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = work
        try:
            result = function()
        except BaseException as problem:
            if future is None:
                raise
            future.set_exception(problem)
        else:
            if future is not None:
                future.set_result(result)


class Connection(aiosqlite.Connection):
    """aiosqlite's, whose thread never starts."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], iter_chunk_size: int) -> None:
        super().__init__(connector, iter_chunk_size)
        self._tx = _Here()  # type: ignore[assignment]

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if fn.__name__ == "execute":
            await asyncio.sleep(0)
        for _ in range(TURNS_TO_WAIT):
            try:
                return fn(*args, **kwargs)
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                await asyncio.sleep(0)
        raise sqlite3.OperationalError("Others write, and never end.")
