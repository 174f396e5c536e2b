"""One tracking run: what it did with each campaign, and what it read of each clip."""

import reflex as rx

from swivi import routes
from swivi.pages.admin.run.state import FAILED, RunState
from swivi.pages.admin.shared.manual_reading import manual_reading_dialog
from swivi.pages.admin.shared.parts import progress_bar
from swivi.pages.admin.shared.run_rows import (
    CAMPAIGN_COLUMNS,
    READING_COLUMNS,
    campaign_cells,
    reading_cells,
)
from swivi.pages.admin.tracking.page import reasons_line
from swivi.pages.shared.frame import admin_page
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel, stat_card
from swivi.ui.feedback import empty_state, error_state, notice, skeleton_rows, status_badge
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.numbers import count, live_money, when
from swivi.ui.tables import FilterTab, data_table, filter_tabs, pager
from swivi.ui.vars import text_if


def run_page() -> rx.Component:
    """`/admin/tracking/[run_key]`."""
    state, run = RunState, RunState.run
    nothing = empty_state(
        "search_x", "There is no such run", "", link_button("All runs", routes.ADMIN_TRACKING)
    )
    not_shown = rx.cond(state.loading, skeleton_rows(), nothing)
    return admin_page(
        text_if(run.id > 0, f"Tracking run {run.id}", "Tracking run"),
        rx.cond(
            state.problem != "",
            error_state(state.problem, state.load),
            rx.cond(run.id > 0, _shown(), not_shown),
        ),
        manual_reading_dialog(),
        current=routes.ADMIN_TRACKING,
        subtitle=rx.cond(
            run.id > 0,
            cluster(status_badge(run.status), rx.el.span(run.trigger), when(run.started_at)),
        ),
    )


def _shown() -> rx.Component:
    run = RunState.run
    return stack(
        rx.cond(run.problem != "", notice("bad", run.problem, "Stopped")),
        rx.cond(run.status == "RUNNING", progress_bar(run.read, run.planned, "Clips tried")),
        card_grid(
            stat_card("Clips tried", count(run.read), rx.fragment("of ", count(run.planned))),
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
        empty=empty_state("megaphone", "No campaigns", "No campaign was due."),
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
        empty=empty_state("circle_check", "No clips here", "No clip of this run fits this filter."),
        stacks=True,
    )
    return panel(
        "Clips",
        filter_tabs(tabs, state.show, lambda show: f"?show={show}", "Which clips"),
        reasons_line(state.reasons),
        table,
        pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
    )
