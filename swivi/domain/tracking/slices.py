"""A run's shares: whichever process has an idle scraper takes the next one, reads it whole and
settles it.

Each share is worked on under a lease of its own, so that several processes do one run together, and
a dead one's share is taken over where it stopped.
"""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col, select

from swivi.core import clock, leases
from swivi.core.db import Database
from swivi.core.leases import Lease, LeaseHold
from swivi.domain.platforms.errors import ReaderStopped
from swivi.domain.platforms.readers.protocol import ViewReaders
from swivi.domain.tracking.batches import unread_campaigns
from swivi.domain.tracking.models import PlannedCampaign, PlanStatus, RunSlice, SliceStatus
from swivi.domain.tracking.reading import ReadingOptions, Scrapers, ShareReading
from swivi.domain.tracking.settlement import settle_campaign

log = logging.getLogger("swivi.tracking")

LOOK_SECONDS = 0.5
"""How often is looked whether others have ended their shares, or lost them."""


class SlicedRun:
    """One process's part in a run."""

    def __init__(
        self,
        database: Database,
        readers: ViewReaders,
        options: ReadingOptions,
        lease_ttl: timedelta,
        run_id: int,
    ) -> None:
        self._database = database
        self._readers = readers
        self._options = options
        self._lease_ttl = lease_ttl
        self._run_id = run_id
        self._scrapers = Scrapers(options)

    async def work_off(self) -> None:
        """Return once every share is DONE, by whomever.

        Raises LeaseLost if another process took one of ours over.
        """
        while await self._open():
            await self.take_part()
            if await self._open():
                await asyncio.sleep(LOOK_SECONDS)

    async def take_part(self) -> None:
        """Work on free shares until none is free.

        Another is taken only while a scraper is idle: what we could not begin with yet, another
        process may. Raises LeaseLost.
        """
        async with asyncio.TaskGroup() as group:
            while (taken := await self._take()) is not None:
                hold, share = taken
                reading = ShareReading(
                    self._database, self._readers, self._options, self._scrapers, hold, share
                )
                group.create_task(self._work(hold, share, reading))
                await reading.under_way.wait()
                await self._scrapers.idle()

    async def problem(self) -> str | None:
        """Why the reading service stopped the run, whichever process met it first."""
        async with self._database.reading() as session:
            found = await session.exec(
                select(RunSlice.problem)
                .where(RunSlice.run_id == self._run_id, col(RunSlice.problem).is_not(None))
                .order_by(col(RunSlice.number))
            )
            return found.first()

    async def _open(self) -> list[RunSlice]:
        async with self._database.reading() as session:
            found = await session.exec(
                select(RunSlice)
                .where(RunSlice.run_id == self._run_id, RunSlice.status == SliceStatus.OPEN)
                .order_by(col(RunSlice.number))
            )
            return list(found.all())

    async def _take(self) -> tuple[LeaseHold, RunSlice] | None:
        """The first share that nobody works on, under its lease."""
        for share in await self._free():
            hold = await leases.acquire(self._database, share.lease, self._lease_ttl)
            if hold is not None:
                return hold, share
        return None

    async def _free(self) -> list[RunSlice]:
        shares = await self._open()
        async with self._database.reading() as session:
            held = await session.exec(
                select(Lease.name).where(
                    col(Lease.name).in_([share.lease for share in shares]),
                    Lease.expires_at > clock.now(),
                )
            )
            taken = set(held.all())
        return [share for share in shares if share.lease not in taken]

    async def _work(self, hold: LeaseHold, share: RunSlice, reading: ShareReading) -> None:
        try:
            async with leases.held(hold):
                if await self._is_done(share):  # by another, between our look and our lease
                    return
                log.info("Working on share %d of tracking run %d", share.number, share.run_id)
                problem = await self._read(reading)
                await self._settle(hold, share, problem)
                await self._close(hold, share, problem)
        finally:
            reading.under_way.set()

    async def _is_done(self, share: RunSlice) -> bool:
        async with self._database.reading() as session:
            found = await session.exec(select(RunSlice.status).where(RunSlice.id == share.id))
            return found.one() is SliceStatus.DONE

    async def _read(self, reading: ShareReading) -> str | None:
        """Read the share; the problem that stopped it or another share before, if one did."""
        if problem := await self.problem():
            return problem
        try:
            await reading.read_all()
        except ReaderStopped as stopped:
            return stopped.sentence
        return None

    async def _settle(self, hold: LeaseHold, share: RunSlice, problem: str | None) -> None:
        async with self._database.reading() as session:
            planned = await session.exec(
                select(PlannedCampaign.campaign_id)
                .where(
                    PlannedCampaign.run_id == share.run_id,
                    PlannedCampaign.share == share.number,
                    PlannedCampaign.status == PlanStatus.PLANNED,
                )
                .order_by(col(PlannedCampaign.campaign_id))
            )
            left = list(planned.all())
            # Fairness: of a run that was stopped, only campaigns that were read whole are settled.
            unread = await unread_campaigns(session, share) if problem else set()
        for campaign_id in left:
            if campaign_id not in unread:
                async with self._database.writing() as session:
                    await hold.assert_held(session)
                    await settle_campaign(session, share.run_id, campaign_id)

    async def _close(self, hold: LeaseHold, share: RunSlice, problem: str | None) -> None:
        async with self._database.writing() as session:
            await hold.assert_held(session)
            await session.execute(
                update(RunSlice)
                .where(col(RunSlice.id) == share.id)
                .values(status=SliceStatus.DONE, problem=problem)
            )
