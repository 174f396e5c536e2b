"""The state of the settings page: how Swivi is configured, and its schedule."""

from datetime import datetime
from typing import ClassVar

import reflex as rx
from apscheduler.triggers.cron import CronTrigger
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import __version__
from swivi.core import clock
from swivi.insights.operations.overview import last_run
from swivi.pages.admin.settings.rows import (
    SettingRow,
    limit_rows,
    money_rows,
    service_rows,
    tracking_rows,
)
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.settings import Settings


class SettingsState(AdminLive, rx.State):
    """The settings of this process, and its runs. Live: the newest run."""

    _content: ClassVar[str] = "The newest run"
    services: list[SettingRow] = []
    tracking: list[SettingRow] = []
    money: list[SettingRow] = []
    limits: list[SettingRow] = []
    missing: int = 0
    version: str = ""
    next_run_at: str = ""
    last_run_at: str = ""
    last_run_status: str = ""

    async def _arrive(self) -> None:
        settings = runtime().settings
        self.services = service_rows(settings)
        self.tracking = tracking_rows(settings)
        self.money = money_rows(settings)
        self.limits = limit_rows(settings)
        rows = (*self.services, *self.limits)
        self.missing = sum(row.standing == "missing" for row in rows)
        self.version = __version__
        hub.watch(self, runs=True)

    async def _refresh_live(self, session: AsyncSession) -> None:
        run = await last_run(session)
        if run is not None:
            self.last_run_at = iso(run.started_at)
            self.last_run_status = run.status
        self.next_run_at = iso(next_run(runtime().settings, after=clock.now()))


def next_run(settings: Settings, *, after: datetime) -> datetime | None:
    """Return when the schedule starts the next run, in UTC; None if never."""
    trigger = CronTrigger.from_crontab(settings.schedule_cron, timezone="UTC")
    found: datetime | None = trigger.get_next_fire_time(None, after)
    return found
