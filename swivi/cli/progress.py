"""Progress bars on standard error, shown on a terminal only."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from rich.console import Console
from rich.progress import Progress, TaskID

from swivi.core.changes import ChangeSet
from swivi.core.db import Database
from swivi.domain.tracking.models import TrackingRun


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar while the block runs. The block reports the amount done and the total."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: _show(progress, task, done, of)


def _show(progress: Progress, task: TaskID, done: int, of: int) -> None:
    progress.update(task, completed=done, total=of)


@asynccontextmanager
async def bar_of_runs(database: Database) -> AsyncIterator[None]:
    """Draw the number of clips read by any running tracking run, while the block runs."""
    news: asyncio.Queue[ChangeSet] = asyncio.Queue()
    database.listeners.append(news.put_nowait)
    with bar("Reading clips") as show:
        following = asyncio.create_task(_follow(database, news, show))
        try:
            yield
        finally:
            database.listeners.remove(news.put_nowait)
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


async def _follow(
    database: Database, news: "asyncio.Queue[ChangeSet]", show: Callable[[int, int], None]
) -> None:
    while True:
        changed = await news.get()
        if changed.runs:
            async with database.reading() as session:
                run = await session.get_one(TrackingRun, max(changed.runs))
            show(run.clips_read, run.clips_planned)
