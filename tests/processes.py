"""Work in processes of their own, each with its own Runtime: some race each other, some are killed on the way.

They are forked off a server that has imported Swivi and opened nothing, so each costs milliseconds and shares
no connection with the test.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any, TypeAlias

from sqlalchemy import event
from sqlalchemy.orm import configure_mappers

from swivi.core.db import Database
from swivi.core.errors import SwiviError
from swivi.runtime import Runtime, open_runtime
from swivi.settings import Settings

Work: TypeAlias = Callable[..., Awaitable[object]]
"""A module's function of a Runtime and plain arguments."""

SECONDS = 60
"""How long a process may take before the test fails."""

configure_mappers()  # before the fork, once for all

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__, "tests.crash.work", "tests.races.work"])


class Boundaries:
    """Counts a database's boundaries: each statement about to be sent and each commit about to be made.

    At the `fatal` one the process dies as in a power cut.
    """

    def __init__(self, database: Database, fatal: int | None = None) -> None:
        self.passed = 0
        self._fatal = fatal
        for name in ("before_cursor_execute", "commit"):
            event.listen(database.engine.sync_engine, name, self._pass)

    def _pass(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def was_killed_at(boundary: int, settings: Settings, work: Work, *arguments: object) -> bool:
    """Do the work in a process that dies at that boundary; whether it lived to see it."""
    process = _forks.Process(target=_doomed, args=(boundary, settings, work, arguments))
    process.start()
    process.join(SECONDS)
    return process.exitcode == -signal.SIGKILL


def _doomed(boundary: int, settings: Settings, work: Work, arguments: Sequence[object]) -> None:
    async def act() -> None:
        async with open_runtime(settings) as running:
            Boundaries(running.database, fatal=boundary)
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
