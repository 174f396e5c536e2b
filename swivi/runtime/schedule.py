"""What happens by the clock: tracking, baselines that failed, campaigns that start and end, audits,
and tidying up.

Every process has a schedule; leases, claims and guarded updates see to it that work is done once.
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
from swivi.domain.reconciliation import service as audits
from swivi.domain.reconciliation.service import Reconciler
from swivi.domain.seals.sealing import Sealer
from swivi.domain.tracking import ends, partitions, thinning
from swivi.domain.tracking.errors import NoReader, RunUnderWay
from swivi.domain.tracking.service import Tracker
from swivi.domain.webhooks import outbox
from swivi.settings import Settings

log = logging.getLogger("swivi.schedule")

RESUME_SECONDS = 5
TAKE_PART_SECONDS = 2
BASELINE_SECONDS = 30
CALENDAR_SECONDS = 60
TIDYING_SECONDS = 600
SEAL_SECONDS = 10
"""How long a committed row waits for its seal."""
AUDIT_SECONDS = 10
"""How often is looked for tracking runs that have ended and are not audited yet."""


class Schedule:
    """The clockwork of one process. Start it within a running event loop."""

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
        """Whether the clockwork ticks."""
        return bool(self._scheduler.running)

    def start(self) -> None:
        """Begin to tick; the first look at runs that were cut off comes at once."""
        self._every(RESUME_SECONDS, self._tracker.resume, at_once=True)
        self._every(TAKE_PART_SECONDS, self._tracker.process_slices)
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
        """Tick no more. What is under way is cut off, and resumed by whoever comes next."""
        self._scheduler.shutdown(wait=False)

    async def track(self) -> None:
        """The scheduled tracking run, unless another process did it within this minute."""
        try:
            await self._tracker.tick(clock.now().replace(second=0, microsecond=0))
        except (RunUnderWay, NoReader) as reason:
            log.info("No scheduled tracking run: %s", reason)

    async def start_and_end_campaigns(self) -> None:
        """Start campaigns whose time has come; settle those whose time is over once more, and
        complete them.

        So too those whose budget was lowered to what is spent: no tracking run would take them any
        more.
        """
        async with self._database.writing() as session:
            await campaigns.start_due(session)
        for campaign_id in await ends.due_ends(self._database):
            try:
                await ends.end(self._tracker, campaign_id, self._settings.end_patience)
            except RunUnderWay:
                log.info(
                    "Campaign %d has ended; it is completed once the present tracking run is over",
                    campaign_id,
                )

    async def tidy_up(self) -> None:
        """Remove what was kept for a while only: answers to idempotency keys, limits, logs; thin
        out old readings.
        """
        async with self._database.writing() as session:
            await idempotency.forget_old(session)
            await rates.forget_old(session)
            await outbox.forget_old(session)
            await audits.forget_old(session)
            await mails.forget_old(session)
        await thinning.thin_out(self._database)

    async def make_months(self) -> None:
        """Partitions for the readings of the coming months, where there are partitions."""
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
    """`work`, with a problem that Swivi knows said in one line; the scheduler logs all others with
    their trace.
    """

    async def run() -> None:
        try:
            await work()
        except SwiviError as problem:
            log.error("%s", problem.sentence)

    return run
