"""Running the real commands as an operator's shell does."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import NOTHING_OUTSIDE, ROOT

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


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """`await start("track", DATABASE_URL=...)`: a command that runs, in a folder without a `.env`."""

    async def started(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "swivi",
            *arguments,
            cwd=tmp_path,
            env={**os.environ, **NOTHING_OUTSIDE, "PYTHONPATH": str(ROOT), "SWIVI_ENV": "test", **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    return started


@pytest.fixture
def run(start: Start) -> Run:
    """`await run("token", "a@b.c", DATABASE_URL=...)`: how the command ended; `stdin` is what it is given."""

    async def ended(*arguments: str, stdin: str = "", **environment: str) -> Ended:
        process = await start(*arguments, **environment)
        out, err = await process.communicate(stdin.encode())
        assert process.returncode is not None
        return Ended(process.returncode, out.decode(), err.decode())

    return ended


@pytest.fixture
def swivi(run: Run, database_url: str) -> Run:
    """`run` on the test's migrated database."""

    async def ended(*arguments: str, **others: str) -> Ended:
        return await run(*arguments, **{"DATABASE_URL": database_url, **others})

    return ended
