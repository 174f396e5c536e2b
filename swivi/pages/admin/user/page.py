"""One user: their money, clips, payouts and sessions."""

import reflex as rx

from swivi import routes
from swivi.domain.accounts.models import Role, UserStatus
from swivi.pages.admin.shared.parts import clip_link, known_count, side_by_side
from swivi.pages.admin.shared.user_change import UserChange, change_dialog
from swivi.pages.admin.user.rows import BrowserRow, UserClipRow, UserPayoutRow
from swivi.pages.admin.user.state import UserState
from swivi.pages.engine.session import SessionState
from swivi.pages.shared.frame import admin_page, sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import button, link_button
from swivi.ui.cards import panel, stat_card
from swivi.ui.dialogs import confirm_dialog
from swivi.ui.feedback import badge, empty_state, error_state, skeleton_rows, status_badge
from swivi.ui.keys import copyable
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.numbers import count, live_money, money, short_count, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node
from swivi.ui.vars import flag_var, rows_var, text_if


def user_page() -> rx.Component:
    """`/admin/users/[user_key]`."""
    state = UserState
    nobody = empty_state(
        "search_x", "There is no such user", "", link_button("All users", routes.ADMIN_USERS)
    )
    not_shown = rx.cond(state.loading, skeleton_rows(), nobody)
    return admin_page(
        text_if(state.user.name != "", state.user.name, "User"),
        rx.cond(
            state.problem != "",
            error_state(state.problem, state.load),
            rx.cond(state.user.name != "", _shown(), not_shown),
        ),
        change_dialog(),
        current=routes.ADMIN_USERS,
        subtitle=rx.cond(state.user.name != "", _subtitle()),
        actions=rx.cond(
            (state.user.name != "") & (state.user.email != SessionState.email), _actions()
        ),
    )


def _subtitle() -> rx.Component:
    user = UserState.user
    return cluster(
        copyable(user.email, user.email, "Copy the email address"),
        rx.cond(
            user.role == Role.ADMIN.value,
            badge("Admin", "info", "shield"),
            badge("Clipper", icon="user"),
        ),
        rx.cond(user.status == UserStatus.DISABLED.value, status_badge(user.status)),
        rx.el.span("joined ", when(user.joined_at)),
    )


def _actions() -> rx.Component:
    user = UserState.user
    return button("Change role or status", sends(UserChange.open, user.id), icon="user_cog")


def _shown() -> rx.Component:
    user = UserState.user
    return stack(
        card_grid(
            stat_card("Available", live_money(user.available), "to withdraw"),
            stat_card("Earned", money(user.earned), rx.fragment(short_count(user.views), " views")),
            stat_card("Reserved", money(user.reserved), "in open payout requests"),
            stat_card("Paid", money(user.paid)),
            stat_card(
                "Clips approved",
                count(user.approved),
                rx.fragment(count(user.rejected), " rejected, ", count(user.revoked), " revoked"),
                href=f"{routes.ADMIN_SUBMISSIONS}?clipper={user.id}",
            ),
            min_width=140,
        ),
        _clips(),
        _payouts(),
        _sign_ins(),
    )


def _clips() -> rx.Component:
    state = UserState

    def cells(row: UserClipRow) -> list[Node]:
        return [
            side_by_side(platform_mark(row.platform), clip_link(row.url, "Watch")),
            rx.el.a(row.campaign, href=routes.admin_campaign(row.campaign_id)),
            status_badge(row.status),
            known_count(row.views),
            money(row.earnings),
            when(row.submitted_at),
        ]

    columns = (
        Column("Clip"),
        Column("Campaign"),
        Column("Status"),
        Column("Views", "right"),
        Column("Earnings", "right"),
        Column("Submitted", "right", wide_only=True),
    )
    nothing = empty_state("clapperboard", "No clips yet", "This user submitted no clip.")
    table = data_table(
        columns,
        state.clips,
        cells,
        caption="Clips",
        key=lambda row: row.id,
        empty=nothing,
        stacks=True,
    )
    pages = pager(state.page, state.pages, state.previous_page, state.next_page, state.total)
    return stack(panel("Clips", table), rx.cond(state.pages > 1, pages))


def _payouts() -> rx.Component:
    def cells(row: UserPayoutRow) -> list[Node]:
        return [
            money(row.amount),
            row.method,
            status_badge(row.status),
            rx.cond(
                row.transaction_id != "",
                copyable(row.transaction_id, row.transaction_id, "Copy the transaction id"),
            ),
            when(row.requested_at),
        ]

    columns = (
        Column("Amount"),
        Column("Method"),
        Column("Status"),
        Column("Transaction", wide_only=True),
        Column("Requested", "right"),
    )
    nothing = rx.el.p("No payout requests.", class_name="quiet")
    table = data_table(
        columns,
        UserState.payouts,
        cells,
        caption="Payout requests",
        key=lambda row: row.id,
        empty=nothing,
        stacks=True,
    )
    statement = link_button(
        "Statement",
        f"/api/admin/users/{UserState.user.id}/statement.csv",
        icon="download",
        reload_document=True,
        download=True,
        aria_label="Export the statement as CSV",
    )
    return panel("Payouts", table, action=statement)


def _sign_ins() -> rx.Component:
    state = UserState

    def cells(row: BrowserRow) -> list[Node]:
        return [row.name, when(row.signed_in_at), when(row.seen_at)]

    columns = (Column("Browser"), Column("Signed in", "right"), Column("Last seen", "right"))
    nothing = rx.el.p("Not signed in.", class_name="quiet")
    table = data_table(
        columns, state.browsers, cells, caption="Sessions", key=lambda row: row.id, empty=nothing
    )
    return stack(
        panel("Platform accounts", _linked()), panel("Sessions", table, action=_sign_out())
    )


def _linked() -> rx.Component:
    accounts = rows_var(UserState.accounts)
    shown = cluster(
        rx.foreach(accounts, lambda pair: rx.el.span(platform_mark(pair[0]), " @", pair[1])), gap=4
    )
    return rx.cond(
        accounts.length() > 0, shown, rx.el.p("No account is linked.", class_name="quiet")
    )


def _sign_out() -> rx.Component:
    user = UserState.user
    return confirm_dialog(
        button("End all sessions", icon="log_out", pending=flag_var(UserState.busy)),
        f"Sign {user.name} out everywhere?",
        "This signs out every browser and revokes every API token. They can sign in again.",
        "End all sessions",
        UserState.sign_out_everywhere,
        danger=True,
    )
