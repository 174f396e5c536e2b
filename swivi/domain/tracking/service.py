"""Use cases of tracking: run, help with a run, resume an interrupted run, complete a campaign.

The process that holds the tracking lease leads: it plans a run, processes its slices, waits for
those that other processes took, and ends it. Every other process may take slices meanwhile.
"""

import contextlib
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock, leases
from swivi.core.db import Database
from swivi.core.leases import LeaseHold
from swivi.core.money import format_dollars
from swivi.core.outages import Outage
from swivi.domain.accounts.actor import Actor
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import WrongCampaignStatus
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import holds
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.platforms.readers.protocol import ViewReaders
from swivi.domain.tracking.completion import close_books
from swivi.domain.tracking.errors import NoReader, RunInterrupted, RunUnderWay, UnreadClipsLeft
from swivi.domain.tracking.failures import by_word, failed_readings, failures_by_reason
from swivi.domain.tracking.models import RunStatus, TrackingRun, Trigger
from swivi.domain.tracking.plan import (
    UNDER_WAY,
    CampaignGroup,
    campaign_to_end,
    clips_needing_tracking,
    start_run,
)
from swivi.domain.tracking.reading import ReadingOptions
from swivi.domain.tracking.settlement import settle_campaign
from swivi.domain.tracking.slices import SliceWorker
from swivi.domain.tracking.unread_clips import unread_clips

log = logging.getLogger("swivi.tracking")

LEASE = "tracking"

SLICE_BATCHES = 5
"""A slice's clips, in batches: few enough to occupy several processes, enough to fill batches."""


