"""Reading views through Apify, with its own client: https://docs.apify.com/api/client/python/

The client's habits that cost money or time are turned off here: a retried start is a second paid
run, so starts go through a client that never retries; waiting has a bound; a run that failed raises
nothing, so its status is looked at; a run that succeeded may lack videos, so every video asked for
is accounted for. Runs are started with `start`, never `call`, which would also fetch the actor's
log.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from apify_client import ApifyClientAsync
from apify_client.errors import NotFoundError
from apify_client.http_clients import ImpitHttpClientAsync

from swivi.core.clock import now
from swivi.domain.platforms.errors import ReadingUnavailable, RunGone, StartUncertain
from swivi.domain.platforms.models import Outcome, Platform, Reading, VideoRef
from swivi.domain.platforms.readers.apify_errors import FAULTS, translated
from swivi.domain.platforms.readers.items import readings_from
from swivi.domain.platforms.readers.protocol import CollectedReadings, ScraperStart
from swivi.domain.platforms.scrapers import ACTORS, Actor

DEFAULT_API_URL = "https://api.apify.com"
DEFAULT_TIMEOUT = timedelta(minutes=5)
MAX_BATCH = 500
"""Videos per run."""

REQUEST_TIMEOUT = timedelta(seconds=30)
LONG_POLL_TIMEOUT = timedelta(seconds=75)
"""The API holds a waiting request for up to 60 seconds."""

GRACE = timedelta(seconds=15)
"""The service ends a run at its timeout; we wait this much longer, to hear of it and fetch what
came.
"""

CLOCK_SKEW = timedelta(seconds=30)
"""How far the service's clock may be behind ours when runs are looked up by their start."""

MAX_RUNS_SEARCHED = 100
ROWS_PER_VIDEO = 20
"""Bounds: of runs compared in one look-up, and of rows read per video asked for."""

ITEMS_PER_VIDEO = 2
"""What a run may charge for: a note or an error may stand beside the item of a video."""


class ApifyReader:
    """A `ViewReader` of one actor. Made by `ApifyReaders`."""

    def __init__(
        self,
        actor: Actor,
        *,
        starts: ApifyClientAsync,
        reads: ApifyClientAsync,
        timeout: timedelta,
        max_batch: int,
    ) -> None:
        self.actor = actor
        self.max_batch = max_batch
        self._starts = starts
        self._reads = reads
        self._timeout = timeout

    @property
    def platform(self) -> Platform:
        return self.actor.platform

    async def start(self, refs: Sequence[VideoRef]) -> ScraperStart:
        run_input = self._input(refs)
        try:
            run = await self._starts.actor(self.actor.actor_id).start(
                run_input=run_input,
                max_items=len(refs) * ITEMS_PER_VIDEO,
                run_timeout=self._timeout,
                timeout=REQUEST_TIMEOUT,
            )
        except FAULTS as fault:
            raise translated(fault, starting=True) from fault
        return ScraperStart(run.id, run.default_dataset_id)

    async def find_started(
        self, refs: Sequence[VideoRef], since: datetime, *, known: Collection[str] = ()
    ) -> ScraperStart | None:
        wanted = self._input(refs)
        with _speaking():
            runs = (
                await self._reads.actor(self.actor.actor_id)
                .runs()
                .list(desc=True, limit=MAX_RUNS_SEARCHED, started_after=since - CLOCK_SKEW)
            )
            for run in runs.items:
                if run.id not in known and await self._has_input(
                    run.default_key_value_store_id, wanted
                ):
                    return ScraperStart(run.id, run.default_dataset_id)
        return None

    async def collect(self, run_id: str, refs: Sequence[VideoRef]) -> CollectedReadings:
        with _speaking(run_id):
            async with asyncio.timeout((self._timeout + LONG_POLL_TIMEOUT).total_seconds()):
                run = await self._reads.run(run_id).wait_for_finish(
                    wait_duration=self._timeout + GRACE, timeout=LONG_POLL_TIMEOUT
                )
                if run is None:
                    raise RunGone(run_id)
                items = await self._items(run.default_dataset_id, len(refs))
        finished = run.status == "SUCCEEDED"
        readings = readings_from(
            self.actor,
            items,
            refs,
            read_at=now(),
            unanswered=Outcome.MISSING if finished else Outcome.ERROR,
            why="the run did not return it" if finished else f"the run is {run.status}",
        )
        return CollectedReadings(
            run_id, run.status, tuple(readings), _micro_usd(run.usage_total_usd)
        )

    async def read(
        self, refs: Sequence[VideoRef], *, since: datetime | None = None
    ) -> CollectedReadings:
        started = await self.find_started(refs, since) if since else None
        started = started or await self._start_or_find(refs)
        return await self.collect(started.run_id, refs)

    async def read_one(self, ref: VideoRef, *, since: datetime | None = None) -> Reading:
        return (await self.read([ref], since=since)).readings[0]

    async def _start_or_find(self, refs: Sequence[VideoRef]) -> ScraperStart:
        asked_at = now()
        try:
            return await self.start(refs)
        except StartUncertain as uncertain:
            try:
                found = await self.find_started(refs, asked_at)
            except ReadingUnavailable:
                raise uncertain from None
            if found is None:
                raise
            return found

    def _input(self, refs: Sequence[VideoRef]) -> dict[str, Any]:
        """The actor's input, the same for the same videos in any order, so that a run can be found
        by it.
        """
        if not 1 <= len(refs) <= self.max_batch:
            raise ValueError(f"a batch has 1 to {self.max_batch} videos, not {len(refs)}")
        if any(ref.platform is not self.platform for ref in refs):
            raise ValueError(f"this reader reads {self.platform} only")
        return self.actor.build_input(sorted({ref.canonical_url for ref in refs}))

    async def _has_input(self, store_id: str, wanted: dict[str, Any]) -> bool:
        """Whether a run's input says what ours says; the platform may have added defaults of the
        actor.
        """
        record = await self._reads.key_value_store(store_id).get_record(
            "INPUT", timeout=REQUEST_TIMEOUT
        )
        given = record["value"] if record else None
        return isinstance(given, dict) and all(
            given.get(key) == value for key, value in wanted.items()
        )

    async def _items(self, dataset_id: str, asked: int) -> list[object]:
        rows = self._reads.dataset(dataset_id).iterate_items(
            clean=True, limit=asked * ROWS_PER_VIDEO, timeout=REQUEST_TIMEOUT
        )
        return [row async for row in rows]


