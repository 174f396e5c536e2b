"""Analytics: views, spending and effective CPM, by day, platform and campaign."""

import reflex as rx

from swivi import routes
from swivi.domain.platforms.models import Platform
from swivi.pages.admin.analytics.rows import Measure, ShareRow
from swivi.pages.admin.analytics.state import PERIODS, AnalyticsState
from swivi.pages.shared.frame import admin_page, sends
from swivi.ui.buttons import icon_button, link_button
from swivi.ui.cards import panel, stat_card
from swivi.ui.charts import Unit, day_chart
from swivi.ui.feedback import empty_state, error_state, last_changed, skeleton_rows
from swivi.ui.forms import select_field
from swivi.ui.icons import icon
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.numbers import count, money
from swivi.ui.tables import Column, FilterTab, data_table, filter_tabs
from swivi.ui.types import Node, Rows

_PERIODS = [FilterTab(f"{days} days", str(days)) for days in PERIODS]
_PLATFORMS = [("", "All platforms")] + [(platform.value, platform.label) for platform in Platform]


def analytics_page() -> rx.Component:
    """`/admin/analytics`."""
    state = AnalyticsState
    return admin_page(
        "Analytics",
        stack(
            rx.el.div(
                filter_tabs(
                    _PERIODS, state.days, lambda days: f"?days={days}{state.kept}", "Period"
                ),
                _filters(),
                class_name="list-head",
            ),
            rx.cond(
                state.problem != "",
                error_state(state.problem, state.load),
                rx.cond(
                    state.changed_at == "",
                    skeleton_rows(6),
                    stack(_totals(), rx.cond(state.nothing, _nothing(), _details())),
                ),
            ),
        ),
        current=routes.ADMIN_ANALYTICS,
        subtitle=cluster(
            rx.el.span(state.period),
            last_changed(state.changed_at),
            icon_button("rotate_cw", "Refresh", state.load, disabled=state.loading),
        ),
    )


def _filters() -> rx.Component:
    state = AnalyticsState
    return cluster(
        select_field(
            "Platform",
            "platform",
            _PLATFORMS,
            value=state.platform,
            on_change=sends(state.filter_by, "platform"),
        ),
        select_field(
            "Campaign",
            "campaign",
            state.campaigns,
            value=state.campaign,
            on_change=sends(state.filter_by, "campaign"),
        ),
        gap=3,
    )


def _totals() -> rx.Component:
    state = AnalyticsState
    return card_grid(
        stat_card("Views", _amount(state.views.now, "count"), _comparison(state.views, "count")),
        stat_card("Spent", _amount(state.spent.now, "money"), _comparison(state.spent, "money")),
        stat_card(
            "Effective CPM", _amount(state.cpm.now, "money"), _comparison(state.cpm, "money")
        ),
        min_width=140,
    )


def _comparison(measure: Measure, unit: Unit) -> rx.Component:
    """Show how a number changed and what it was: by arrow, sign and word, not by colour."""
    return rx.el.span(
        rx.match(
            measure.trend,
            ("up", icon("trending_up", size=14)),
            ("down", icon("trending_down", size=14)),
            rx.fragment(),
        ),
        rx.el.span(
            measure.change,
            rx.cond(measure.trend != "", rx.fragment(" from ", _amount(measure.before, unit))),
        ),
        class_name="trend",
    )


def _nothing() -> rx.Component:
    return empty_state(
        "chart_line",
        "No views in these days",
        "Views and spending show here after a tracking run. Try more days or fewer filters.",
        link_button("Tracking", routes.ADMIN_TRACKING, icon="radar"),
    )


def _details() -> rx.Component:
    state = AnalyticsState
    return stack(
        card_grid(
            panel(
                "Views per day",
                day_chart(
                    state.views_by_day, caption="Views per day", amount="Views", unit="count"
                ),
            ),
            panel(
                "Spent per day",
                day_chart(
                    state.spent_by_day, caption="Spent per day", amount="Spent", unit="money"
                ),
            ),
            min_width=360,
        ),
        panel(
            "Platforms", _shares("Platform", state.by_platform, "Views and spending by platform")
        ),
        panel(
            "Campaigns", _shares("Campaign", state.by_campaign, "Views and spending by campaign")
        ),
    )


def _shares(what: str, rows: Rows, caption: str) -> rx.Component:
    return data_table(
        (
            Column(what),
            Column("Views", "right"),
            Column("Spent", "right"),
            Column("Effective CPM", "right"),
        ),
        rows,
        _cells,
        caption=caption,
        key=lambda row: row.name,
        loading=AnalyticsState.loading,
        stacks=True,
    )


def _cells(row: ShareRow) -> list[Node]:
    name = rx.cond(
        row.id > 0, rx.el.a(row.name, href=routes.admin_campaign(row.id)), rx.el.span(row.name)
    )
    return [
        name,
        _measure(row.views, "count"),
        _measure(row.spent, "money"),
        _measure(row.cpm, "money"),
    ]


def _measure(measure: Measure, unit: Unit) -> rx.Component:
    return rx.el.div(
        rx.el.div(_amount(measure.now, unit)),
        rx.cond(
            rx.Var.create(measure.before).to(int) > 0,
            rx.el.div(_comparison(measure, unit), class_name="quiet"),
        ),
    )


def _amount(number: int | None, unit: Unit) -> rx.Component:
    known = rx.Var.create(number).to(int)
    return money(known) if unit == "money" else count(known)
