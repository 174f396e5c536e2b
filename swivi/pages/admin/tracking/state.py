"""The state of the tracking page: one page of runs, and the newest run's failures."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.tracking.models import TrackingRun
from swivi.insights.operations.overview import last_run
from swivi.insights.operations.runs import clips_in_run, tracking_runs
from swivi.pages.admin.shared.run_rows import (
    ReadingRow,
    RunRow,
    reading_row,
    reason_rows,
    run_row,
)
from swivi.pages.engine.listing import PAGE_SIZE, Listing
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub

MOST_FAILURES = 50
"""Failed clips shown. The run's own page lists all."""


class RunsState(AdminLive, Listing, rx.State):
    """One page of runs, live: read again when a run starts or ends."""

    _content: ClassVar[str] = "The tracking runs"
    rows: list[RunRow] = []
    failures: list[ReadingRow] = []
    reasons: list[tuple[str, int]] = []
    _newest: tuple[int, str] = (0, "")
    """Id and status of the newest run as shown."""

    async def _arrive(self) -> None:
        self._read_place()
        hub.watch(self, runs=True)

    async def _read_all(self, session: AsyncSession) -> None:
        await self._read_runs(session, await last_run(session))

    async def _refresh_live(self, session: AsyncSession) -> None:
        newest = await last_run(session)
        if newest is not None and (newest.id, newest.status) != self._newest:
            await self._read_runs(session, newest)

    async def _read_runs(self, session: AsyncSession, newest: TrackingRun | None) -> None:
        runs, total = await tracking_runs(
            session, limit=PAGE_SIZE, offset=(self.page - 1) * PAGE_SIZE
        )
        self._found(total)
        self.rows = [run_row(run) for run in runs]
        if newest is not None:
            self._newest = (newest.id, newest.status)
            failed, _ = await clips_in_run(
                session, newest.id, only_failed=True, limit=MOST_FAILURES
            )
            self.failures = [reading_row(clip) for clip in failed]
            self.reasons = await reason_rows(session, newest)