@dataclass(frozen=True, slots=True)
class TrackingOptions:
    """How a run works.

    `max_clips` is per run, `reading` is per process, and `lease_ttl` is how long a dead process
    blocks the next.
    """

    max_clips: int = 10_000
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    lease_ttl: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ends a campaign (None: the clock) and why.

    `force` ignores clips that could not be read.
    """

    actor: Actor | None
    reason: str
    force: bool


class Tracker:
    """Runs tracking for one process. `readers` is None if there is nothing to read views with."""

    def __init__(
        self,
        database: Database,
        readers: ViewReaders | None,
        options: TrackingOptions | None = None,
    ) -> None:
        self.database = database
        self.readers = readers
        self.options = options or TrackingOptions()
        self._leads = False

    async def run(self, trigger: Trigger, *, campaign_id: int | None = None) -> TrackingRun:
        """Resume any interrupted run, then make a new one. Return it as it ended.

        It reads every clip of the due campaigns (or of `campaign_id`) and settles them. If the
        reading service stops us (quota, key), campaigns that were read whole are settled, the run
        is FAILED and admins are notified.

        Raises NoReader, RunUnderWay, and RunInterrupted if the database fails, which leaves the run
        to be resumed.
        """
        readers = self._must_read()
        async with self._exclusively() as hold:
            await self._resume(readers, hold)
            return await self._run_due(readers, hold, trigger, campaign_id)

    async def tick(self, at: datetime) -> TrackingRun | None:
        """Make the run of the schedule's tick at `at`. Return None if another process did.

        Raises as `run`.
        """
        readers = self._must_read()
        async with self._exclusively() as hold:
            if await self._ran_since(at):
                return None
            await self._resume(readers, hold)
            return await self._run_due(readers, hold, Trigger.SCHEDULE, None)

    async def resume(self) -> None:
        """Finish interrupted runs, unless another process leads. Cheap if there are none."""
        if self.readers is None:
            return
        async with self.database.reading() as session:
            if await _running(session) is None or await leases.is_held(session, LEASE):
                return
        with contextlib.suppress(RunUnderWay):
            async with self._exclusively() as hold:
                await self._resume(self.readers, hold)

    async def process_slices(self) -> None:
        """Process free slices of the run that another process leads. Cheap if there are none.

        Raises RunInterrupted, and LeaseLost if another process took over a slice of ours.
        """
        if self.readers is None or self._leads:
            return
        async with self.database.reading() as session:
            run_id = await _running(session)
        if run_id is not None:
            with _interrupted_by_outages(), leases.one_failure():
                await self._worker(self.readers, run_id).process_free()

    async def complete(
        self, campaign_id: int, *, actor: Actor | None, reason: str, force: bool = False
    ) -> Campaign:
        """Read the clips of an ACTIVE or PAUSED campaign, settle it once more and close its books.

        Without an `actor` its end time has come. `force` completes it although clips could not be
        read, and adds them to the reason. Raises AdminsOnly, NoSuchCampaign, WrongCampaignStatus,
        UnreadClipsLeft, RunUnderWay, RunInterrupted, and for an admin ClipsOnHold, even by force.
        """
        if actor is not None:
            actor.must_be_admin()
        async with self.database.reading() as session:
            _must_be_under_way(await campaigns.get(session, campaign_id))
            if actor is not None:
                await holds.must_hold_none(session, campaign_id)
        async with self._exclusively() as hold:
            run = None
            if self.readers is not None:
                await self._resume(self.readers, hold)
                run = await self._read_last(self.readers, hold, campaign_id)
            return await self._settle_and_close(
                hold, campaign_id, run, Ending(actor, reason, force)
            )

    async def _read_last(
        self, readers: ViewReaders, hold: LeaseHold, campaign_id: int
    ) -> TrackingRun:
        async with self.database.reading() as session:
            groups = await campaign_to_end(session, campaign_id)
        return await self._run_groups(readers, hold, Trigger.COMPLETION, groups)

    async def _ran_since(self, at: datetime) -> bool:
        async with self.database.reading() as session:
            found = await session.exec(
                select(TrackingRun.id)
                .where(TrackingRun.trigger == Trigger.SCHEDULE, col(TrackingRun.started_at) >= at)
                .limit(1)
            )
            return found.first() is not None

    def _must_read(self) -> ViewReaders:
        if self.readers is None:
            raise NoReader
        return self.readers

    @asynccontextmanager
    async def _exclusively(self) -> AsyncIterator[LeaseHold]:
        """Hold and renew the lease. If it is lost, the block is cancelled.

        Raises RunUnderWay, RunInterrupted.
        """
        hold = await leases.acquire(self.database, LEASE, self.options.lease_ttl)
        if hold is None:
            raise RunUnderWay
        self._leads = True
        try:
            with _interrupted_by_outages():
                async with leases.held(hold):
                    yield hold
        finally:
            self._leads = False

    async def _resume(self, readers: ViewReaders, hold: LeaseHold) -> None:
        async with self.database.reading() as session:
            found = await session.exec(
                select(TrackingRun)
                .where(TrackingRun.status == RunStatus.RUNNING)
                .order_by(col(TrackingRun.id))
            )
            interrupted = found.all()
        for run in interrupted:
            log.info("Resuming tracking run %d, which was interrupted", run.id)
            await self._process(readers, hold, run.id)

    async def _run_due(
        self, readers: ViewReaders, hold: LeaseHold, trigger: Trigger, campaign_id: int | None
    ) -> TrackingRun:
        limit = self.options.max_clips
        batch_size = self.options.reading.batch_size
        log.info("Starting view tracking for up to %d clips (batches of %d)", limit, batch_size)
        async with self.database.reading() as session:
            groups = await clips_needing_tracking(session, limit=limit, campaign_id=campaign_id)
        return await self._run_groups(readers, hold, trigger, groups)

    async def _run_groups(
        self,
        readers: ViewReaders,
        hold: LeaseHold,
        trigger: Trigger,
        groups: Sequence[CampaignGroup],
    ) -> TrackingRun:
        slice_clips = SLICE_BATCHES * self.options.reading.batch_size
        async with self.database.writing() as session:
            await hold.assert_held(session)
            run = await start_run(session, trigger, groups, slice_clips=slice_clips)
        return await self._process(readers, hold, run.id)

    async def _process(self, readers: ViewReaders, hold: LeaseHold, run_id: int) -> TrackingRun:
        worker = self._worker(readers, run_id)
        await worker.process_all()
        return await self._finish(hold, run_id, await worker.problem())

    def _worker(self, readers: ViewReaders, run_id: int) -> SliceWorker:
        options = self.options
        return SliceWorker(self.database, readers, options.reading, options.lease_ttl, run_id)

    async def _finish(self, hold: LeaseHold, run_id: int, problem: str | None) -> TrackingRun:
        async with self.database.writing() as session:
            await hold.assert_held(session)
            run = (await session.exec(select(TrackingRun).where(TrackingRun.id == run_id))).one()
            run.status = RunStatus.FAILED if problem else RunStatus.COMPLETED
            run.problem = problem
            run.finished_at = clock.now()
            run.failures = by_word(await failures_by_reason(session, run_id))
            run.failed_readings = by_word(await failed_readings(session, run_id))
            # A completion reports its failure itself.
            if problem and run.trigger is not Trigger.COMPLETION:
                await notifications.tell_admins(
                    session,
                    NotificationKind.TRACKING_STOPPED,
                    "Tracking was stopped",
                    problem,
                )
            changes.mark(session, runs=[run_id])
        _log_end(run)
        return run

    async def _settle_and_close(
        self, hold: LeaseHold, campaign_id: int, reading: TrackingRun | None, ending: Ending
    ) -> Campaign:
        async with self.database.writing() as session:
            await hold.assert_held(session)
            campaign = await campaigns.locked(session, campaign_id)
            if campaign.completed_at is not None:
                return campaign  # the last reading used up its budget
            _must_be_under_way(campaign)
            if ending.actor is not None:  # the last reading may have placed a clip on hold
                await holds.must_hold_none(session, campaign_id)
            reason = await _reason(session, campaign, reading, ending)
            run = await start_run(session, Trigger.COMPLETION, [CampaignGroup(campaign, 0)])
            run.status, run.finished_at = RunStatus.COMPLETED, clock.now()
            await session.flush()
            await settle_campaign(session, run.id, campaign_id, accepts=UNDER_WAY)
            await session.refresh(campaign)
            if campaign.completed_at is None:
                by = ending.actor.user_id if ending.actor else None
                await close_books(session, campaign, reason=reason, actor_id=by)
        return campaign


@contextlib.contextmanager
def _interrupted_by_outages() -> Iterator[None]:
    try:
        yield
    except Outage as outage:
        raise RunInterrupted(outage) from outage


async def _running(session: AsyncSession) -> int | None:
    """Return the id of the run that is running or was interrupted, or None."""
    found = await session.exec(
        select(TrackingRun.id).where(TrackingRun.status == RunStatus.RUNNING).limit(1)
    )
    return found.first()


async def _reason(
    session: AsyncSession, campaign: Campaign, reading: TrackingRun | None, ending: Ending
) -> str:
    """Return why the campaign is completed, including the clips that could not be read.

    The caller has locked the campaign, so that no clip is approved before the end. Raises
    UnreadClipsLeft.
    """
    if campaign.remaining == 0:
        return ending.reason
    run_id, problem = (reading.id, reading.problem) if reading else (None, NoReader().sentence)
    unread = await unread_clips(session, run_id, campaign.id, problem)
    if unread.total == 0:
        return ending.reason
    if not ending.force:
        raise UnreadClipsLeft(unread)
    return f"{ending.reason} {unread.sentence}"


def _must_be_under_way(campaign: Campaign) -> None:
    if campaign.status not in UNDER_WAY:
        raise WrongCampaignStatus(f"This campaign is {campaign.status} and cannot be completed.")


def _log_end(run: TrackingRun) -> None:
    if run.problem:
        log.error("Tracking stopped: %s", run.problem)
    percent = 100 * run.clips_successful / run.clips_read if run.clips_read else 100.0
    log.info(
        "Tracking complete: %d/%d successful (%.1f%%), %s earnings added",
        run.clips_successful,
        run.clips_read,
        percent,
        format_dollars(run.earnings_added),
    )
