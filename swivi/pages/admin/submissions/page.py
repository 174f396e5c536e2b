"""The review queue: approve or reject submissions, one by one or many at once."""

import reflex as rx

from swivi import routes
from swivi.domain.clips.models import SubmissionStatus
from swivi.domain.platforms.models import Platform
from swivi.insights.submissions.review_queue import AuthorCheck
from swivi.pages.admin.shared.parts import known_count, row_actions, side_by_side, two_lines
from swivi.pages.admin.submissions.dialogs import keys_dialog, keys_hint, reason_dialog
from swivi.pages.admin.submissions.panel import author_badge, look_button, review_panel
from swivi.pages.admin.submissions.rows import SubmissionRow
from swivi.pages.admin.submissions.state import EVERY_STATUS, ReviewState
from swivi.pages.shared.frame import admin_page, sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import button
from swivi.ui.dialogs import confirm_dialog
from swivi.ui.feedback import empty_state, status_badge
from swivi.ui.forms import select_field
from swivi.ui.icons import icon
from swivi.ui.keys import pressed_by, queue_keys
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import count, money, when
from swivi.ui.tables import Column, FilterTab, data_table, filter_tabs, pager
from swivi.ui.types import Node
from swivi.ui.vars import flag_var, rows_var

_TABS = (
    FilterTab("To review", SubmissionStatus.PENDING.value),
    FilterTab("Approved", SubmissionStatus.APPROVED.value),
    FilterTab("Rejected", SubmissionStatus.REJECTED.value),
    FilterTab("All", EVERY_STATUS),
)
_PLATFORMS = [("", "All platforms")] + [(platform.value, platform.label) for platform in Platform]
_COLUMNS = (
    Column("Clip"),
    Column("Campaign"),
    Column("Status", wide_only=True),
    Column("Views", "right"),
    Column("", "right"),
)


def _cells(row: SubmissionRow) -> list[Node]:
    return [
        _clip(row),
        two_lines(row.campaign, money(row.remaining), " left"),
        rx.el.div(
            status_badge(row.status),
            rx.cond(row.note != "", rx.el.div(row.note, class_name="hint")),
        ),
        rx.el.div(
            known_count(row.views),
            rx.el.div(
                money(row.earnings), rx.el.span(" earned", class_name="sr-only"), class_name="hint"
            ),
        ),
        _decisions(row),
    ]


def _clip(row: SubmissionRow) -> rx.Component:
    picked = rows_var(ReviewState.selected).contains(row.id)
    return side_by_side(
        rx.cond(
            row.rejectable,
            rx.el.input(
                type="checkbox",
                checked=picked,
                on_change=sends(ReviewState.pick, row.id),
                aria_label=f"Select {row.clipper}’s clip {row.name}",
                custom_attrs=pressed_by("x"),
            ),
        ),
        two_lines(
            cluster(
                platform_mark(row.platform),
                look_button(row),
                rx.cond(
                    row.author_check != AuthorCheck.UNKNOWN.value, author_badge(row.author_check)
                ),
            ),
            row.clipper,
            ", ",
            when(row.submitted_at),
        ),
    )


def _decisions(row: SubmissionRow) -> rx.Component:
    state = ReviewState
    deciding = rows_var(state.deciding).contains(row.id)
    return row_actions(
        rx.el.a(
            icon("external_link"),
            href=row.url,
            target="_blank",
            rel="noopener noreferrer",
            class_name="button button-quiet button-icon",
            aria_label=f"Open {row.clipper}’s clip {row.name} in a new tab",
            title=row.url,
            custom_attrs=pressed_by("o"),
        ),
        rx.cond(
            row.rejectable,
            rx.fragment(
                button(
                    "Reject",
                    sends(state.open_reject, row.id),
                    "quiet",
                    disabled=deciding,
                    aria_label=f"Reject {row.clipper}’s clip {row.name}",
                    custom_attrs=pressed_by("r"),
                ),
                button(
                    "Approve",
                    sends(state.approve, row.id),
                    icon="check",
                    pending=deciding,
                    disabled=~flag_var(row.approvable),
                    aria_label=f"Approve {row.clipper}’s clip {row.name}",
                    custom_attrs=pressed_by("a"),
                ),
            ),
        ),
        rx.cond(
            row.revocable,
            button(
                "Revoke",
                sends(state.open_revoke, row.id),
                "quiet",
                aria_label=f"Revoke {row.clipper}’s clip {row.name}",
            ),
        ),
        rx.cond(
            row.can_be_tracked_again,
            button(
                "Track again",
                sends(state.open_track_again, row.id),
                "quiet",
                aria_label=f"Track {row.clipper}’s clip {row.name} again",
            ),
        ),
    )


def submissions_page() -> rx.Component:
    """`/admin/submissions`."""
    state = ReviewState
    return admin_page(
        "Submissions",
        filter_tabs(
            _TABS, state.status, lambda status: f"?status={status.lower()}{state.kept}", "Status"
        ),
        _filters(),
        rx.el.div(
            stack(_bulk_bar(), _table(), _pager(), keys_hint()), review_panel(), class_name="queue"
        ),
        reason_dialog(),
        queue_keys(
            state.row_ids,
            "You cannot decide on this clip yet. Its views at submission are not read yet.",
        ),
        current=routes.ADMIN_SUBMISSIONS,
        actions=keys_dialog(),
    )


def _table() -> rx.Component:
    state = ReviewState
    return data_table(
        _COLUMNS,
        state.rows,
        _cells,
        caption="Submissions",
        key=lambda row: row.id,
        loading=state.loading,
        error=state.problem,
        retry=state.load,
        empty=empty_state(
            "inbox",
            "No submissions",
            "No submission fits these filters. New ones appear by themselves.",
        ),
        stacks=True,
    )


def _pager() -> rx.Component:
    state = ReviewState
    return pager(state.page, state.pages, state.previous_page, state.next_page, state.total)


def _filters() -> rx.Component:
    state = ReviewState
    return cluster(
        select_field(
            "Campaign",
            "campaign",
            state.campaigns,
            value=state.campaign,
            on_change=sends(state.filter_by, "campaign"),
        ),
        select_field(
            "Platform",
            "platform",
            _PLATFORMS,
            value=state.platform,
            on_change=sends(state.filter_by, "platform"),
        ),
        rx.cond(
            state.clipper != "",
            button(
                "One clipper",
                sends(state.filter_by, "clipper", ""),
                icon="x",
                aria_label="Show all clippers",
            ),
        ),
        gap=3,
    )


def _bulk_bar() -> rx.Component:
    """Offer what can be done with the selected rows, while rows wait for a decision."""
    state = ReviewState
    number = rows_var(state.selected).length()
    nothing = number == 0
    busy = rows_var(state.deciding).length() > 0
    return rx.cond(
        (state.status == SubmissionStatus.PENDING.value) & (state.total > 0),
        cluster(
            rx.el.label(
                rx.el.input(type="checkbox", checked=~nothing, on_change=state.pick_all),
                "All on this page",
                class_name="checkbox",
            ),
            rx.el.span(
                count(number),
                " selected of ",
                count(state.total),
                class_name="quiet",
                role="status",
            ),
            confirm_dialog(
                button("Approve selected", icon="check", pending=busy, disabled=nothing),
                "Approve the selected clips?",
                rx.fragment(
                    count(number), " clips start to earn at their campaigns’ present rates."
                ),
                "Approve",
                state.approve_picked,
            ),
            button("Reject selected", state.open_reject_picked, icon="x", disabled=nothing),
            gap=3,
        ),
    )
