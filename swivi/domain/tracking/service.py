"""Use cases of tracking: run now, take part in a run, resume what was cut off, track one clip,
complete a campaign.

Whoever holds tracking's lease conducts: plans a run, works on its shares, waits for those that
other processes took, and ends it. Every other process may take shares of it meanwhile.
"""

import contextlib
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
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
from swivi.domain.clips.errors import NoSuchClip
from swivi.domain.clips.models import Clip
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
from swivi.domain.tracking.slices import SlicedRun
from swivi.domain.tracking.unread_clips import unread_clips

log = logging.getLogger("swivi.tracking")

LEASE = "tracking"

SHARE_BATCHES = 5
"""A share's clips in batches: few enough that several processes find work, enough that most batches
are full.
"""


@dataclass(frozen=True, slots=True)
class TrackingOptions:
    """How a tracking run works: `max_clips` per run, how each process reads, how long a dead one
    blocks the next.
    """

    max_clips: int = 10_000
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    lease_ttl: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ends a campaign (None: the clock) and why; `force` if clips that could not be read do not
    matter.
    """

    actor: Actor | None
    reason: str
    force: bool


class Tracker:
    """Runs tracking for one process.

    `readers` is None where there is nothing to read views with.
    """

    def __init__(
        self,
        database: Database,
        readers: ViewReaders | None,
        options: TrackingOptions | None = None,
    ) -> None:
        self.database = database
        self.readers = readers
        self.options = options or TrackingOptions()
        self._conducts = False

    async def run(self, trigger: Trigger, *, campaign_id: int | None = None) -> TrackingRun:
        """One whole run, after resuming any run that was cut off; returns it as it ended.

        Reads every clip of the campaigns that are due (or of `campaign_id`) and settles them. If
        the reading service stops us (quota, key), what was read whole is settled, the run is FAILED
        and admins are told. Raises NoReader, RunUnderWay; CutOff if the database cannot work, which
        leaves the run to be resumed.
        """
        readers = self._must_read()
        async with self._exclusively() as hold:
            await self._resume(readers, hold)
            return await self._run_due(readers, hold, trigger, campaign_id)

    async def run_at(self, tick: datetime) -> TrackingRun | None:
        """The run of the schedule's tick, a moment in UTC; None if another process has done it.

        Raises as `run`.
        """
        readers = self._must_read()
        async with self._exclusively() as hold:
            if await self._ran_since(tick):
                return None
            await self._resume(readers, hold)
            return await self._run_due(readers, hold, Trigger.SCHEDULE, None)

    async def track_many(self, groups: Sequence[CampaignGroup], *, batch_size: int) -> TrackingRun:
        """Track these campaigns now, whole, in batches of `batch_size` links. Raises as `run`."""
        readers = self._must_read()
        async with self._exclusively() as hold:
            await self._resume(readers, hold)
            return await self._run_groups(readers, hold, Trigger.ADMIN, groups, batch_size)

    async def track_one(self, clip_id: int) -> TrackingRun:
        """Track one clip now, together with its whole campaign: nobody is paid before the others.

        Raises NoSuchClip, and as `run`.
        """
        async with self.database.reading() as session:
            clip = await session.get(Clip, clip_id)
        if clip is None:
            raise NoSuchClip
        return await self.run(Trigger.ADMIN, campaign_id=clip.campaign_id)

    async def resume(self) -> None:
        """Finish runs that were cut off, if nobody else is at it. Cheap if there are none."""
        if self.readers is None:
            return
        async with self.database.reading() as session:
            if await _running(session) is None or await leases.is_held(session, LEASE):
                return
        with contextlib.suppress(RunUnderWay):
            async with self._exclusively() as hold:
                await self._resume(self.readers, hold)

    async def take_part(self) -> None:
        """Work on shares of the run that another process conducts, as long as some are free.

        Cheap if there are none.

        Raises CutOff; LeaseLost if another process took a share of ours over.
        """
        if self.readers is None or self._conducts:
            return
        async with self.database.reading() as session:
            run_id = await _running(session)
        if run_id is not None:
            with _cut_off_by_outages(), leases.one_failure():
                options = self.options
                await SlicedRun(
                    self.database, self.readers, options.reading, options.lease_ttl, run_id
                ).take_part()

    async def complete(
        self, campaign_id: int, *, actor: Actor | None, reason: str, force: bool = False
    ) -> Campaign:
        """Read a campaign's clips, ACTIVE or PAUSED, settle it once more, then close its books.

        `actor` None means its end time has come. With `force` it is closed although clips could not
        be read; the completion's reason then says which. Raise AdminsOnly, NoSuchCampaign,
        WrongCampaignStatus, NotAllRead, RunUnderWay, CutOff, and ClipsOnHold for an admin, even by
        force.
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
        return await self._run_groups(
            readers, hold, Trigger.COMPLETION, groups, self.options.reading.batch_size
        )

    async def _ran_since(self, tick: datetime) -> bool:
        async with self.database.reading() as session:
            found = await session.exec(
                select(TrackingRun.id)
                .where(TrackingRun.trigger == Trigger.SCHEDULE, col(TrackingRun.started_at) >= tick)
                .limit(1)
            )
            return found.first() is not None

    def _must_read(self) -> ViewReaders:
        if self.readers is None:
            raise NoReader
        return self.readers

    @asynccontextmanager
    async def _exclusively(self) -> AsyncIterator[LeaseHold]:
        """Hold the lease, renewing it; if it is lost, what runs in the block is cancelled.

        Raises RunUnderWay, CutOff.
        """
        hold = await leases.acquire(self.database, LEASE, self.options.lease_ttl)
        if hold is None:
            raise RunUnderWay
        self._conducts = True
        try:
            with _cut_off_by_outages():
                async with leases.held(hold):
                    yield hold
        finally:
            self._conducts = False

    async def _resume(self, readers: ViewReaders, hold: LeaseHold) -> None:
        async with self.database.reading() as session:
            found = await session.exec(
                select(TrackingRun)
                .where(TrackingRun.status == RunStatus.RUNNING)
                .order_by(col(TrackingRun.id))
            )
            cut_off = found.all()
        for run in cut_off:
            log.info("Resuming tracking run %d, which was cut off", run.id)
            await self._work(readers, hold, run.id, self.options.reading)

    async def _run_due(
        self, readers: ViewReaders, hold: LeaseHold, trigger: Trigger, campaign_id: int | None
    ) -> TrackingRun:
        limit = self.options.max_clips
        batch_size = self.options.reading.batch_size
        log.info("Starting view tracking for up to %d clips (batches of %d)", limit, batch_size)
        async with self.database.reading() as session:
            groups = await clips_needing_tracking(session, limit=limit, campaign_id=campaign_id)
        return await self._run_groups(readers, hold, trigger, groups, batch_size)

    async def _run_groups(
        self,
        readers: ViewReaders,
        hold: LeaseHold,
        trigger: Trigger,
        groups: Sequence[CampaignGroup],
        batch_size: int,
    ) -> TrackingRun:
        async with self.database.writing() as session:
            await hold.assert_held(session)
            run = await start_run(session, trigger, groups, share_clips=SHARE_BATCHES * batch_size)
        options = replace(self.options.reading, batch_size=batch_size)
        return await self._work(readers, hold, run.id, options)

    async def _work(
        self, readers: ViewReaders, hold: LeaseHold, run_id: int, options: ReadingOptions
    ) -> TrackingRun:
        shared = SlicedRun(self.database, readers, options, self.options.lease_ttl, run_id)
        await shared.work_off()
        return await self._finish(hold, run_id, await shared.problem())

    async def _finish(self, hold: LeaseHold, run_id: int, problem: str | None) -> TrackingRun:
        async with self.database.writing() as session:
            await hold.assert_held(session)
            run = (await session.exec(select(TrackingRun).where(TrackingRun.id == run_id))).one()
            run.status = RunStatus.FAILED if problem else RunStatus.COMPLETED
            run.problem = problem
            run.finished_at = clock.now()
            run.failures = by_word(await failures_by_reason(session, run_id))
            run.failed_readings = by_word(await failed_readings(session, run_id))
            if (
                problem and run.trigger is not Trigger.COMPLETION
            ):  # of an end, its refusal or its wait is told
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
                return campaign  # the last reading used its budget up
            _must_be_under_way(campaign)
            if ending.actor is not None:  # the reading of a moment ago may have put a clip on hold
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
def _cut_off_by_outages() -> Iterator[None]:
    try:
        yield
    except Outage as outage:
        raise RunInterrupted(outage) from outage


async def _running(session: AsyncSession) -> int | None:
    """The id of the run that is under way or was cut off, if one is."""
    found = await session.exec(
        select(TrackingRun.id).where(TrackingRun.status == RunStatus.RUNNING).limit(1)
    )
    return found.first()


async def _reason(
    session: AsyncSession, campaign: Campaign, reading: TrackingRun | None, ending: Ending
) -> str:
    """Return why the campaign is completed, with the clips that could not be read.

    Raise NotAllRead.

    The caller has locked the campaign, so that no clip is approved between this look and its end.
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
        raise WrongCampaignStatus(f"A campaign that is {campaign.status} cannot be completed.")


def _log_end(run: TrackingRun) -> None:
    if run.problem:
        log.error("Tracking stopped: %s", run.problem)
    share = 100 * run.clips_successful / run.clips_read if run.clips_read else 100.0
    log.info(
        "Tracking complete: %d/%d successful (%.1f%%), %s earnings added",
        run.clips_successful,
        run.clips_read,
        share,
        format_dollars(run.earnings_added),
    )
