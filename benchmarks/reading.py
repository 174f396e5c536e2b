"""Reading many clips through the scraper, against what latency and concurrency allow and the
predecessor's way.

In real time: scaled-down latencies would count our processor time many times over. The predecessor
started one scraper run for each clip, five at a time, and paused 2 s between two groups. Its time
is the same for every group, so a few groups are measured and the rest is worked out.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import httpx

from benchmarks.crowd import approved_clips
from swivi.core.db import Database
from swivi.domain.platforms.models import VideoRef
from swivi.domain.platforms.readers.apify import ApifyReaders
from swivi.domain.tracking.models import Trigger
from swivi.domain.tracking.reading import ReadingOptions
from swivi.domain.tracking.service import Tracker, TrackingOptions
from swivi.runtime.database import migrations
from tests import factories
from tests.servers import free_port

RUN_SECONDS = 5.0
LINK_SECONDS = 0.02
CONCURRENCY = 25
BATCH = 100

ITS_GROUP = 5
ITS_PAUSE_SECONDS = 2.0
SAMPLED_GROUPS = 5
OTHER_VIDEOS = 10_000_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of wall time; starts are scraper runs, which cost money."""

    clips: int
    seconds: float
    limit_seconds: float
    """If every place had a full batch at every moment."""
    starts: int
    its_seconds: float
    """The predecessor's."""
    its_starts: int

    @property
    def ratio(self) -> float:
        """How many times the limit Swivi takes."""
        return self.seconds / self.limit_seconds

    def as_json(self) -> dict[str, Any]:
        """For the results file."""
        faster, fewer = self.its_seconds / self.seconds, self.its_starts / self.starts
        return asdict(self) | {
            "benchmark": "reading",
            "ratio": self.ratio,
            "times_faster": faster,
            "fewer_starts": fewer,
        }


async def measure(url: str, *, clips: int, campaigns: int) -> Figures:
    """One tracking run over all clips, and a sample of the predecessor's."""
    database = Database(url)
    await migrations.upgrade(database)
    await approved_clips(database, clips, campaigns)
    async with simulator() as scraper, ApifyReaders("token", scraper) as readers:
        reading = ReadingOptions(batch_size=BATCH, concurrency=CONCURRENCY, pause_seconds=0)
        tracker = Tracker(database, readers, TrackingOptions(max_clips=clips, reading=reading))
        began = perf_counter()
        run = await tracker.run(Trigger.CLI)
        seconds = perf_counter() - began
        assert (run.clips_read, run.clips_failed) == (clips, 0)
        starts = await _starts(scraper)
        its_group = await _predecessors_group(readers)
    await database.dispose()
    full_batches = clips / BATCH
    limit = (full_batches * RUN_SECONDS + clips * LINK_SECONDS) / CONCURRENCY
    return Figures(clips, seconds, limit, starts, its_group * clips / ITS_GROUP, clips)


async def _predecessors_group(readers: ApifyReaders) -> float:
    """Seconds that a group of its links takes, with the pause."""
    began = perf_counter()
    for group in range(SAMPLED_GROUPS):
        refs = [
            factories.tiktok(OTHER_VIDEOS + group * ITS_GROUP + number)
            for number in range(ITS_GROUP)
        ]
        await asyncio.gather(*(_read_alone(readers, ref) for ref in refs))
        await asyncio.sleep(ITS_PAUSE_SECONDS)
    return (perf_counter() - began) / SAMPLED_GROUPS


async def _read_alone(readers: ApifyReaders, ref: VideoRef) -> None:
    reader = readers.for_platform(ref.platform)
    started = await reader.start([ref])
    await reader.collect(started.run_id, [ref])


@asynccontextmanager
async def simulator(
    *, run_seconds: float = RUN_SECONDS, link_seconds: float = LINK_SECONDS
) -> AsyncIterator[str]:
    """The simulator in a process of its own, as slow as asked for; its URL."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "swivi.demo.simulator", "--port", str(port)
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=10)) as http:
            latencies = {"run_seconds": run_seconds, "link_seconds": link_seconds}
            while True:
                try:
                    (await http.put(f"{url}/control", json=latencies)).raise_for_status()
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.1)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _starts(scraper: str) -> int:
    async with httpx.AsyncClient() as http:
        started: dict[str, int] = (await http.get(f"{scraper}/control/runs")).json()["started"]
        return sum(started.values())
