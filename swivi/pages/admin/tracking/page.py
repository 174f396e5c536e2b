"""Tracking: the newest run and its failures, clips to decide on, and every run before."""

import reflex as rx

from swivi import routes
from swivi.domain.tracking.models import RunStatus
from swivi.pages.admin.shared.manual_reading import manual_reading_dialog
from swivi.pages.admin.shared.run_rows import (
    READING_COLUMNS,
    RUN_COLUMNS,
    reading_cells,
    run_cells,
)
from swivi.pages.admin.tracking.held_clips import held_clips_panel
from swivi.pages.admin.tracking.newest_run import (
    NewestRun,
    newest_run_panel,
    no_reader_notice,
    track_now_button,
)
from swivi.pages.admin.tracking.state import RunsState
from swivi.pages.admin.tracking.waiting_readings import waiting_readings_panel
from swivi.pages.shared.frame import admin_page
from swivi.ui.cards import panel
from swivi.ui.feedback import badge, empty_state
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import count_text
from swivi.ui.tables import data_table, pager
from swivi.ui.vars import rows_var, text_if


def tracking_page() -> rx.Component:
    """`/admin/tracking`."""
    return admin_page(
        "Tracking",
        stack(
            no_reader_notice(),
            newest_run_panel(),
            held_clips_panel(),
            waiting_readings_panel(),
            rx.cond(NewestRun.id > 0, _failures()),
            _runs(),
            _pager(),
            manual_reading_dialog(),
        ),
        current=routes.ADMIN_TRACKING,
        actions=track_now_button(),
    )


def reasons_line(reasons: list[tuple[str, int]]) -> rx.Component:
    """Show how many clips were not read, by reason."""
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
        NewestRun.status == RunStatus.COMPLETED.value, "Every clip was read.", "Nothing so far."
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
            href=lambda run: routes.admin_run(run.id),
            key=lambda row: row.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state("radar", "No runs yet", "Runs start on schedule, or with Track now."),
            stacks=True,
        ),
    )


def _pager() -> rx.Component:
    state = RunsState
    return pager(state.page, state.pages, state.previous_page, state.next_page, state.total)
