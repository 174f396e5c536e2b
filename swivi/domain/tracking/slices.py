"""The slices of a run: each is read and settled by whichever process has an idle scraper.

Each slice has its own lease, so that several processes work on one run. If one of them dies,
another takes over its slice where it stopped.
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
from swivi.domain.tracking.reading import ReadingOptions, ScraperPlaces, SliceReading
from swivi.domain.tracking.settlement import settle_campaign

log = logging.getLogger("swivi.tracking")

LOOK_SECONDS = 0.5
"""Seconds between looks at the slices of other processes."""


class SliceWorker:
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
        self._places = ScraperPlaces(options)

    async def process_all(self) -> None:
        """Process slices until all are DONE, by this process or others.

        Raises LeaseLost if another process took over a slice of ours.
        """
        while await self._open():
            await self.process_free()
            if await self._open():
                await asyncio.sleep(LOOK_SECONDS)

    async def process_free(self) -> None:
        """Process free slices until none is free.

        It takes another slice only while a scraper is idle, so that other processes can take what
        this one could not start yet. Raises LeaseLost.
        """
        async with asyncio.TaskGroup() as group:
            while (taken := await self._take()) is not None:
                hold, run_slice = taken
                reading = SliceReading(
                    self._database, self._readers, self._options, self._places, hold, run_slice
                )
                group.create_task(self._process(hold, run_slice, reading))
                await reading.under_way.wait()
                await self._places.wait_for_idle()

    async def problem(self) -> str | None:
        """Return why the reading service stopped the run, whichever process it stopped first."""
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
        """Return the first free slice and its lease."""
        for run_slice in await self._free():
            hold = await leases.acquire(self._database, run_slice.lease, self._lease_ttl)
            if hold is not None:
                return hold, run_slice
        return None

    async def _free(self) -> list[RunSlice]:
        slices = await self._open()
        async with self._database.reading() as session:
            held = await session.exec(
                select(Lease.name).where(
                    col(Lease.name).in_([run_slice.lease for run_slice in slices]),
                    Lease.expires_at > clock.now(),
                )
            )
            taken = set(held.all())
        return [run_slice for run_slice in slices if run_slice.lease not in taken]

    async def _process(self, hold: LeaseHold, run_slice: RunSlice, reading: SliceReading) -> None:
        try:
            async with leases.held(hold):
                if await self._is_done(run_slice):  # another process did it before we got the lease
                    return
                log.info(
                    "Processing slice %d of tracking run %d", run_slice.number, run_slice.run_id
                )
                problem = await self._read(reading)
                await self._settle(hold, run_slice, problem)
                await self._close(hold, run_slice, problem)
        finally:
            reading.under_way.set()

    async def _is_done(self, run_slice: RunSlice) -> bool:
        async with self._database.reading() as session:
            found = await session.exec(select(RunSlice.status).where(RunSlice.id == run_slice.id))
            return found.one() is SliceStatus.DONE

    async def _read(self, reading: SliceReading) -> str | None:
        """Read the slice. Return the problem that stopped the run, if any."""
        if problem := await self.problem():
            return problem
        try:
            await reading.read_all()
        except ReaderStopped as stopped:
            return stopped.sentence
        return None

    async def _settle(self, hold: LeaseHold, run_slice: RunSlice, problem: str | None) -> None:
        async with self._database.reading() as session:
            planned = await session.exec(
                select(PlannedCampaign.campaign_id)
                .where(
                    PlannedCampaign.run_id == run_slice.run_id,
                    PlannedCampaign.slice_number == run_slice.number,
                    PlannedCampaign.status == PlanStatus.PLANNED,
                )
                .order_by(col(PlannedCampaign.campaign_id))
            )
            left = list(planned.all())
            # In a run that was stopped, only campaigns that were read whole are settled, for
            # fairness.
            unread = await unread_campaigns(session, run_slice) if problem else set()
        for campaign_id in left:
            if campaign_id not in unread:
                async with self._database.writing() as session:
                    await hold.assert_held(session)
                    await settle_campaign(session, run_slice.run_id, campaign_id)

    async def _close(self, hold: LeaseHold, run_slice: RunSlice, problem: str | None) -> None:
        async with self._database.writing() as session:
            await hold.assert_held(session)
            await session.execute(
                update(RunSlice)
                .where(col(RunSlice.id) == run_slice.id)
                .values(status=SliceStatus.DONE, problem=problem)
            )
