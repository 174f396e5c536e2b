"""Work in processes of their own, each with its own Runtime: some race each other, some are killed
on the way.

They are forked off a server that has imported Swivi and opened nothing, so each costs milliseconds
and shares no connection with the test.
"""

import asyncio
import logging
import multiprocessing
import os
import re
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine import Connection as SaConnection
from sqlalchemy.orm import configure_mappers
from sqlalchemy.pool import PoolProxiedConnection

from swivi.core.db import Database
from swivi.core.errors import SwiviError
from swivi.runtime.runtime import Runtime, open_runtime
from swivi.settings import Settings

Work: TypeAlias = Callable[..., Awaitable[object]]
"""A module's function of a Runtime and plain arguments."""

Reached: TypeAlias = Callable[[str, SaConnection | None], None]

SECONDS = 60
"""How long a process may take before the test fails."""

WRITE = re.compile(r"(INSERT|UPDATE|DELETE)(?: INTO| FROM)? (\w+)")
"""What a statement does, and to which table."""

COMMIT = "COMMIT"

RENEWAL = "UPDATE leases"
"""Comes by the clock, and so at no boundary that can be counted."""

configure_mappers()  # before the fork, once for all

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    [
        __name__,
        "tests.crash.work",
        "tests.races.work",
        "swivi.cli.app",
        "swivi.domain.platforms.readers.apify",
    ]
)


def forked(work: Callable[..., None], *arguments: object, seconds: float) -> int:
    """Do the work, a module's function, in a process of its own; the status with which that ended.

    After so many seconds it is killed, and the test fails.
    """
    process = _forks.Process(target=work, args=arguments)
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"{work.__name__}{arguments} took more than {seconds} seconds")
    return process.exitcode


class Boundaries:
    """The moments at which a crash can leave something else behind than the moment before: before
    and after each write and each commit of a database.

    Each is named by what came before it and what comes next. `reached` is called at each, with its
    name and, before a write, the connection.
    """

    def __init__(self, database: Database, reached: Reached | None = None) -> None:
        self.passed: list[str] = []
        self._reached = reached
        self._last: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        """What each task did last: several write at the same time."""
        engine = database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._statement)
        self._really_commit = engine.dialect.do_commit
        engine.dialect.do_commit = self._commit  # type: ignore[method-assign]  # the engine's own dialect, nobody else's

    def _statement(
        self, connection: SaConnection, _cursor: object, statement: str, *_: object
    ) -> None:
        write = WRITE.match(statement)
        if write is not None:
            coming = " ".join(write.groups())
            if coming == RENEWAL:
                self._last[asyncio.current_task()] = RENEWAL
            else:
                self._pass(coming, connection)

    def _commit(self, connection: PoolProxiedConnection) -> None:
        if self._last.get(asyncio.current_task()) == RENEWAL:
            self._really_commit(connection)
            return
        self._pass(COMMIT)
        self._really_commit(connection)
        self._pass(None)

    def _pass(self, coming: str | None, connection: SaConnection | None = None) -> None:
        task = asyncio.current_task()
        before = self._last.get(task)
        name = ", ".join([f"after {before}"] * bool(before) + [f"before {coming}"] * bool(coming))
        self._last[task] = coming or COMMIT
        self.passed.append(name)
        if self._reached is not None:
            self._reached(name, connection)


def without_readers(settings: Settings) -> Settings:
    """The same for processes that read no views."""
    return settings.model_copy(update={"apify_api_key": None})


def killed_at(boundary: int, settings: Settings, work: Work, *arguments: object) -> str:
    """Do the work in a process that dies at that boundary (counted from 1) as if by `kill -9`; the
    boundary's name.
    """
    ours, theirs = _forks.Pipe(duplex=False)
    process = _forks.Process(target=_doomed, args=(boundary, theirs, settings, work, arguments))
    process.start()
    theirs.close()
    process.join(SECONDS)
    assert process.exitcode == -signal.SIGKILL, (
        f"nobody was killed at boundary {boundary}: {process.exitcode}"
    )
    name: str = ours.recv()
    return name


def _doomed(
    boundary: int, told: Connection, settings: Settings, work: Work, arguments: Sequence[object]
) -> None:
    async def act() -> None:
        async with open_runtime(settings) as running:
            boundaries = Boundaries(running.database, lambda name, _: die(name))

            def die(name: str) -> None:
                if len(boundaries.passed) == boundary:
                    told.send(name)
                    os.kill(os.getpid(), signal.SIGKILL)

            await work(running, *arguments)

    asyncio.run(act())


@dataclass(frozen=True)
class Ending:
    """How work ended that was disturbed: "done" or the code of its SwiviError, its sentence, and
    the log from warnings on, where a line with a stack trace ends in TRACE.
    """

    outcome: str
    sentence: str
    logged: list[str]


TRACE = " (with a stack trace)"


def disturbed_at(
    boundary: int,
    settings: Settings,
    work: Work,
    *arguments: object,
    here: Callable[[], None] | None = None,
    there: Reached | None = None,
    first: Callable[[], None] | None = None,
) -> Ending:
    """Do the work in a process that stands still at that boundary (counted from 1), and then goes
    on.

    Meanwhile `here` is done by the test and `there`, a module's function, by that process; `first`
    before it begins.
    """
    ours, theirs = _forks.Pipe()
    process = _forks.Process(
        target=_disturbed, args=(boundary, theirs, settings, work, arguments, there, first)
    )
    process.start()
    theirs.close()
    assert ours.poll(SECONDS), "the boundary was never reached"
    name = ours.recv()
    assert not isinstance(name, Ending), f"it ended before the boundary was reached: {name}"
    if here is not None:
        here()
    ours.send("go on")
    assert ours.poll(SECONDS), "the work never ended"
    ending: Ending = ours.recv()
    process.join(SECONDS)
    return ending


def _disturbed(
    boundary: int,
    test: Connection,
    settings: Settings,
    work: Work,
    arguments: Sequence[object],
    there: Reached | None,
    first: Callable[[], None] | None,
) -> None:
    logged: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: logged.append(record.getMessage() + TRACE * bool(record.exc_info))  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    if first is not None:
        first()

    async def act() -> Ending:
        async with open_runtime(settings) as running:
            boundaries = Boundaries(
                running.database, lambda name, connection: stand_still(name, connection)
            )

            def stand_still(name: str, connection: SaConnection | None) -> None:
                if len(boundaries.passed) == boundary:
                    test.send(name)
                    test.recv()
                    if there is not None:
                        there(name, connection)

            try:
                await work(running, *arguments)
            except SwiviError as refused:
                return Ending(refused.code, refused.sentence, logged)
            return Ending("done", "", logged)

    test.send(asyncio.run(act()))


def at_once(
    settings: Settings, jobs: Sequence[tuple[Any, ...]], *, processes: int = 4, reads: bool = False
) -> list[str]:
    """Do the jobs, each `(work, *arguments)`, at the same moment, shared out among several
    processes.

    `reads` is whether they need readers of views, which are slow to open. Returns "done" or the
    code of the SwiviError, per job but in no particular order.
    """
    if not reads:
        settings = without_readers(settings)
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


def _race(
    settings: Settings, jobs: Sequence[tuple[Any, ...]], barrier: Barrier, told: Connection
) -> None:
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
