"""A reader of views in this very process, which says what it is told to say: for tests that read
thousands of times.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from swivi.core import clock
from swivi.domain.platforms.models import Outcome, Platform, Reading, VideoRef
from swivi.domain.platforms.readers.protocol import CollectedReadings, ScraperStart

Said = tuple[Outcome, int | None]
"""How a reading ends, and the count if it is one."""


@dataclass
class ToldReaders:
    """Keeps the runs that were started, so that whoever resumes finds them; a video nobody spoke of
    is missing.
    """

    says: dict[VideoRef, Said] = field(default_factory=dict)
    problem: Exception | None = None
    """What collecting raises once it went well `good` times more, until it is None again."""
    good: int = 0
    started: dict[str, tuple[VideoRef, ...]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def tell(self, video: VideoRef, views: int | None, outcome: Outcome = Outcome.OK) -> None:
        """What is said of this video from now on."""
        self.says[video] = (outcome, views)

    def for_platform(self, platform: Platform) -> "ToldReader":
        return ToldReader(platform, self)

    def start(self, refs: Sequence[VideoRef]) -> ScraperStart:
        name = f"run-{next(self._numbers)}"
        self.started[name] = tuple(refs)
        return ScraperStart(name, f"data-of-{name}")

    def reading(self, ref: VideoRef) -> Reading:
        outcome, views = self.says.get(ref, (Outcome.MISSING, None))
        return Reading(ref, outcome, views, "playCount", "told", None, "", clock.now())


@dataclass(frozen=True)
class ToldReader:
    """One platform's reader; see `swivi.domain.platforms.readers.protocol.ViewReader`."""

    platform: Platform
    told: ToldReaders
    max_batch: int = 1_000

    async def start(self, refs: Sequence[VideoRef]) -> ScraperStart:
        return self.told.start(refs)

    async def find_started(
        self, refs: Sequence[VideoRef], since: datetime, *, known: Collection[str] = ()
    ) -> ScraperStart | None:
        found = [
            name
            for name, asked in self.told.started.items()
            if set(asked) == set(refs) and name not in known
        ]
        return ScraperStart(found[-1], f"data-of-{found[-1]}") if found else None

    async def collect(self, run_id: str, refs: Sequence[VideoRef]) -> CollectedReadings:
        if self.told.problem is not None and self.told.good <= 0:
            raise self.told.problem
        self.told.good -= 1
        return CollectedReadings(
            run_id, "SUCCEEDED", tuple(self.told.reading(ref) for ref in refs), 1_000
        )
