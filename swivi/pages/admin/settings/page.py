"""Settings at a glance: what is configured, what is missing, when tracking runs next.

To read, not to change.
"""

import reflex as rx

from swivi import routes
from swivi.pages.admin.settings.state import Item, SettingsState
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
                _clockwork(),
                panel("What Swivi stands on", _items(state.parts, "What Swivi stands on")),
                panel("Tracking", _items(state.tracking, "How tracking is set up")),
                panel("Money", _items(state.money, "How payouts are set up")),
                panel("Limits", _items(state.limits, "How often people may do what")),
            ),
        ),
        current=routes.ADMIN_SETTINGS,
        subtitle=rx.el.span(
            "Read from the environment when Swivi starts; change them there and start again.",
            class_name="quiet",
        ),
    )


def _missing() -> rx.Component:
    return notice(
        "waiting",
        rx.fragment(count(SettingsState.missing), " to set, marked below."),
        "Something is missing",
    )


def _clockwork() -> rx.Component:
    state = SettingsState
    return card_grid(
        stat_card("Next tracking run", when(state.next_run_at, never="Never"), "by the schedule"),
        stat_card(
            "Last tracking run",
            when(state.last_run_at, never="None yet"),
            rx.cond(state.last_run_status != "", status_badge(state.last_run_status)),
            href="/admin/tracking",
        ),
        stat_card("Version", state.version, "of Swivi"),
        min_width=140,
    )


def _items(items: Rows, caption: str) -> rx.Component:
    columns = (Column("Setting"), Column("How it stands"))
    table = data_table(
        columns, items, _cells, caption=caption, key=lambda item: item.variable, stacks=True
    )
    return rx.el.div(table, class_name="settings")


def _cells(item: Item) -> list[Node]:
    name = two_lines(
        item.name,
        rx.el.code(item.variable, style={"overflow_wrap": "anywhere", "font_size": "12px"}),
    )
    standing = rx.match(
        item.standing,
        ("missing", two_lines(badge("Missing", "bad", "circle_alert"), item.means)),
        ("unset", two_lines(badge("Not set", "neutral", "circle_dashed"), item.means)),
        ("set", two_lines(badge("Set", "good", "circle_check"), item.means)),
        rx.el.span(item.means),
    )
    return [name, standing]
