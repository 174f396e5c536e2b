"""Scraper runs as rows: the intent is written before the start, whoever starts one.

Each start costs money. If its answer is lost, the scraper run is looked up at the service by its
links. A baseline or an admin's look may have read the same links seconds ago, so every start is
recorded here, and none is taken for another.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database
from swivi.core.guarded import changed_one
from swivi.domain.platforms.errors import ReaderStopped, ReadingUnavailable, StartUncertain
from swivi.domain.platforms.models import Platform, VideoRef
from swivi.domain.platforms.readers.protocol import (
    CollectedReadings,
    ScraperStart,
    ViewReader,
    ViewReaders,
)
from swivi.domain.tracking.models import UNDER_WAY, ScraperRun, ScraperStatus

RECENT = timedelta(hours=1)
"""Far longer than a reader's look-up of a lost start reaches back."""


class RecordedReaders:
    """Readers for what no tracking run asks for: baselines, and looks of admins."""

    def __init__(self, database: Database, readers: ViewReaders) -> None:
        self._database = database
        self._readers = readers

    def for_platform(self, platform: Platform) -> "RecordedReader":
        """Return the reader of one platform."""
        return RecordedReader(self._database, self._readers.for_platform(platform))


class RecordedReader:
    """A `BatchReader` whose scraper runs are rows without a tracking run."""

    def __init__(self, database: Database, reader: ViewReader) -> None:
        self._database = database
        self._reader = reader

    async def read(self, refs: Sequence[VideoRef]) -> CollectedReadings:
        """Read these videos with one scraper run. Raises ReadingUnavailable, ReaderStopped."""
        scraper = await self._intend(refs)
        try:
            start = await start_or_find(self._database, self._reader, refs, scraper)
            await self._note(scraper, ScraperStatus.STARTED, apify_run_id=start.run_id)
            collected = await self._reader.collect(start.run_id, refs)
        except (ReadingUnavailable, ReaderStopped) as problem:
            await self._note(scraper, ScraperStatus.FAILED, problem=str(problem))
            raise
        await self._note(
            scraper, ScraperStatus.COLLECTED, cost_micro_usd=collected.cost_micro_usd or 0
        )
        return collected

    async def _intend(self, refs: Sequence[VideoRef]) -> ScraperRun:
        async with self._database.writing() as session:
            scraper = ScraperRun(
                run_id=None,
                platform=self._reader.platform,
                external_ids=[ref.external_id for ref in refs],
                started_at=clock.now(),
            )
            session.add(scraper)
        return scraper

    async def _note(self, scraper: ScraperRun, status: ScraperStatus, **more: object) -> None:
        async with self._database.writing() as session:
            await note(session, scraper, status, **more)


async def start_or_find(
    database: Database, reader: ViewReader, refs: Sequence[VideoRef], scraper: ScraperRun
) -> ScraperStart:
    """Start the scraper run that was intended, or find it if the answer was lost.

    Raises StartUncertain if it may have started and cannot be told from another, and what
    `reader.start` raises.
    """
    try:
        return await reader.start(refs)
    except StartUncertain:
        found = await find_own_start(database, reader, refs, scraper)
        if found is None:
            raise
        return found


async def find_own_start(
    database: Database, reader: ViewReader, refs: Sequence[VideoRef], scraper: ScraperRun
) -> ScraperStart | None:
    """Return what this intent started at the service; None if nothing, or perhaps another's.

    The look-up allows for clocks that differ, so it also finds what was started shortly before the
    intent. Those ids are known here, and excluded. If another intent for the same links has no id
    yet, nothing is adopted: paying twice is better than a reading that is older than the run that
    it counts for.
    """
    async with database.reading() as session:
        if await _may_be_anothers(session, refs, scraper):
            return None
        known = await session.exec(
            select(ScraperRun.apify_run_id).where(
                *_lately(scraper), col(ScraperRun.apify_run_id).is_not(None)
            )
        )
        taken = [run_id for run_id in known.all() if run_id is not None]
    return await reader.find_started(refs, scraper.started_at, known=taken)


async def _may_be_anothers(
    session: AsyncSession, refs: Sequence[VideoRef], scraper: ScraperRun
) -> bool:
    """Whether another intent to read exactly these videos has no known scraper run."""
    found = await session.exec(
        select(ScraperRun.external_ids).where(
            *_lately(scraper),
            col(ScraperRun.apify_run_id).is_(None),
            col(ScraperRun.run_id).is_distinct_from(scraper.run_id)
            | col(ScraperRun.run_id).is_(None),
        )
    )
    wanted = {ref.external_id for ref in refs}
    return any(set(external_ids) == wanted for external_ids in found.all())


def _lately(scraper: ScraperRun) -> tuple[Any, ...]:
    """Other intents of the same platform that are not long past."""
    return (
        col(ScraperRun.id) != scraper.id,
        col(ScraperRun.platform) == scraper.platform,
        col(ScraperRun.started_at) >= scraper.started_at - RECENT,
    )


async def note(
    session: AsyncSession, scraper: ScraperRun, status: ScraperStatus, **more: object
) -> bool:
    """Write down how far a scraper run is; False if it is closed already, and stays as it is.

    Closes the race of two that store one scraper run's readings: the unique index on (run, clip,
    attempt) cannot, where PostgreSQL keeps them by month and a month ends between the two.
    """
    return await changed_one(
        session,
        update(ScraperRun)
        .where(col(ScraperRun.id) == scraper.id, col(ScraperRun.status).in_(UNDER_WAY))
        .values(status=status, **more),
    )
