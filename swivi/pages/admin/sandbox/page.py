"""The sandbox: paste links, read their initial views, approve them, and track them."""

import reflex as rx

from swivi import routes
from swivi.domain.platforms.registry import ALL_LABELS
from swivi.pages.admin.sandbox.state import SandboxState
from swivi.pages.admin.shared.parts import clip_link, known_count, row_actions, side_by_side
from swivi.pages.admin.submissions.rows import SubmissionRow
from swivi.pages.admin.tracking.newest_run import NewestRun, no_reader_notice
from swivi.pages.shared.frame import admin_page, sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import button, submit_button
from swivi.ui.cards import panel, stat_card
from swivi.ui.dialogs import confirm_dialog
from swivi.ui.feedback import empty_state, notice, status_badge
from swivi.ui.forms import form, form_actions, text_area_field
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.numbers import count, flash_row, live_money, money, percent_bar, rate
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Node
from swivi.ui.vars import flag_var, rows_var

_COLUMNS = (
    Column("Link"),
    Column("Status"),
    Column("Initial views", "right"),
    Column("Views", "right"),
    Column("Earnings", "right"),
    Column("", "right"),
)


def _cells(row: SubmissionRow) -> list[Node]:
    return [
        side_by_side(platform_mark(row.platform), clip_link(row.url, row.name)),
        rx.el.div(
            status_badge(row.status),
            rx.cond(row.note != "", rx.el.div(row.note, class_name="hint")),
        ),
        known_count(row.initial_views),
        rx.fragment(known_count(row.views), flash_row(row.views)),
        money(row.earnings),
        row_actions(
            rx.cond(
                row.approvable,
                button(
                    "Approve",
                    sends(SandboxState.approve, row.id),
                    icon="check",
                    aria_label=f"Approve the clip {row.name}",
                ),
            )
        ),
    ]


def sandbox_page() -> rx.Component:
    """`/test/view-tracking`."""
    return admin_page(
        "Tracking sandbox",
        stack(
            no_reader_notice(),
            notice(
                "info",
                "Links are read, approved, tracked and settled as real clips are, in a hidden test "
                "campaign of a test clipper. Nobody is paid. The reading service charges for "
                "each reading.",
            ),
            panel("1. Paste links", _form(), _refused()),
            panel("2. Approve them and track", _campaign(), _results(), action=_steps()),
        ),
        current=routes.SANDBOX,
    )


def _form() -> rx.Component:
    state = SandboxState
    return form(
        text_area_field(
            f"{ALL_LABELS} links, one per line",
            "links",
            rows=5,
            error=state.errors.get("links", ""),
        ),
        form_actions(
            submit_button(
                "Read initial views",
                pending=state.busy == "capture",
                disabled=~flag_var(NewestRun.can_read),
            )
        ),
        on_submit=state.capture,
    )


def _refused() -> rx.Component:
    refused = rows_var(SandboxState.refused)

    def line(pair: tuple[str, str]) -> rx.Component:
        return rx.el.li(rx.el.strong(pair[0]), ": ", pair[1], style={"overflow_wrap": "anywhere"})

    said = notice(
        "bad", rx.el.ul(rx.foreach(refused, line), style={"list_style": "none"}), "Not accepted"
    )
    return rx.cond(refused.length() > 0, said)


def _campaign() -> rx.Component:
    state = SandboxState
    return rx.cond(
        state.campaign_id > 0,
        stack(
            card_grid(
                stat_card("Earned by these clips", live_money(state.spent), rate(state.rate)),
                stat_card("Test budget", money(state.budget), status_badge(state.status)),
                stat_card(
                    "Clips",
                    count(rows_var(state.rows).length()),
                    rx.fragment(count(state.approvable), " to approve"),
                ),
                min_width=160,
            ),
            percent_bar(state.spent, state.budget, "Test budget spent"),
        ),
    )


def _steps() -> rx.Component:
    state = SandboxState
    return cluster(
        rx.cond(
            state.campaign_id > 0,
            confirm_dialog(
                button(
                    "Start over",
                    kind="quiet",
                    icon="rotate_ccw",
                    pending=state.busy == "start over",
                ),
                "Start over?",
                (
                    "These clips are revoked, their earnings go back, and the test campaign is "
                    "completed."
                ),
                "Start over",
                state.start_over,
                danger=True,
            ),
        ),
        button("Approve all", state.approve_all, icon="check", disabled=state.approvable == 0),
        button(
            "Track all",
            state.track_all,
            "primary",
            "radar",
            pending=state.busy == "track",
            disabled=(state.campaign_id == 0) | ~flag_var(NewestRun.can_read),
        ),
    )


def _results() -> rx.Component:
    state = SandboxState
    return data_table(
        _COLUMNS,
        state.rows,
        _cells,
        caption="Links that were read",
        key=lambda row: row.id,
        loading=state.loading,
        error=state.problem,
        retry=state.load,
        empty=empty_state(
            "flask_conical",
            "No links yet",
            "Paste links above. Their initial views are read at once.",
        ),
        stacks=True,
    )
