"""One tracking run: what it did with each campaign, and what it read of each clip.

Live while it works.
"""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.accounts.models import Role
from swivi.insights.operations.runs import campaigns_in_run, clips_in_run, tracking_run
from swivi.pages.admin.shared.manual_reading import manual_reading_dialog
from swivi.pages.admin.shared.parts import progress_bar
from swivi.pages.admin.shared.run_rows import (
    CAMPAIGN_COLUMNS,
    READING_COLUMNS,
    CampaignRow,
    ReadingRow,
    RunRow,
    campaign_cells,
    campaign_row,
    reading_cells,
    reading_row,
    reason_rows,
    run_row,
)
from swivi.pages.admin.tracking.page import HERE, reasons_line
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import PAGE_SIZE, Listing, addressed_id, asked
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared.frame import admin_page
from swivi.runtime.live import hub
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel, stat_card
from swivi.ui.feedback import empty_state, error_state, notice, skeleton_rows, status_badge
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.numbers import count, live_money, when
from swivi.ui.tables import FilterTab, data_table, filter_tabs, pager
from swivi.ui.vars import text_if

FAILED = "failed"
NO_RUN = RunRow(0, "", "", "", 0, 0, 0, 0, 0, 0, "", "")


class RunState(Listing, rx.State):
    """The run that the address names; the list that is paged is its clips, `show` narrows it to
    what failed.
    """

    run: RunRow = NO_RUN
    campaigns: list[CampaignRow] = []
    rows: list[ReadingRow] = []
    reasons: list[tuple[str, int]] = []
    show: str = ""

    @public
    async def load(self) -> None:
        """Read what the address asks for."""
        if await visitor(self, Role.ADMIN) is None:
            return
        if self.run.id != addressed_id(self):
            self.run, self.loading = NO_RUN, True
        self.show = FAILED if asked(self, "show") == FAILED else ""
        self._read_place()
        hub.watch(self, runs=True)
        async with loading(self, "The tracking run") as session:
            await self._read(session, addressed_id(self))

    async def _refresh_live(self, session: AsyncSession) -> None:
        if self.run.status == "RUNNING":
            await self._read(session, self.run.id)

    async def _read(self, session: AsyncSession, run_id: int) -> None:
        run = await tracking_run(session, run_id)
        if run is None:
            self.run = NO_RUN
            return
        offset = (self.page - 1) * PAGE_SIZE
        clips, total = await clips_in_run(
            session, run_id, only_failed=self.show == FAILED, limit=PAGE_SIZE, offset=offset
        )
        self.run, self.rows = run_row(run), [reading_row(clip) for clip in clips]
        self.campaigns = [
            campaign_row(campaign) for campaign in await campaigns_in_run(session, run_id)
        ]
        self.reasons = await reason_rows(session, run)
        self._found(total)


def run_page() -> rx.Component:
    """`/admin/tracking/[run_key]`."""
    state, run = RunState, RunState.run
    nothing = empty_state("search_x", "There is no such run", "", link_button("All runs", HERE))
    not_shown = rx.cond(state.loading, skeleton_rows(), nothing)
    return admin_page(
        text_if(run.id > 0, f"Tracking run {run.id}", "Tracking run"),
        rx.cond(
            state.problem != "",
            error_state(state.problem, state.load),
            rx.cond(run.id > 0, _shown(), not_shown),
        ),
        manual_reading_dialog(),
        current=HERE,
        subtitle=rx.cond(
            run.id > 0,
            cluster(status_badge(run.status), rx.el.span(run.trigger), when(run.started_at)),
        ),
    )


def _shown() -> rx.Component:
    run = RunState.run
    return stack(
        rx.cond(run.problem != "", notice("bad", run.problem, "Stopped")),
        rx.cond(run.status == "RUNNING", progress_bar(run.read, run.planned, "Clips looked at")),
        card_grid(
            stat_card("Clips looked at", count(run.read), rx.fragment("of ", count(run.planned))),
            stat_card("Not read", count(run.failed), "clips"),
            stat_card("Earnings added", live_money(run.earned)),
            stat_card("Took", count(run.seconds), "seconds"),
            stat_card("Cost", rx.el.span(run.cost, class_name="num"), "of the reading service"),
            min_width=140,
        ),
        _campaigns(),
        _clips(),
    )


def _campaigns() -> rx.Component:
    table = data_table(
        CAMPAIGN_COLUMNS,
        RunState.campaigns,
        campaign_cells,
        caption="Campaigns of this run",
        key=lambda row: row.id,
        empty=empty_state("megaphone", "No campaigns", "None was due."),
        stacks=True,
    )
    return panel("Campaigns", table)


def _clips() -> rx.Component:
    state = RunState
    tabs = (FilterTab("All clips", ""), FilterTab("Not read", FAILED))
    table = data_table(
        READING_COLUMNS,
        state.rows,
        reading_cells,
        caption="Clips of this run",
        key=lambda row: row.clip_id,
        loading=state.loading,
        empty=empty_state("circle_check", "No clips here", "Nothing of this run fits."),
        stacks=True,
    )
    return panel(
        "Clips",
        filter_tabs(tabs, state.show, lambda show: f"?show={show}", "Which clips"),
        reasons_line(state.reasons),
        table,
        pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
    )
