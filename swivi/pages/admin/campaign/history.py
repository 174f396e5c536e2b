"""How a campaign went: its budget burning down, and the views and the spending of each day."""

from dataclasses import dataclass

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.domain.accounts.models import Role
from swivi.insights.campaigns.history import BudgetStep, burn_down, campaign_days
from swivi.pages.admin.analytics.state import DayPoint
from swivi.pages.admin.campaign.live import addressed_campaign
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub
from swivi.ui.cards import panel
from swivi.ui.charts import Unit, day_chart, time_chart
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.layout import card_grid, stack
from swivi.ui.types import Rows
from swivi.ui.vars import flag_var, rows_var

DAYS = 30
"""How far the daily charts go back."""


@dataclass
class BudgetPoint:
    """What was left of the budget: when (ISO 8601 UTC, and milliseconds since 1970), and the
    cents.
    """

    at: str
    moment: int
    amount: int


class CampaignHistory(rx.State):
    """Live: the charts of the campaign in the address."""

    budget_left: list[BudgetPoint] = []
    views_by_day: list[DayPoint] = []
    spent_by_day: list[DayPoint] = []
    nothing: bool = True
    """Whether the shown days brought neither views nor spending."""
    loading: bool = True
    problem: str = ""
    _campaign_id: int = 0

    @public
    async def load(self) -> None:
        """The page opens."""
        if await visitor(self, Role.ADMIN) is None:
            return
        self._campaign_id = addressed_campaign(self)
        hub.watch(self, campaigns={self._campaign_id})
        async with loading(self, "The campaign's history") as session:
            await self._refresh_live(session)

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
    """The burn-down of the budget, and below it what each of the last days brought."""
    state = CampaignHistory
    burning = time_chart(
        state.budget_left, caption="Budget left over time", amount="Left", unit="money"
    )
    unspent = empty_state(
        "flame", "Nothing is spent yet", "The budget burns down with every tracking run."
    )
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
        "What is read and paid shows here by UTC day.",
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
