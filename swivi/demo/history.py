"""Read view counts of the past: what the simulator would have answered at `clock.now()`.

Only the seeding of the demo uses this. The running demo uses the simulator over HTTP.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from swivi.core import clock
from swivi.demo.simulator.growth import views_at
from swivi.domain.platforms.models import Outcome, Platform, Reading, VideoRef
from swivi.domain.platforms.readers.protocol import CollectedReadings, ScraperStart

SOURCE = "demo:history"


class HistoryReader:
    """A ViewReader and BatchReader whose runs end as soon as they start."""

    max_batch = 500

    def __init__(self, platform: Platform, authors: Mapping[str, str]) -> None:
        self.platform = platform
        self._authors = authors

    async def start(self, refs: Sequence[VideoRef]) -> ScraperStart:
        """Return a start with an id of its own. The reading happens in `collect`."""
        return ScraperStart(run_id=uuid4().hex, dataset_id="")

    async def find_started(
        self, refs: Sequence[VideoRef], since: datetime, *, known: Collection[str] = ()
    ) -> ScraperStart | None:
        """Return None: no start is ever uncertain."""
        return None

    async def collect(self, run_id: str, refs: Sequence[VideoRef]) -> CollectedReadings:
        """Return the views of all videos at this moment, at no cost."""
        return CollectedReadings(
            run_id, "SUCCEEDED", tuple(self._read(ref) for ref in refs), cost_micro_usd=0
        )

    async def read(self, refs: Sequence[VideoRef]) -> CollectedReadings:
        """Start and collect."""
        start = await self.start(refs)
        return await self.collect(start.run_id, refs)

    def _read(self, ref: VideoRef) -> Reading:
        return Reading(
            ref,
            Outcome.OK,
            views_at(ref.external_id, clock.now()),
            metric=self.platform.spec.scraper.views_field,
            source=SOURCE,
            author=self._authors.get(ref.external_id),
            detail="",
            read_at=clock.now(),
        )


class HistoryReaders:
    """A HistoryReader for each platform. `authors` maps external ids to handles."""

    def __init__(self) -> None:
        self.authors: dict[str, str] = {}

    def for_platform(self, platform: Platform) -> HistoryReader:
        """Return the reader of one platform."""
        return HistoryReader(platform, self.authors)
