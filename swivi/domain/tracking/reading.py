"""Read the clips of a slice: batches per platform, each by one scraper run, stored as they arrive.

Readings and scraper runs are rows, and a resumed run adopts the scraper runs of its predecessor. So
nothing is paid for twice if a process dies.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.db import Database
from swivi.core.leases import LeaseHold
from swivi.domain.clips.models import Clip, ViewTracking
from swivi.domain.platforms.errors import ReaderStopped, ReadingUnavailable
from swivi.domain.platforms.models import Outcome, Reading
from swivi.domain.platforms.readers.protocol import ViewReaders
from swivi.domain.tracking import partitions, recorded_readers
from swivi.domain.tracking.batches import Batch, batches_due, batches_left_behind, tracked_in
from swivi.domain.tracking.models import RunSlice, ScraperRun, ScraperStatus, TrackingRun
from swivi.domain.tracking.recorded_readers import note

log = logging.getLogger("swivi.tracking")

MOST_ATTEMPTS = 3
"""Attempts to read a clip within one run while its outcome is transient."""


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How hard one process reads.

    `pause_seconds` is the pause between two batches of one place. It grows between attempts.
    """

    batch_size: int = 100
    concurrency: int = 5
    pause_seconds: float = 1.0


class ScraperPlaces:
    """One process's places for scraper runs, with a pause before a place is reused.

    `stopped` is set once the reading service has stopped us, in any slice.
    """

    def __init__(self, options: ReadingOptions) -> None:
        self.stopped: ReaderStopped | None = None
        self._places = asyncio.Semaphore(options.concurrency)
        self._pause_seconds = options.pause_seconds
        self._waiting = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place for one scraper run, first come, first served."""
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
            if self._waiting and self.stopped is None:
                await asyncio.sleep(self._pause_seconds)
        finally:
            self._places.release()

    async def wait_for_idle(self) -> None:
        """Return once a place is free that no batch waits for."""
        async with self._places:
            return


class SliceReading:
    """Reads one slice, until every clip has an outcome or its attempts are used up."""

    def __init__(
        self,
        database: Database,
        readers: ViewReaders,
        options: ReadingOptions,
        places: ScraperPlaces,
        hold: LeaseHold,
        run_slice: RunSlice,
    ) -> None:
        self._database = database
        self._readers = readers
        self._options = options
        self._places = places
        self._hold = hold
        self._slice = run_slice
        self.under_way = asyncio.Event()
        """Set once the first batches wait for a place."""

    async def read_all(self) -> None:
        """Read every clip of the slice.

        Raises ReaderStopped, after storing what arrived, and LeaseLost.
        """
        async with self._database.reading() as session:
            left_behind = await batches_left_behind(session, self._slice)
        await self._read_batches(left_behind)
        for attempt in range(1, MOST_ATTEMPTS + 1):
            async with self._database.reading() as session:
                batches = await batches_due(
                    session, self._slice, attempt, size=self._options.batch_size
                )
            if attempt > 1 and batches:
                await asyncio.sleep(self._options.pause_seconds * 2**attempt)
            await self._read_batches(batches)

    async def _read_batches(self, batches: Sequence[Batch]) -> None:
        async with asyncio.TaskGroup() as group:
            for batch in batches:
                group.create_task(self._read_in_turn(batch))
            if batches:
                # Lets each batch queue for a place before anybody asks for an idle one.
                await asyncio.sleep(0)
                self.under_way.set()
        if self._places.stopped is not None:
            raise self._places.stopped

    async def _read_in_turn(self, batch: Batch) -> None:
        async with self._places.place():
            if self._places.stopped is not None:
                return
            try:
                await self._read_batch(batch)
            except ReaderStopped as stopped:
                self._places.stopped = stopped

    async def _read_batch(self, batch: Batch) -> None:
        scraper = batch.adopted or await self._intend(batch)
        reader = self._readers.for_platform(batch.platform)
        try:
            apify_run_id = await self._started(batch, scraper)
            collected = await reader.collect(apify_run_id, batch.refs)
        except ReadingUnavailable as problem:
            log.warning(
                "Reading %d %s links failed: %s", len(batch.external_ids), batch.platform, problem
            )
            await self._store(batch, scraper, _failed(batch, str(problem)), 0, problem=str(problem))
            return
        except ReaderStopped as stopped:
            await self._give_up(scraper, str(stopped))
            raise
        await self._store(batch, scraper, collected.readings, collected.cost_micro_usd or 0)

    async def _intend(self, batch: Batch) -> ScraperRun:
        """Store the intent to start a scraper run, before it costs anything."""
        async with self._database.writing() as session:
            await self._hold.assert_held(session)
            scraper = ScraperRun(
                run_id=self._slice.run_id,
                slice_number=self._slice.number,
                platform=batch.platform,
                attempt=batch.attempt,
                external_ids=list(batch.external_ids),
                started_at=clock.now(),
            )
            session.add(scraper)
        return scraper

    async def _started(self, batch: Batch, scraper: ScraperRun) -> str:
        """Return the scraper run's id at Apify. Start it unless it was started already."""
        if scraper.apify_run_id is not None:
            return scraper.apify_run_id
        reader = self._readers.for_platform(batch.platform)
        start = None
        if batch.adopted:
            start = await recorded_readers.find_own_start(
                self._database, reader, batch.refs, scraper
            )
        start = start or await recorded_readers.start_or_find(
            self._database, reader, batch.refs, scraper
        )
        async with self._database.writing() as session:
            await self._hold.assert_held(session)
            await note(session, scraper, ScraperStatus.STARTED, apify_run_id=start.run_id)
        return start.run_id

    async def _give_up(self, scraper: ScraperRun, problem: str) -> None:
        async with self._database.writing() as session:
            await self._hold.assert_held(session)
            await note(session, scraper, ScraperStatus.FAILED, problem=problem)

    async def _store(
        self,
        batch: Batch,
        scraper: ScraperRun,
        readings: Sequence[Reading],
        cost_micro_usd: int,
        problem: str | None = None,
    ) -> None:
        """Store a batch's readings and close its scraper run, in one transaction.

        If the scraper run is closed already, nothing is stored.
        """
        status = ScraperStatus.FAILED if problem else ScraperStatus.COLLECTED
        async with self._database.writing() as session:
            await self._hold.assert_held(session)
            if not await note(
                session, scraper, status, cost_micro_usd=cost_micro_usd, problem=problem
            ):
                return
            rows = await self._rows(session, batch, readings)
            if rows:
                await session.execute(insert(ViewTracking), rows)
            await self._count(session, rows, cost_micro_usd)
            changes.mark(session, runs=[self._slice.run_id])

    async def _rows(
        self, session: AsyncSession, batch: Batch, readings: Sequence[Reading]
    ) -> list[dict[str, Any]]:
        by_id = {reading.ref.external_id: reading.of_video_asked for reading in readings}
        clips = await session.exec(
            tracked_in(self._slice).where(
                Clip.platform == batch.platform, col(Clip.external_id).in_(list(by_id))
            )
        )
        return [
            {
                "clip_id": clip_id,
                "run_id": self._slice.run_id,
                "attempt": batch.attempt,
                "date": by_id[external_id].read_at,
                "outcome": by_id[external_id].outcome,
                "views": by_id[external_id].views,
                "metric": by_id[external_id].metric,
                "source": by_id[external_id].source,
                "detail": by_id[external_id].detail,
                "word": by_id[external_id].word,
            }
            for clip_id, _, external_id in clips.all()
        ]

    async def _count(
        self, session: AsyncSession, rows: Sequence[dict[str, Any]], cost_micro_usd: int
    ) -> None:
        """Count each clip once, by its newest reading.

        An earlier reading of this run can only have failed.
        """
        clip_ids = [row["clip_id"] for row in rows]
        attempt = rows[0]["attempt"] if rows else 1
        of_run = await partitions.of_run(session, self._slice.run_id)
        found = await session.exec(
            select(ViewTracking.clip_id)
            .where(
                of_run(ViewTracking),
                col(ViewTracking.clip_id).in_(clip_ids),
                ViewTracking.attempt < attempt,
            )
            .distinct()
        )
        again = set(found.all())
        failed_now = sum(row["outcome"] is not Outcome.OK for row in rows)
        await session.execute(
            update(TrackingRun)
            .where(col(TrackingRun.id) == self._slice.run_id)
            .values(
                clips_read=TrackingRun.clips_read + len(rows) - len(again),
                clips_failed=TrackingRun.clips_failed + failed_now - len(again),
                cost_micro_usd=TrackingRun.cost_micro_usd + cost_micro_usd,
            )
        )


def _failed(batch: Batch, problem: str) -> list[Reading]:
    return [
        Reading(
            ref,
            Outcome.ERROR,
            None,
            metric="",
            source="apify",
            author=None,
            detail=problem,
            read_at=clock.now(),
        )
        for ref in batch.refs
    ]
