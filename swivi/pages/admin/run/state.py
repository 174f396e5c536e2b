"""The state of a tracking run's page."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.operations.runs import campaigns_in_run, clips_in_run, tracking_run
from swivi.pages.admin.shared.run_rows import (
    CampaignRow,
    ReadingRow,
    RunRow,
    campaign_row,
    reading_row,
    reason_rows,
    run_row,
)
from swivi.pages.engine.listing import PAGE_SIZE, Listing, addressed_id, asked
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub

FAILED = "failed"
NO_RUN = RunRow(0, "", "", "", 0, 0, 0, 0, 0, 0, "", "")


class RunState(AdminLive, Listing, rx.State):
    """The run in the address, live while it works. `show` is `FAILED` or "" for all clips."""

    _content: ClassVar[str] = "The tracking run"
    run: RunRow = NO_RUN
    campaigns: list[CampaignRow] = []
    rows: list[ReadingRow] = []
    reasons: list[tuple[str, int]] = []
    show: str = ""

    async def _arrive(self) -> None:
        if self.run.id != addressed_id(self):
            self.run = NO_RUN
            self.loading = True
        self.show = FAILED if asked(self, "show") == FAILED else ""
        self._read_place()
        hub.watch(self, runs=True)

    async def _read_all(self, session: AsyncSession) -> None:
        await self._read_run(session, addressed_id(self))

    async def _refresh_live(self, session: AsyncSession) -> None:
        if self.run.status == "RUNNING":
            await self._read_run(session, self.run.id)

    async def _read_run(self, session: AsyncSession, run_id: int) -> None:
        run = await tracking_run(session, run_id)
        if run is None:
            self.run = NO_RUN
            return
        offset = (self.page - 1) * PAGE_SIZE
        clips, total = await clips_in_run(
            session, run_id, only_failed=self.show == FAILED, limit=PAGE_SIZE, offset=offset
        )
        self.run = run_row(run)
        self.rows = [reading_row(clip) for clip in clips]
        self.campaigns = [
            campaign_row(campaign) for campaign in await campaigns_in_run(session, run_id)
        ]
        self.reasons = await reason_rows(session, run)
        self._found(total)
