"""Scraper runs as rows: the intent is stored before each start.

Each start costs money. If its response is lost, the scraper run is looked up at the service by its
links. A baseline or an admin may have read the same links seconds ago. So every start is recorded
here, to tell one from another.
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
"""Far longer than a look-up of a lost start reaches back."""


class RecordedReaders:
    """Readers for use outside of tracking runs: baselines and admins' look-ups."""

    def __init__(self, database: Database, readers: ViewReaders) -> None:
        self._database = database
        self._readers = readers

    def for_platform(self, platform: Platform) -> "RecordedReader":
        """Return the reader of one platform."""
        return RecordedReader(self._database, self._readers.for_platform(platform))


class RecordedReader:
    """A `BatchReader` that records its scraper runs, without a tracking run."""

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
    """Start the intended scraper run, or find it if the response was lost.

    Raises StartUncertain if it may have started but cannot be told from another, and the errors of
    `reader.start`.
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
    """Return the scraper run that this intent started, or None if unknown.

    The look-up allows for clock differences, so it also finds runs started shortly before the
    intent. Those with known ids are excluded. If another intent for the same links has no id yet,
    nothing is adopted: paying twice is better than a reading older than its run.
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
    """Return whether another intent for exactly these videos has no known scraper run."""
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
    """Return the conditions for other recent intents of the same platform."""
    return (
        col(ScraperRun.id) != scraper.id,
        col(ScraperRun.platform) == scraper.platform,
        col(ScraperRun.started_at) >= scraper.started_at - RECENT,
    )


async def note(
    session: AsyncSession, scraper: ScraperRun, status: ScraperStatus, **more: object
) -> bool:
    """Store the state of a scraper run. Return False, and change nothing, if it is closed already.

    Closes the race of two processes that store one scraper run's readings. The unique index on
    (run, clip, attempt) cannot, because on PostgreSQL it is per month, and a month may end between
    the two.
    """
    return await changed_one(
        session,
        update(ScraperRun)
        .where(col(ScraperRun.id) == scraper.id, col(ScraperRun.status).in_(UNDER_WAY))
        .values(status=status, **more),
    )
