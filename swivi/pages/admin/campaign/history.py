"""The charts of a campaign: its budget burning down, and views and spending by day."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.insights.campaigns.history import BudgetStep, burn_down, campaign_days
from swivi.pages.admin.analytics.rows import DayPoint
from swivi.pages.engine.listing import addressed_id
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub
from swivi.ui.cards import panel
from swivi.ui.charts import Unit, day_chart, time_chart
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.layout import card_grid, stack
from swivi.ui.types import Rows
from swivi.ui.vars import flag_var, rows_var

DAYS = 30
"""Days that the daily charts show."""


@dataclass(frozen=True)
class BudgetPoint:
    """The cents left at a time: ISO 8601 UTC in `at`, milliseconds since 1970 in `moment`."""

    at: str
    moment: int
    amount: int


class CampaignHistory(AdminLive, rx.State):
    """The charts of the campaign in the address, live.

    `nothing` if the shown days brought neither views nor spending.
    """

    _content: ClassVar[str] = "The campaign's history"
    budget_left: list[BudgetPoint] = []
    views_by_day: list[DayPoint] = []
    spent_by_day: list[DayPoint] = []
    nothing: bool = True
    _campaign_id: int = 0

    async def _arrive(self) -> None:
        self._campaign_id = addressed_id(self)
        hub.watch(self, campaigns={self._campaign_id})

    async def _refresh_live(self, session: AsyncSession) -> None:
        today = clock.now().date()
        days = await campaign_days(session, self._campaign_id, today=today, days=DAYS)
        self.budget_left = [
            _budget_point(step) for step in await burn_down(session, self._campaign_id)
        ]
        self.views_by_day = [DayPoint(day.isoformat(), flow.views) for day, flow in days]
        self.spent_by_day = [DayPoint(day.isoformat(), flow.spent) for day, flow in days]
        self.nothing = not any(flow.views or flow.spent for _, flow in days)


def _budget_point(step: BudgetStep) -> BudgetPoint:
    return BudgetPoint(step.at.isoformat(), int(step.at.timestamp() * 1000), step.left)


def history_panels() -> rx.Component:
    """Show the burn-down of the budget, and the days below it."""
    state = CampaignHistory
    burning = time_chart(
        state.budget_left, caption="Budget left over time", amount="Left", unit="money"
    )
    unspent = empty_state("flame", "Nothing spent yet", "Each tracking run pays out of the budget.")
    return stack(
        panel("Budget left", _shown(rows_var(state.budget_left).length() > 1, burning, unspent)),
        card_grid(
            _daily("Views per day", state.views_by_day, "Views", "count"),
            _daily("Spent per day", state.spent_by_day, "Spent", "money"),
            min_width=360,
        ),
    )


def _daily(title: str, points: Rows, amount: str, unit: Unit) -> rx.Component:
    quiet = empty_state(
        "chart_line",
        f"Nothing in the last {DAYS} days",
        "Views and spending show here by UTC day.",
    )
    return panel(
        title,
        _shown(
            ~flag_var(CampaignHistory.nothing),
            day_chart(points, caption=title, amount=amount, unit=unit),
            quiet,
        ),
    )


def _shown(there: rx.Var[bool], chart: rx.Component, nothing: rx.Component) -> rx.Component:
    state = CampaignHistory
    known = rx.cond(there, chart, rx.cond(state.loading, skeleton_rows(4), nothing))
    return rx.cond(state.problem != "", error_state(state.problem, state.load), known)
