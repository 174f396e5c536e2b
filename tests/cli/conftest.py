"""Running the real commands as an operator's shell does."""

import asyncio
import os
import runpy
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import forked
from tests.servers import NOTHING_OUTSIDE, ROOT

COMMAND_SECONDS = 200
"""The longest, seeding the demo, takes a tenth of it."""

SQLITE_ONLY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what does not depend on the kind of database."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """The last line of standard output."""
        return self.out.splitlines()[-1]

    @property
    def told(self) -> list[str]:
        """What was said on standard error apart from log lines."""
        return [line for line in self.err.splitlines() if " INFO " not in line]


Start = Callable[..., Awaitable[asyncio.subprocess.Process]]
Run = Callable[..., Awaitable[Ended]]


def environment_of(**environment: str) -> dict[str, str]:
    return {
        **os.environ,
        **NOTHING_OUTSIDE,
        "PYTHONPATH": str(ROOT),
        "SWIVI_ENV": "test",
        **environment,
    }


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """`await start("track", DATABASE_URL=...)`: a command that runs, in a folder without a
    `.env`.
    """

    async def started(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "swivi",
            *arguments,
            cwd=tmp_path,
            env=environment_of(**environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    return started


@pytest.fixture
def run(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`await run("token", "a@b.c", DATABASE_URL=...)`: how the command ended; `stdin` is what it is
    given.

    It is `python -m swivi` in a process of its own that need not import everything anew: half of
    what `start` takes.
    """

    async def ended(*arguments: str, stdin: str = "", **environment: str) -> Ended:
        streams = tmp_path_factory.mktemp(
            "streams"
        )  # files 0, 1 and 2: standard input, output and error
        (streams / "0").write_text(stdin)
        settings = environment_of(**environment)
        status = await asyncio.to_thread(
            forked,
            _as_from_a_shell,
            arguments,
            settings,
            tmp_path,
            streams,
            seconds=COMMAND_SECONDS,
        )
        return Ended(status, (streams / "1").read_text(), (streams / "2").read_text())

    return ended


def _as_from_a_shell(
    arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path, streams: Path
) -> None:
    for number in range(3):
        os.dup2(os.open(streams / str(number), os.O_RDWR | os.O_CREAT), number)
    sys.stdin = os.fdopen(0)  # multiprocessing has closed the one that was there
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["swivi", *arguments]
    runpy.run_module("swivi", run_name="__main__", alter_sys=True)


@pytest.fixture
def swivi(run: Run, database_url: str) -> Run:
    """`run` on the test's migrated database."""

    async def ended(*arguments: str, **others: str) -> Ended:
        return await run(*arguments, **{"DATABASE_URL": database_url, **others})

    return ended
