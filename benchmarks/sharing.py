"""One tracking run done by one process, and by two that share it, on PostgreSQL.

Each process has the same number of scrapers, as on a machine of its own. The time is of the whole
run, settlement included.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.crowd import approved_clips
from benchmarks.reading import simulator
from swivi.core.db import Database
from swivi.domain.platforms.readers.apify import ApifyReaders
from swivi.domain.tracking.models import Trigger
from swivi.domain.tracking.reading import ReadingOptions
from swivi.domain.tracking.service import Tracker, TrackingOptions
from swivi.runtime.database import migrations

RUN_SECONDS = 2.0
LINK_SECONDS = 0.01
CONCURRENCY = 10
BATCH = 100
READY = b"ready\n"
LOOK_SECONDS = 0.2
"""Seconds between two looks for a run to take part in; a server looks every two seconds."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of wall time from a run's start to its end."""

    clips: int
    alone_seconds: float
    together_seconds: float

    @property
    def times_faster(self) -> float:
        """Return how many times as fast two processes are."""
        return self.alone_seconds / self.together_seconds

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the results file."""
        return asdict(self) | {"benchmark": "sharing", "times_faster": self.times_faster}


async def measure(alone_url: str, together_url: str, *, clips: int, campaigns: int) -> Figures:
    """One run in each of two databases, over the same clips."""
    for url in (alone_url, together_url):
        database = Database(url)
        await migrations.upgrade(database)
        await approved_clips(database, clips, campaigns)
        await database.dispose()
    async with simulator(run_seconds=RUN_SECONDS, link_seconds=LINK_SECONDS) as scraper:
        alone = await _conducted(alone_url, scraper, clips)
        async with _helper(together_url, scraper, clips):
            together = await _conducted(together_url, scraper, clips)
    return Figures(clips, alone, together)


@asynccontextmanager
async def _helper(url: str, scraper: str, clips: int) -> AsyncIterator[None]:
    """Start a process that takes part in runs."""
    helper = await _process("help", url, scraper, clips)
    try:
        assert helper.stdout is not None
        assert await helper.stdout.readline() == READY
        yield
    finally:
        helper.terminate()
        await helper.wait()


async def _conducted(url: str, scraper: str, clips: int) -> float:
    """Return the seconds of a run that a process of its own conducts."""
    conductor = await _process("conduct", url, scraper, clips)
    told, _ = await conductor.communicate()
    assert conductor.returncode == 0, "the conductor failed"
    return float(told)


async def _process(part: str, url: str, scraper: str, clips: int) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "benchmarks.sharing", part, url, scraper, str(clips)]
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)


async def _take_part(part: str, url: str, scraper: str, clips: int) -> None:
    database = Database(url)
    async with ApifyReaders("token", scraper) as readers:
        reading = ReadingOptions(batch_size=BATCH, concurrency=CONCURRENCY, pause_seconds=0)
        tracker = Tracker(database, readers, TrackingOptions(max_clips=clips, reading=reading))
        if part == "conduct":
            run = await tracker.run(Trigger.CLI)
            assert (run.clips_read, run.clips_failed) == (clips, 0)
            assert run.finished_at is not None
            print((run.finished_at - run.started_at).total_seconds())
        else:
            print(READY.decode(), end="", flush=True)
            while True:
                await tracker.process_slices()
                await asyncio.sleep(LOOK_SECONDS)
    await database.dispose()


if __name__ == "__main__":
    part, url, scraper, clips = sys.argv[1:]
    asyncio.run(_take_part(part, url, scraper, int(clips)))
