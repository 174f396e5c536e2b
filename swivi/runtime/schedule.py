"""What runs by the clock: tracking, failed baselines, campaign starts and ends, reconciliation,
cleanup.

Every process has a schedule. Leases, claims and guarded updates ensure that work is done once.
"""

import logging
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from swivi.core import clock, idempotency, rates
from swivi.core.db import Database
from swivi.core.errors import SwiviError
from swivi.domain.campaigns import service as campaigns
from swivi.domain.clips.intake import Intake
from swivi.domain.mail import outbox as mails
from swivi.domain.reconciliation import service as reconciliation
from swivi.domain.reconciliation.service import Reconciler
from swivi.domain.seals.sealing import Sealer
from swivi.domain.tracking import ends, partitions, thinning
from swivi.domain.tracking.errors import NoReader, RunUnderWay
from swivi.domain.tracking.service import Tracker
from swivi.domain.webhooks import outbox
from swivi.settings import Settings

log = logging.getLogger("swivi.schedule")

RESUME_SECONDS = 5
SLICE_SECONDS = 2
BASELINE_SECONDS = 30
CALENDAR_SECONDS = 60
TIDYING_SECONDS = 600
SEAL_SECONDS = 10
"""Time between two runs of the sealing job."""
AUDIT_SECONDS = 10
"""Time between two checks for ended tracking runs that are not reconciled yet."""


class Schedule:
    """The scheduler of one process. Start it within a running event loop."""

    def __init__(
        self,
        database: Database,
        tracker: Tracker,
        intake: Intake,
        auditor: Reconciler,
        settings: Settings,
    ) -> None:
        self._database = database
        self._tracker = tracker
        self._intake = intake
        self._auditor = auditor
        self._sealer = Sealer(database)
        self._settings = settings
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    @property
    def is_running(self) -> bool:
        """Return whether the scheduler runs."""
        return bool(self._scheduler.running)

    def start(self) -> None:
        """Start the scheduler. The first check for interrupted runs happens at once."""
        self._every(RESUME_SECONDS, self._tracker.resume, at_once=True)
        self._every(SLICE_SECONDS, self._tracker.process_slices)
        self._every(BASELINE_SECONDS, self._intake.read_due_baselines)
        self._every(CALENDAR_SECONDS, self.start_and_end_campaigns, at_once=True)
        self._every(TIDYING_SECONDS, self.tidy_up)
        self._every(TIDYING_SECONDS, self.make_months, at_once=True)
        self._every(SEAL_SECONDS, self._sealer.seal_new, at_once=True)
        self._every(AUDIT_SECONDS, self._auditor.after_runs, at_once=True)
        self._add(
            self.track, CronTrigger.from_crontab(self._settings.schedule_cron, timezone="UTC")
        )
        self._add(
            self._auditor.nightly,
            CronTrigger.from_crontab(self._settings.audit_cron, timezone="UTC"),
        )
        self._scheduler.start()

    def stop(self) -> None:
        """Stop the scheduler. Work under way is cut off, and another process resumes it."""
        self._scheduler.shutdown(wait=False)

    async def track(self) -> None:
        """Run scheduled tracking, unless another process did it within this minute."""
        try:
            await self._tracker.tick(clock.now().replace(second=0, microsecond=0))
        except (RunUnderWay, NoReader) as reason:
            log.info("No scheduled tracking run: %s", reason)

    async def start_and_end_campaigns(self) -> None:
        """Start campaigns that are due, and settle and complete those whose end time has passed.

        Campaigns whose budget was lowered to what is spent are completed too: no tracking run would
        take them.
        """
        async with self._database.writing() as session:
            await campaigns.start_due(session)
        for campaign_id in await ends.due_ends(self._database):
            try:
                await ends.end(self._tracker, campaign_id, self._settings.end_patience)
            except RunUnderWay:
                log.info(
                    "Campaign %d has ended. It will be completed after the current tracking run",
                    campaign_id,
                )

    async def tidy_up(self) -> None:
        """Delete expired rows (idempotency answers, limits, logs) and thin out old readings."""
        async with self._database.writing() as session:
            await idempotency.forget_old(session)
            await rates.forget_old(session)
            await outbox.forget_old(session)
            await reconciliation.forget_old(session)
            await mails.forget_old(session)
        await thinning.thin_out(self._database)

    async def make_months(self) -> None:
        """Make the partitions for the coming months, on PostgreSQL."""
        await partitions.make_ahead(self._database)

    def _every(
        self, seconds: int, work: Callable[[], Awaitable[object]], *, at_once: bool = False
    ) -> None:
        first = {"next_run_time": clock.now()} if at_once else {}
        self._add(work, IntervalTrigger(seconds=seconds), **first)

    def _add(self, work: Callable[[], Awaitable[object]], trigger: object, **when: object) -> None:
        # Late is better than never, and once is enough, when the event loop was busy or the machine
        # asleep.
        self._scheduler.add_job(
            _said(work), trigger, coalesce=True, max_instances=1, misfire_grace_time=None, **when
        )


def _said(work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    """Return `work` with Swivi's own errors logged in one line; the scheduler logs others in
    full.
    """

    async def run() -> None:
        try:
            await work()
        except SwiviError as problem:
            log.error("%s", problem.sentence)

    return run
