"""Reading a view count in the past: what the simulator would have answered at the moment we stand
at.

Only the seeding of the demo reads like this. The running demo talks to the simulator over HTTP.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from swivi.core import clock
from swivi.demo.simulator_growth import views_at
from swivi.domain.platforms.models import Outcome, Platform, Reading, VideoRef
from swivi.domain.platforms.readers.protocol import CollectedReadings, ScraperStart, ViewReader
from swivi.domain.platforms.scrapers import ACTORS

SOURCE = "demo:history"


class HistoryReader:
    """A ViewReader whose runs are over as soon as they are started, at `clock.now()`."""

    max_batch = 500

    def __init__(self, platform: Platform, authors: Mapping[str, str]) -> None:
        self.platform = platform
        self._authors = authors

    async def start(self, refs: Sequence[VideoRef]) -> ScraperStart:
        """A run with an id of its own; nothing happens until it is collected."""
        return ScraperStart(run_id=uuid4().hex, dataset_id="")

    async def find_started(
        self, refs: Sequence[VideoRef], since: datetime, *, known: Collection[str] = ()
    ) -> ScraperStart | None:
        """None: no start is ever uncertain."""
        return None

    async def collect(self, run_id: str, refs: Sequence[VideoRef]) -> CollectedReadings:
        """The views of all videos at this moment, at no cost."""
        return CollectedReadings(
            run_id, "SUCCEEDED", tuple(self._read(ref) for ref in refs), cost_micro_usd=0
        )

    async def read(
        self, refs: Sequence[VideoRef], *, since: datetime | None = None
    ) -> CollectedReadings:
        """Start and collect."""
        start = await self.start(refs)
        return await self.collect(start.run_id, refs)

    async def read_one(self, ref: VideoRef, *, since: datetime | None = None) -> Reading:
        """The views of one video at this moment."""
        return self._read(ref)

    def _read(self, ref: VideoRef) -> Reading:
        return Reading(
            ref,
            Outcome.OK,
            views_at(ref.external_id, clock.now()),
            metric=ACTORS[self.platform].views_field,
            source=SOURCE,
            author=self._authors.get(ref.external_id),
            detail="",
            read_at=clock.now(),
        )


class HistoryReaders:
    """A HistoryReader for each platform. `authors` says who posted a video, by its external id."""

    def __init__(self) -> None:
        self.authors: dict[str, str] = {}

    def for_platform(self, platform: Platform) -> ViewReader:
        """The reader of that platform."""
        return HistoryReader(platform, self.authors)
