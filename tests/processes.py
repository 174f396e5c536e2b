"""Work in processes of their own, each with its own Runtime: some race each other, some are killed on the way.

They are forked off a server that has imported Swivi and opened nothing, so each costs milliseconds and shares
no connection with the test.
"""

import asyncio
import multiprocessing
import os
import re
import signal
from collections.abc import Awaitable, Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.orm import configure_mappers
from sqlalchemy.pool import PoolProxiedConnection

from swivi.core.db import Database
from swivi.core.errors import SwiviError
from swivi.runtime import Runtime, open_runtime
from swivi.settings import Settings

Work: TypeAlias = Callable[..., Awaitable[object]]
"""A module's function of a Runtime and plain arguments."""

SECONDS = 60
"""How long a process may take before the test fails."""

WRITE = re.compile(r"(INSERT|UPDATE|DELETE)(?: INTO| FROM)? (\w+)")
"""What a statement does, and to which table."""

COMMIT = "COMMIT"

configure_mappers()  # before the fork, once for all

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__, "tests.crash.work", "tests.races.work"])


class Boundaries:
    """The moments at which a crash can leave something else behind than the moment before: before and after each
    write and each commit of a database.

    Each is named by what came before it and what comes next. At the `fatal` one (counted from 1) its name is told
    and the process dies as if by `kill -9`.
    """

    def __init__(self, database: Database, fatal: int | None = None, told: Connection | None = None) -> None:
        self.passed: list[str] = []
        self._fatal = fatal
        self._told = told
        self._last: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        """What each task did last: several write at the same time."""
        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._statement)
        self._really_commit = engine.dialect.do_commit
        engine.dialect.do_commit = self._commit  # type: ignore[method-assign]  # the engine's own dialect, nobody else's

    def _statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        write = WRITE.match(statement)
        if write is not None:
            self._pass(" ".join(write.groups()))

    def _commit(self, connection: PoolProxiedConnection) -> None:
        self._pass(COMMIT)
        self._really_commit(connection)
        self._pass(None)

    def _pass(self, coming: str | None) -> None:
        task = asyncio.current_task()
        before = self._last.get(task)
        name = ", ".join([f"after {before}"] * bool(before) + [f"before {coming}"] * bool(coming))
        self._last[task] = coming or COMMIT
        self.passed.append(name)
        if len(self.passed) == self._fatal:
            if self._told is not None:
                self._told.send(name)
            os.kill(os.getpid(), signal.SIGKILL)


def killed_at(boundary: int, settings: Settings, work: Work, *arguments: object) -> str:
    """Do the work in a process that dies at that boundary (counted from 1); the boundary's name."""
    ours, theirs = _forks.Pipe(duplex=False)
    process = _forks.Process(target=_doomed, args=(boundary, theirs, settings, work, arguments))
    process.start()
    theirs.close()
    process.join(SECONDS)
    assert process.exitcode == -signal.SIGKILL, f"nobody was killed at boundary {boundary}: {process.exitcode}"
    name: str = ours.recv()
    return name


def _doomed(boundary: int, told: Connection, settings: Settings, work: Work, arguments: Sequence[object]) -> None:
    async def act() -> None:
        async with open_runtime(settings) as running:
            Boundaries(running.database, boundary, told)
            await work(running, *arguments)

    asyncio.run(act())


def at_once(settings: Settings, jobs: Sequence[tuple[Any, ...]], *, processes: int = 4) -> list[str]:
    """Do the jobs, each `(work, *arguments)`, at the same moment, shared out among several processes.

    Returns "done" or the code of the SwiviError, per job but in no particular order.
    """
    shares = [jobs[start::processes] for start in range(processes) if jobs[start::processes]]
    barrier = _forks.Barrier(len(shares))
    racers, ends = [], []
    for share in shares:
        ours, theirs = _forks.Pipe(duplex=False)
        racers.append(_forks.Process(target=_race, args=(settings, share, barrier, theirs)))
        ends.append(ours)
        racers[-1].start()
        theirs.close()
    outcomes = [outcome for end in ends if end.poll(SECONDS) for outcome in end.recv()]
    for racer in racers:
        racer.join(SECONDS)
    return outcomes


def _race(settings: Settings, jobs: Sequence[tuple[Any, ...]], barrier: Barrier, told: Connection) -> None:
    async def act() -> list[str]:
        async with open_runtime(settings) as running:
            barrier.wait(SECONDS)
            return await asyncio.gather(*(_outcome(running, *job) for job in jobs))

    told.send(asyncio.run(act()))


async def _outcome(running: Runtime, work: Work, *arguments: object) -> str:
    try:
        await work(running, *arguments)
    except SwiviError as refused:
        return refused.code
    return "done"
