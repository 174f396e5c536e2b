"""Read views through Apify with its own client: https://docs.apify.com/api/client/python/

This module turns off the client's defaults that cost money or time:

- A retried start is a second paid run, so starts use a client that never retries.
- Every wait has a bound.
- A failed run raises nothing, so this module checks the run's status.
- A run that succeeded may lack videos, so every requested video gets a reading.
- `call` would also fetch the scraper's log, so runs are started with `start`.
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
from swivi.domain.platforms.errors import RunGone
from swivi.domain.platforms.models import Outcome, Platform, VideoRef
from swivi.domain.platforms.readers.apify_errors import FAULTS, translated
from swivi.domain.platforms.readers.items import readings_from
from swivi.domain.platforms.readers.protocol import CollectedReadings, ScraperStart
from swivi.domain.platforms.registry import SPECS
from swivi.domain.platforms.scrapers import Scraper

SCRAPERS: Mapping[Platform, Scraper] = {platform: spec.scraper for platform, spec in SPECS.items()}
DEFAULT_API_URL = "https://api.apify.com"
DEFAULT_TIMEOUT = timedelta(minutes=5)
MAX_BATCH = 500
"""Videos per run."""

REQUEST_TIMEOUT = timedelta(seconds=30)
LONG_POLL_TIMEOUT = timedelta(seconds=75)
"""The API holds a waiting request for up to 60 seconds."""

GRACE = timedelta(seconds=15)
"""How long to wait beyond a run's timeout: the service ends it then, and its items are fetched."""

CLOCK_SKEW = timedelta(seconds=30)
"""How far the service's clock may be behind when runs are found by their start."""

MAX_RUNS_SEARCHED = 100
ROWS_PER_VIDEO = 20
"""Bounds: runs compared in one search, and items read per requested video."""

ITEMS_PER_VIDEO = 2
"""Items that a run may charge for: a note or an error may stand beside the item of a video."""


class ApifyReader:
    """The `ViewReader` of one platform's scraper. `ApifyReaders` creates it."""

    def __init__(
        self,
        platform: Platform,
        scraper: Scraper,
        *,
        starts: ApifyClientAsync,
        reads: ApifyClientAsync,
        timeout: timedelta,
        max_batch: int,
    ) -> None:
        self.platform = platform
        self.max_batch = max_batch
        self._scraper = scraper
        self._starts = starts
        self._reads = reads
        self._timeout = timeout

    async def start(self, refs: Sequence[VideoRef]) -> ScraperStart:
        run_input = self._input(refs)
        try:
            run = await self._starts.actor(self._scraper.scraper_id).start(
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
        with _translating():
            runs = (
                await self._reads.actor(self._scraper.scraper_id)
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
        with _translating(run_id):
            async with asyncio.timeout((self._timeout + LONG_POLL_TIMEOUT).total_seconds()):
                run = await self._reads.run(run_id).wait_for_finish(
                    wait_duration=self._timeout + GRACE, timeout=LONG_POLL_TIMEOUT
                )
                if run is None:
                    raise RunGone(run_id)
                items = await self._items(run.default_dataset_id, len(refs))
        finished = run.status == "SUCCEEDED"
        readings = readings_from(
            self.platform,
            self._scraper,
            items,
            refs,
            read_at=now(),
            unanswered=Outcome.MISSING if finished else Outcome.ERROR,
            why="the run did not return it" if finished else f"the run is {run.status}",
        )
        return CollectedReadings(
            run_id, run.status, tuple(readings), _micro_usd(run.usage_total_usd)
        )

    def _input(self, refs: Sequence[VideoRef]) -> dict[str, Any]:
        """Return the scraper's input, the same for the same videos in any order.

        `find_started` recognises a run by it.
        """
        if not 1 <= len(refs) <= self.max_batch:
            raise ValueError(f"a batch has 1 to {self.max_batch} videos, not {len(refs)}")
        if any(ref.platform is not self.platform for ref in refs):
            raise ValueError(f"this reader reads {self.platform} only")
        return self._scraper.build_input(sorted({ref.canonical_url for ref in refs}))

    async def _has_input(self, store_id: str, wanted: dict[str, Any]) -> bool:
        """Whether a run has the wanted input. Apify may have added the scraper's defaults."""
        record = await self._reads.key_value_store(store_id).get_record(
            "INPUT", timeout=REQUEST_TIMEOUT
        )
        given = record["value"] if record else None
        return isinstance(given, dict) and all(
            given.get(key) == value for key, value in wanted.items()
        )

    async def _items(self, dataset_id: str, requested: int) -> list[object]:
        items = self._reads.dataset(dataset_id).iterate_items(
            clean=True, limit=requested * ROWS_PER_VIDEO, timeout=REQUEST_TIMEOUT
        )
        return [item async for item in items]


class ApifyReaders:
    """The readers of all platforms, through one Apify account.

    Close it with `aclose`, or use it as an async context manager. `timeout` bounds a run on the
    service; collecting waits slightly longer. `retries` applies to requests that only read: a start
    is sent once.
    """

    def __init__(
        self,
        token: str,
        api_url: str = DEFAULT_API_URL,
        *,
        timeout: timedelta = DEFAULT_TIMEOUT,
        max_batch: int = MAX_BATCH,
        retries: int = 4,
        scrapers: Mapping[Platform, Scraper] = SCRAPERS,
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
                platform, scraper, starts=starts, reads=reads, timeout=timeout, max_batch=max_batch
            )
            for platform, scraper in scrapers.items()
        }

    def for_platform(self, platform: Platform) -> ApifyReader:
        """Return the reader of one platform."""
        return self._readers[platform]

    async def aclose(self) -> None:
        """Close the connections."""
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
def _translating(run_id: str | None = None) -> Iterator[None]:
    """Translate the client's faults inside the block; a 404 about `run_id` becomes RunGone."""
    try:
        yield
    except FAULTS as fault:
        if run_id and isinstance(fault, NotFoundError):
            raise RunGone(run_id) from fault
        raise translated(fault) from fault


def _micro_usd(dollars: float | None) -> int | None:
    return None if dollars is None else round(dollars * 1_000_000)
