"""Reading many clips through the scraper: against what latency allows, and against the predecessor.

The simulator answers in real time. Scaled-down latencies would count our processor time many times
over.

The predecessor started one scraper run per clip, five at a time, and paused 2 s between groups of
five. The comparison gives both sides five places, the same simulator on the same machine and their
own default pauses. It does not make batches equal: they are the difference that is measured. The
predecessor's figure has no settlement and no database in it, so it is a lower bound. Each of its
groups takes the same time, so a few groups are measured and multiplied.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from math import ceil
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
BATCH = 100
MANY_PLACES = 25
"""For the limit: a large Apify plan."""

PREDECESSOR_PLACES = 5
PREDECESSOR_PAUSE_SECONDS = 2.0
SAMPLED_GROUPS = 5
FIRST_SAMPLED_VIDEO = 10_000_000
"""Above the numbers of all clips, so that the sample reads other videos."""


@dataclass(frozen=True, slots=True)
class LimitFigures:
    """Swivi against the limit, in seconds of wall time."""

    clips: int
    places: int
    seconds: float
    limit_seconds: float
    """If every place had a full batch at every moment."""
    starts: int

    @property
    def ratio(self) -> float:
        """How many times the limit Swivi takes."""
        return self.seconds / self.limit_seconds

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the results file."""
        return asdict(self) | {"benchmark": "reading", "ratio": self.ratio}


@dataclass(frozen=True, slots=True)
class ComparisonFigures:
    """Swivi and the predecessor's schedule with five places each, in seconds of wall time.

    Starts are scraper runs, which cost money.
    """

    clips: int
    seconds: float
    starts: int
    predecessor_seconds: float
    predecessor_without_pauses_seconds: float
    predecessor_starts: int

    @property
    def times_faster(self) -> float:
        """How many times as long the predecessor's schedule takes."""
        return self.predecessor_seconds / self.seconds

    @property
    def times_faster_than_without_pauses(self) -> float:
        """The same, if the predecessor made no pauses."""
        return self.predecessor_without_pauses_seconds / self.seconds

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the results file."""
        return asdict(self) | {
            "benchmark": "reading-comparison",
            "times_faster": self.times_faster,
            "times_faster_than_without_pauses": self.times_faster_than_without_pauses,
        }


async def measure_limit(url: str, *, clips: int, campaigns: int) -> LimitFigures:
    """Measure one tracking run over all clips, with many places and no pauses."""
    options = ReadingOptions(batch_size=BATCH, concurrency=MANY_PLACES, pause_seconds=0)
    async with simulator() as scraper, ApifyReaders("token", scraper) as readers:
        seconds = await _track(url, readers, options, clips, campaigns)
        starts = await _starts(scraper)
    limit = (clips / BATCH * RUN_SECONDS + clips * LINK_SECONDS) / MANY_PLACES
    return LimitFigures(clips, MANY_PLACES, seconds, limit, starts)


async def compare(url: str, *, clips: int, campaigns: int) -> ComparisonFigures:
    """Measure one tracking run with Swivi's default options, and the predecessor's schedule."""
    options = ReadingOptions()
    assert options.concurrency == PREDECESSOR_PLACES, "both sides have as many places"
    async with simulator() as scraper, ApifyReaders("token", scraper) as readers:
        seconds = await _track(url, readers, options, clips, campaigns)
        starts = await _starts(scraper)
        group_seconds = await _predecessor_group(readers)
    groups = ceil(clips / PREDECESSOR_PLACES)
    without_pauses = group_seconds * groups
    pauses = PREDECESSOR_PAUSE_SECONDS * (groups - 1)
    return ComparisonFigures(
        clips, seconds, starts, without_pauses + pauses, without_pauses, predecessor_starts=clips
    )


async def _track(
    url: str, readers: ApifyReaders, options: ReadingOptions, clips: int, campaigns: int
) -> float:
    """Fill an empty database, run once over all clips, and return the seconds of that run."""
    database = Database(url)
    await migrations.upgrade(database)
    await approved_clips(database, clips, campaigns)
    tracker = Tracker(database, readers, TrackingOptions(max_clips=clips, reading=options))
    began = perf_counter()
    run = await tracker.run(Trigger.CLI)
    seconds = perf_counter() - began
    assert (run.clips_read, run.clips_failed) == (clips, 0)
    await database.dispose()
    return seconds


async def _predecessor_group(readers: ApifyReaders) -> float:
    """Return the seconds that one group of the predecessor takes, without the pause."""
    taken = 0.0
    for group in range(SAMPLED_GROUPS):
        first = FIRST_SAMPLED_VIDEO + group * PREDECESSOR_PLACES
        refs = [factories.tiktok(first + number) for number in range(PREDECESSOR_PLACES)]
        began = perf_counter()
        await asyncio.gather(*(_read_alone(readers, ref) for ref in refs))
        taken += perf_counter() - began
    return taken / SAMPLED_GROUPS


async def _read_alone(readers: ApifyReaders, ref: VideoRef) -> None:
    reader = readers.for_platform(ref.platform)
    started = await reader.start([ref])
    await reader.collect(started.run_id, [ref])


@asynccontextmanager
async def simulator(
    *, run_seconds: float = RUN_SECONDS, link_seconds: float = LINK_SECONDS
) -> AsyncIterator[str]:
    """Run the simulator in a process of its own, with these latencies, and yield its URL."""
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