class ApifyReaders:
    """All platforms through one Apify account.

    Close it with `aclose` or use it as an async context manager.

    `timeout` bounds a run on the service; collecting it waits slightly longer. `retries` is for
    requests that only look; a start is sent once.
    """

    def __init__(
        self,
        token: str,
        api_url: str = DEFAULT_API_URL,
        *,
        timeout: timedelta = DEFAULT_TIMEOUT,
        max_batch: int = MAX_BATCH,
        retries: int = 4,
        actors: Mapping[Platform, Actor] = ACTORS,
    ) -> None:
        if timeout < timedelta(seconds=1):
            raise ValueError(
                "a run needs at least a second: the service takes 0 for no timeout at all"
            )
        self._connections = [_connection(token, retries=0), _connection(token, retries=retries)]
        starts, reads = (
            ApifyClientAsync.with_custom_http_client(token, api_url=api_url, http_client=connection)
            for connection in self._connections
        )
        self._readers = {
            platform: ApifyReader(
                actor, starts=starts, reads=reads, timeout=timeout, max_batch=max_batch
            )
            for platform, actor in actors.items()
        }

    def for_platform(self, platform: Platform) -> ApifyReader:
        """The reader of one platform."""
        return self._readers[platform]

    async def aclose(self) -> None:
        """Give the connections back."""
        for connection in self._connections:
            await connection.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


def _connection(token: str, *, retries: int) -> ImpitHttpClientAsync:
    return ImpitHttpClientAsync(
        token=token,
        max_retries=retries,
        timeout_short=REQUEST_TIMEOUT,
        timeout_medium=REQUEST_TIMEOUT,
        timeout_long=REQUEST_TIMEOUT,
        timeout_max=LONG_POLL_TIMEOUT,
    )


@contextmanager
def _speaking(run_id: str | None = None) -> Iterator[None]:
    """Within this block the client's faults become Swivi's; a 404 about `run_id` is RunGone."""
    try:
        yield
    except FAULTS as fault:
        if run_id and isinstance(fault, NotFoundError):
            raise RunGone(run_id) from fault
        raise translated(fault) from fault


def _micro_usd(dollars: float | None) -> int | None:
    return None if dollars is None else round(dollars * 1_000_000)
