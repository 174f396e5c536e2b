"""Tracking: the run under way, what the newest run could not read, and every run before."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.accounts.models import Role
from swivi.domain.tracking.models import RunStatus, TrackingRun
from swivi.insights.operations.overview import last_run
from swivi.insights.operations.runs import clips_in_run, tracking_runs
from swivi.pages.admin.shared.manual_reading import manual_reading_dialog
from swivi.pages.admin.shared.run_rows import (
    READING_COLUMNS,
    RUN_COLUMNS,
    ReadingRow,
    RunRow,
    reading_cells,
    reading_row,
    reason_rows,
    run_cells,
    run_row,
)
from swivi.pages.admin.tracking.held_clips import held_clips_panel
from swivi.pages.admin.tracking.live import (
    RunNow,
    no_reader_notice,
    run_now_panel,
    track_now_button,
)
from swivi.pages.admin.tracking.waiting_readings import waiting_readings_panel
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import PAGE_SIZE, Listing
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared.frame import admin_page
from swivi.runtime.live import hub
from swivi.ui.cards import panel
from swivi.ui.feedback import badge, empty_state
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import count_text
from swivi.ui.tables import data_table, pager
from swivi.ui.vars import rows_var, text_if

HERE = "/admin/tracking"

MOST_FAILURES = 50
"""How many clips that were not read are shown here; the run's own page has all."""


class RunsState(Listing, rx.State):
    """One page of runs, and the failures of the newest.

    Live: read again whenever a run starts or ends.
    """

    rows: list[RunRow] = []
    failures: list[ReadingRow] = []
    reasons: list[tuple[str, int]] = []
    _newest: tuple[int, str] = (0, "")

    @public
    async def load(self) -> None:
        """Read what the address asks for."""
        if await visitor(self, Role.ADMIN) is None:
            return
        self._read_place()
        hub.watch(self, runs=True)
        async with loading(self, "The tracking runs") as session:
            await self._read(session, await last_run(session))

    async def _refresh_live(self, session: AsyncSession) -> None:
        newest = await last_run(session)
        if newest is not None and (newest.id, newest.status) != self._newest:
            await self._read(session, newest)

    async def _read(self, session: AsyncSession, newest: TrackingRun | None) -> None:
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


def tracking_page() -> rx.Component:
    """`/admin/tracking`."""
    return admin_page(
        "Tracking",
        stack(
            no_reader_notice(),
            run_now_panel(),
            held_clips_panel(),
            waiting_readings_panel(),
            rx.cond(RunNow.id > 0, _failures()),
            _runs(),
            _pager(),
            manual_reading_dialog(),
        ),
        current=HERE,
        actions=track_now_button(),
    )


def reasons_line(reasons: list[tuple[str, int]]) -> rx.Component:
    """Why clips were not read: how many for each reason."""
    why = rows_var(reasons)
    each = rx.foreach(
        why,
        lambda pair: badge(
            f"{pair[0]}: {count_text(pair[1])}", "bad", "triangle_alert", wraps=True
        ),
    )
    return rx.cond(why.length() > 0, cluster(each))


def _failures() -> rx.Component:
    state = RunsState
    nothing = text_if(
        RunNow.status == RunStatus.COMPLETED.value, "Every clip was read.", "Nothing so far."
    )
    return panel(
        "Not read in the newest run",
        reasons_line(state.reasons),
        data_table(
            READING_COLUMNS,
            state.failures,
            reading_cells,
            caption="Clips that the newest run could not read",
            key=lambda row: row.clip_id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=rx.el.p(nothing, class_name="quiet"),
            stacks=True,
        ),
    )


def _runs() -> rx.Component:
    state = RunsState
    return panel(
        "Runs",
        data_table(
            RUN_COLUMNS,
            state.rows,
            run_cells,
            caption="Tracking runs",
            href=lambda run: f"{HERE}/{run.id}",
            key=lambda row: row.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "radar", "No runs yet", "Tracking runs by itself on schedule, or now."
            ),
            stacks=True,
        ),
    )


def _pager() -> rx.Component:
    state = RunsState
    return pager(state.page, state.pages, state.previous_page, state.next_page, state.total)
