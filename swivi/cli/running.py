"""How every command runs: with this process's parts, and with one line and status 1 when refused.

Answers go to standard output, messages about them to standard error. Exit status: 0 done, 1 refused
or not clean, 2 wrong usage or settings.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, NoReturn, TypeVar

import typer

from swivi.core.errors import Conflict, SwiviError
from swivi.core.logs import set_up_logging
from swivi.runtime.database import migrations
from swivi.runtime.runtime import Runtime, open_runtime
from swivi.settings import Settings, settings_or_exit

Answer = TypeVar("Answer")
Work = Callable[[Runtime], Awaitable[Answer]]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]


def do(work: Work[Answer]) -> Answer:
    """Return what the work returns, run with this process's settings and database.

    A refusal ends the program with one line and status 1.
    """
    settings = settings_or_exit()
    set_up_logging("plain", settings.env)
    return or_refuse(lambda: asyncio.run(_within(settings, work)))


def or_refuse(work: Callable[[], Answer]) -> Answer:
    """Return what the work returns. A refusal ends the program with one line and status 1."""
    try:
        return work()
    except SwiviError as refused:
        refuse(refused.sentence)


async def _within(settings: Settings, work: Work[Answer]) -> Answer:
    if not await migrations.reach(settings.database_url):
        raise Conflict(
            "The database schema is not up to date. Run `python -m swivi migrate` first."
        )
    async with open_runtime(settings) as running:
        return await work(running)


def say(message: str) -> None:
    """Print to standard error."""
    print(message, file=sys.stderr)


def refuse(sentence: str) -> NoReturn:
    """End the program with the sentence and status 1."""
    say(f"swivi: {sentence}")
    raise typer.Exit(1)
