"""The interface for reading views. It names no service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from swivi.domain.platforms.models import Outcome, Platform, Reading, VideoRef


@dataclass(frozen=True, slots=True)
class ScraperStart:
    """A run that was started and will be paid for.

    Store `run_id`: after a crash, only it leads back to the run.
    """

    run_id: str
    dataset_id: str


@dataclass(frozen=True, slots=True)
class CollectedReadings:
    """The result of one run.

    `readings` has one reading per requested video, in that order. `status` is the service's word
    for how the run ended ("SUCCEEDED", "FAILED", ...). `cost_micro_usd` is in millionths of a
    dollar, None if the service does not report it.
    """

    run_id: str
    status: str
    readings: tuple[Reading, ...]
    cost_micro_usd: int | None

    @property
    def complete(self) -> bool:
        """Whether every requested video has a count or a definite refusal."""
        return all(not reading.outcome.transient for reading in self.readings)

    @property
    def successful(self) -> int:
        """The number of readings with a count."""
        return sum(reading.outcome is Outcome.OK for reading in self.readings)


class BatchReader(Protocol):
    """Reads many videos of one platform with one paid run, and waits for it."""

    async def read(self, refs: Sequence[VideoRef]) -> CollectedReadings:
        """Return what the run found.

        Raises ReadingUnavailable if a retry may succeed and ReaderStopped if an admin must act.
        """


class BatchReaders(Protocol):
    """Returns the batch reader of each platform."""

    def for_platform(self, platform: Platform) -> BatchReader: ...


class ViewReader(Protocol):
    """Starts, finds and collects paid runs that read many videos of one platform.

    `refs` are 1 to `max_batch` videos of `platform`. Every method raises ReadingUnavailable if a
    retry may succeed and ReaderStopped if an admin must act (see `errors.py`).
    """

    @property
    def platform(self) -> Platform: ...

    @property
    def max_batch(self) -> int: ...

    async def start(self, refs: Sequence[VideoRef]) -> ScraperStart:
        """Start one run and return at once.

        Sends the request once. Raises StartUncertain if the run may have started nevertheless.
        """

    async def find_started(
        self, refs: Sequence[VideoRef], since: datetime, *, known: Collection[str] = ()
    ) -> ScraperStart | None:
        """Return the newest run for exactly these videos, in any order, started since `since`.

        Call this after StartUncertain or a crash, so that no reading is paid for twice. `since` is
        timezone-aware. Run ids in `known` belong to other batches and are skipped.
        """

    async def collect(self, run_id: str, refs: Sequence[VideoRef]) -> CollectedReadings:
        """Wait, within bounds, for a run to end, and return its readings.

        Costs nothing, so it may be repeated. Raises RunGone if the service does not know the run.
        """


class ViewReaders(Protocol):
    """Returns the reader of each platform."""

    def for_platform(self, platform: Platform) -> ViewReader: ...
