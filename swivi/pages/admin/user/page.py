"""One user: their money, clips, payouts, and where they are signed in."""

import reflex as rx

from swivi.domain.accounts.models import Role, UserStatus
from swivi.pages.admin.shared.parts import clip_link, known_count, side_by_side
from swivi.pages.admin.shared.user_change import UserChange, change_dialog
from swivi.pages.admin.user.state import UserBrowser, UserClip, UserPayout, UserState
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

_USERS = "/admin/users"


def person_page() -> rx.Component:
    """`/admin/users/[user_key]`."""
    state = UserState
    nobody = empty_state("search_x", "There is no such user", "", link_button("All users", _USERS))
    not_shown = rx.cond(state.loading, skeleton_rows(), nobody)
    return admin_page(
        text_if(state.who.name != "", state.who.name, "User"),
        rx.cond(
            state.problem != "",
            error_state(state.problem, state.load),
            rx.cond(state.who.name != "", _shown(), not_shown),
        ),
        change_dialog(),
        current=_USERS,
        subtitle=rx.cond(state.who.name != "", _subtitle()),
        actions=rx.cond(
            (state.who.name != "") & (state.who.email != SessionState.email), _actions()
        ),
    )


def _subtitle() -> rx.Component:
    who = UserState.who
    return cluster(
        copyable(who.email, who.email, "Copy the email address"),
        rx.cond(
            who.role == Role.ADMIN.value,
            badge("Admin", "info", "shield"),
            badge("Clipper", icon="user"),
        ),
        rx.cond(who.status == UserStatus.DISABLED.value, status_badge(who.status)),
        rx.el.span("joined ", when(who.joined_at)),
    )


def _actions() -> rx.Component:
    who = UserState.who
    return button("Change role or status", sends(UserChange.ask, who.id), icon="user_cog")


def _shown() -> rx.Component:
    who = UserState.who
    return stack(
        card_grid(
            stat_card("Available", live_money(who.available), "may be withdrawn"),
            stat_card("Earned", money(who.earned), rx.fragment(short_count(who.views), " views")),
            stat_card("Reserved", money(who.reserved), "in open payout requests"),
            stat_card("Paid", money(who.paid)),
            stat_card(
                "Clips approved",
                count(who.approved),
                rx.fragment(count(who.rejected), " rejected, ", count(who.revoked), " revoked"),
                href=f"/admin/submissions?clipper={who.id}",
            ),
            min_width=140,
        ),
        _clips(),
        _payouts(),
        _ways_in(),
    )


def _clips() -> rx.Component:
    state = UserState

    def cells(row: UserClip) -> list[Node]:
        return [
            side_by_side(platform_mark(row.platform), clip_link(row.url, "Watch")),
            rx.el.a(row.campaign, href=f"/admin/campaigns/{row.campaign_id}"),
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
    nothing = empty_state("clapperboard", "No clips yet", "Nothing was submitted.")
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
    def cells(row: UserPayout) -> list[Node]:
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
        Column("Asked", "right"),
    )
    nothing = rx.el.p("No payout was asked for.", class_name="quiet")
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
        f"/api/admin/users/{UserState.who.id}/statement.csv",
        icon="download",
        reload_document=True,
        download=True,
        aria_label="Export the statement as CSV",
    )
    return panel("Payouts", table, action=statement)


def _ways_in() -> rx.Component:
    state = UserState

    def cells(row: UserBrowser) -> list[Node]:
        return [row.name, when(row.signed_in_at), when(row.seen_at)]

    columns = (Column("Browser"), Column("Signed in", "right"), Column("Last seen", "right"))
    nothing = rx.el.p("Signed in nowhere.", class_name="quiet")
    table = data_table(
        columns, state.browsers, cells, caption="Sessions", key=lambda row: row.id, empty=nothing
    )
    return stack(
        panel("Accounts on the platforms", _linked()), panel("Sessions", table, action=_sign_out())
    )


def _linked() -> rx.Component:
    accounts = rows_var(UserState.accounts)
    shown = cluster(
        rx.foreach(accounts, lambda pair: rx.el.span(platform_mark(pair[0]), " @", pair[1])), gap=4
    )
    return rx.cond(accounts.length() > 0, shown, rx.el.p("None is linked.", class_name="quiet"))


def _sign_out() -> rx.Component:
    who = UserState.who
    return confirm_dialog(
        button("End all sessions", icon="log_out", pending=flag_var(UserState.busy)),
        f"Sign {who.name} out everywhere?",
        "Every browser is signed out, and every API token is revoked. They can sign in again.",
        "End all sessions",
        UserState.sign_out_everywhere,
        danger=True,
    )
