"""What the rest of Swivi knows about reading views: these shapes and promises, no service by
name.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from swivi.domain.platforms.models import Outcome, Platform, Reading, VideoRef


@dataclass(frozen=True, slots=True)
class ScraperStart:
    """A run that was started and will be paid for.

    Store `run_id`: it is the way back after a crash.
    """

    run_id: str
    dataset_id: str


@dataclass(frozen=True, slots=True)
class CollectedReadings:
    """What one run brought.

    `readings` holds one reading per video asked for, in that order. `status` is the service's word
    for how the run ended ("SUCCEEDED", "FAILED", ...). `cost_micro_usd` is in millionths of a
    dollar, None if not told.
    """

    run_id: str
    status: str
    readings: tuple[Reading, ...]
    cost_micro_usd: int | None

    @property
    def complete(self) -> bool:
        """Whether every video asked for got an answer: a count, or a definite refusal."""
        return all(not reading.outcome.transient for reading in self.readings)

    @property
    def successful(self) -> int:
        """How many readings carry a count."""
        return sum(reading.outcome is Outcome.OK for reading in self.readings)


class BatchReader(Protocol):
    """Reads many videos of one platform with one paid run, and waits for it."""

    async def read(self, refs: Sequence[VideoRef]) -> CollectedReadings:
        """Raises ReadingUnavailable for what may pass and ReaderStopped for what needs an admin."""


class BatchReaders(Protocol):
    """Hands out the batch reader of each platform."""

    def for_platform(self, platform: Platform) -> BatchReader: ...


class ViewReader(Protocol):
    """Reads many videos of one platform with one paid run.

    `refs` are 1 to `max_batch` videos of `platform`. Every method raises ReadingUnavailable for
    what may pass and ReaderStopped for what needs an admin (see `errors.py`).
    """

    @property
    def platform(self) -> Platform: ...

    @property
    def max_batch(self) -> int: ...

    async def start(self, refs: Sequence[VideoRef]) -> ScraperStart:
        """Start one run and return at once.

        Tried once only: raises StartUncertain if it may have started.
        """

    async def find_started(
        self, refs: Sequence[VideoRef], since: datetime, *, known: Collection[str] = ()
    ) -> ScraperStart | None:
        """The newest run for exactly these videos, in any order, started since `since` (aware).

        Ask this after StartUncertain or a crash, so that the same reading is not paid for twice.
        Run ids in `known` belong to other batches and are passed over.
        """

    async def collect(self, run_id: str, refs: Sequence[VideoRef]) -> CollectedReadings:
        """Wait, within bounds, for a run to end and read what it brought.

        Free, so it may be repeated.

        Raises RunGone if the service does not know the run.
        """

    async def read(
        self, refs: Sequence[VideoRef], *, since: datetime | None = None
    ) -> CollectedReadings:
        """Start, find if the start is uncertain, collect.

        With `since`, the time of an earlier attempt for the same videos, a run that it left is used
        up first.
        """

    async def read_one(self, ref: VideoRef, *, since: datetime | None = None) -> Reading:
        """`read` for a single video."""


class ViewReaders(Protocol):
    """Hands out the reader of each platform."""

    def for_platform(self, platform: Platform) -> ViewReader: ...
