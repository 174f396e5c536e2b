"""The settings, read only: what is configured, what is missing, when tracking runs next."""

import reflex as rx

from swivi import routes
from swivi.pages.admin.settings.rows import SettingRow
from swivi.pages.admin.settings.state import SettingsState
from swivi.pages.admin.shared.parts import two_lines
from swivi.pages.shared.frame import admin_page
from swivi.ui.cards import panel, stat_card
from swivi.ui.feedback import badge, error_state, notice, status_badge
from swivi.ui.layout import card_grid, stack
from swivi.ui.numbers import count, when
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Node, Rows


def settings_page() -> rx.Component:
    """`/admin/settings`."""
    state = SettingsState
    return admin_page(
        "Settings",
        rx.cond(
            state.problem != "",
            error_state(state.problem, state.load),
            stack(
                rx.cond(state.missing > 0, _missing()),
                _runs(),
                panel("Services", _rows(state.services, "Services")),
                panel("Tracking", _rows(state.tracking, "Tracking settings")),
                panel("Money", _rows(state.money, "Payout settings")),
                panel("Limits", _rows(state.limits, "Rate limits")),
            ),
        ),
        current=routes.ADMIN_SETTINGS,
        subtitle=rx.el.span(
            "Swivi reads them from the environment when it starts. To change one, restart Swivi.",
            class_name="quiet",
        ),
    )


def _missing() -> rx.Component:
    return notice(
        "waiting",
        rx.fragment(count(SettingsState.missing), " to set, marked below."),
        "Something is missing",
    )


def _runs() -> rx.Component:
    state = SettingsState
    return card_grid(
        stat_card("Next tracking run", when(state.next_run_at, never="Never"), "by the schedule"),
        stat_card(
            "Last tracking run",
            when(state.last_run_at, never="None yet"),
            rx.cond(state.last_run_status != "", status_badge(state.last_run_status)),
            href=routes.ADMIN_TRACKING,
        ),
        stat_card("Version", state.version, "of Swivi"),
        min_width=140,
    )


def _rows(rows: Rows, caption: str) -> rx.Component:
    columns = (Column("Setting"), Column("Value"))
    table = data_table(
        columns, rows, _cells, caption=caption, key=lambda row: row.variable, stacks=True
    )
    return rx.el.div(table, class_name="settings")


def _cells(row: SettingRow) -> list[Node]:
    name = two_lines(
        row.name,
        rx.el.code(row.variable, style={"overflow_wrap": "anywhere", "font_size": "12px"}),
    )
    standing = rx.match(
        row.standing,
        ("missing", two_lines(badge("Missing", "bad", "circle_alert"), row.means)),
        ("unset", two_lines(badge("Not set", "neutral", "circle_dashed"), row.means)),
        ("set", two_lines(badge("Set", "good", "circle_check"), row.means)),
        rx.el.span(row.means),
    )
    return [name, standing]
