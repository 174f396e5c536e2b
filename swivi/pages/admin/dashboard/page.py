"""The admin dashboard: what waits for an admin, and the totals."""

import reflex as rx

from swivi import routes
from swivi.pages.admin.dashboard.attention import attention
from swivi.pages.admin.dashboard.spent_days import spent_days
from swivi.pages.admin.dashboard.state import OverviewState
from swivi.pages.admin.reconciliation.page import reconciliation_panel
from swivi.pages.admin.shared.parts import counted
from swivi.pages.admin.tracking.newest_run import NewestRun, no_reader_notice, track_now_button
from swivi.pages.shared.frame import admin_page
from swivi.ui.buttons import link_button
from swivi.ui.cards import hero_card, stat_card
from swivi.ui.feedback import error_state, last_changed, status_badge
from swivi.ui.layout import card_grid, dotted, stack
from swivi.ui.numbers import count, live_money, money, when


def dashboard_page() -> rx.Component:
    """`/admin`."""
    state = OverviewState
    return admin_page(
        "Dashboard",
        rx.cond(
            state.problem != "",
            error_state(state.problem, state.load),
            stack(no_reader_notice(), attention(), _money(), _counts(), reconciliation_panel()),
        ),
        current=routes.ADMIN_DASHBOARD,
        actions=rx.fragment(
            link_button("New campaign", routes.ADMIN_NEW_CAMPAIGN, icon="plus"),
            track_now_button(),
        ),
        subtitle=last_changed(state.changed_at),
    )


def _money() -> rx.Component:
    state = OverviewState
    return hero_card(
        "Owed to clippers",
        live_money(state.owed),
        dotted(
            rx.fragment(money(state.paid_out), " paid out"),
            rx.fragment(money(state.budget_left), " left in active campaigns"),
        ),
        beside=spent_days(),
    )


def _counts() -> rx.Component:
    state, run = OverviewState, NewestRun
    return card_grid(
        stat_card(
            "Active campaigns",
            count(state.campaigns_active),
            rx.fragment(count(state.campaigns_completed), " completed"),
            href=f"{routes.ADMIN_CAMPAIGNS}?status=active",
        ),
        stat_card(
            "Submissions to review",
            count(state.to_review),
            rx.cond(
                state.unread > 0,
                rx.fragment(count(state.unread), " more await their first reading"),
                "All have a first reading",
            ),
            href=routes.ADMIN_SUBMISSIONS,
        ),
        stat_card(
            "Clips approved",
            count(state.approved),
            href=f"{routes.ADMIN_SUBMISSIONS}?status=approved",
        ),
        stat_card(
            "Clippers",
            count(state.clippers),
            counted(state.admins, "admin", "admins"),
            href=routes.ADMIN_USERS,
        ),
        stat_card(
            "Newest run",
            rx.cond(run.id > 0, live_money(run.earned), "None yet"),
            rx.cond(
                run.id > 0,
                rx.fragment(status_badge(run.status), " ", when(run.started_at)),
                "Runs add earnings",
            ),
            href=routes.ADMIN_TRACKING,
        ),
        min_width=140,
    )
