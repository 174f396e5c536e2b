"""All users: find them, see their money, change their role, disable them."""

import reflex as rx

from swivi import routes
from swivi.core.bounded_count import MOST_COUNTED
from swivi.domain.accounts.models import Role, UserStatus
from swivi.pages.admin.shared.parts import row_actions, two_lines
from swivi.pages.admin.shared.user_change import UserChange, change_dialog
from swivi.pages.admin.users.state import UserRow, UsersState
from swivi.pages.engine.session import SessionState
from swivi.pages.shared.frame import admin_page, sends
from swivi.ui.buttons import button, submit_button
from swivi.ui.feedback import badge, empty_state, status_badge
from swivi.ui.forms import form, select_field, text_field
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import count, money, short_count, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node

_ROLES = [("", "Everybody"), (Role.CLIPPER.value, "Clippers"), (Role.ADMIN.value, "Admins")]
_STATUSES = [
    ("", "Any status"),
    (UserStatus.ACTIVE.value, "Active"),
    (UserStatus.DISABLED.value, "Disabled"),
]

_COLUMNS = (
    Column("User"),
    Column("Role", wide_only=True),
    Column("Clips submitted", "right", wide_only=True),
    Column("Views", "right", wide_only=True),
    Column("Earned", "right"),
    Column("Available", "right"),
    Column("Joined", "right", wide_only=True),
    Column("", "right"),
)


def _cells(row: UserRow) -> list[Node]:
    return [
        two_lines(rx.el.a(rx.el.strong(row.name), href=routes.admin_user(row.id)), row.email),
        cluster(
            rx.cond(
                row.role == Role.ADMIN.value,
                badge("Admin", "info", "shield"),
                badge("Clipper", icon="user"),
            ),
            rx.cond(row.status == UserStatus.DISABLED.value, status_badge(row.status)),
        ),
        rx.el.a(
            count(row.submissions),
            rx.el.span(" clips of ", row.name, class_name="sr-only"),
            href=f"{routes.ADMIN_SUBMISSIONS}?clipper={row.id}",
        ),
        short_count(row.views),
        money(row.earned),
        money(row.available),
        when(row.joined_at),
        row_actions(
            rx.cond(
                row.email != SessionState.email,
                button(
                    "Change",
                    sends(UserChange.open, row.id),
                    "quiet",
                    aria_label=f"Change {row.name}",
                ),
                rx.el.span("You", class_name="quiet"),
            )
        ),
    ]


def users_page() -> rx.Component:
    """`/admin/users`."""
    state = UsersState
    return admin_page(
        "Users",
        stack(
            _filters(),
            data_table(
                _COLUMNS,
                state.rows,
                _cells,
                caption="Users",
                key=lambda row: row.id,
                loading=state.loading,
                error=state.problem,
                retry=state.load,
                empty=empty_state(
                    "users",
                    "No users found",
                    "No user fits this search. One or two letters find names that begin with them.",
                ),
                stacks=True,
            ),
            rx.cond(state.search != "", _pager(MOST_COUNTED), _pager()),
            change_dialog(),
        ),
        current=routes.ADMIN_USERS,
    )


def _pager(most: int | None = None) -> rx.Component:
    state = UsersState
    return pager(
        state.page, state.pages, state.previous_page, state.next_page, state.total, most=most
    )


def _filters() -> rx.Component:
    state = UsersState
    return cluster(
        _search(),
        select_field(
            "Role", "role", _ROLES, value=state.role, on_change=sends(state.filter_by, "role")
        ),
        select_field(
            "Status",
            "status",
            _STATUSES,
            value=state.status,
            on_change=sends(state.filter_by, "status"),
        ),
        gap=3,
    )


def _search() -> rx.Component:
    state = UsersState
    return rx.el.div(
        form(
            cluster(
                text_field(
                    "Search",
                    "search",
                    type="search",
                    default_value=state.search,
                    placeholder="Name or email",
                ),
                submit_button("Search", kind="secondary", style={"align_self": "end"}),
            ),
            on_submit=state.find,
            # A new control for a new address, so that it shows the present search.
            key=state.search,
        ),
        style={"flex": "0 1 360px"},
    )
