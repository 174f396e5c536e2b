"""What the last days brought a clipper, as bars beside the balance; today's grows with the balance."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import reflex as rx

from swivi.accounts.models import Role
from swivi.accounts.service import by_id
from swivi.core import clock
from swivi.core.money import Cents
from swivi.insights.clipper_days import earned_by_day
from swivi.pages.clipper.balance import ClipperBalance
from swivi.pages.gate import public
from swivi.pages.loading import loading
from swivi.pages.session import visitor
from swivi.ui.bars import money_bars
from swivi.ui.feedback import error_state
from swivi.ui.vars import number_var

DAYS = 14
_TITLE = f"Earned, last {DAYS} days"


@dataclass
class DayEarned:
    """One UTC day, as people write it, and what it brought in cents."""

    day: str = ""
    amount: int = 0


class LastDays(rx.State):
    """The days before today, and what today had brought when the page opened; more comes with the live total."""

    days: list[DayEarned] = [DayEarned()]
    highest: int = 0
    today: int = 0
    earned_then: int = 0
    """The total earned when the page opened, in cents: what exceeds it came today."""
    problem: str = ""
    loading: bool = True

    @public
    async def load(self) -> None:
        """The dashboard opens."""
        actor = await visitor(self, Role.CLIPPER)
        if actor is None:
            return
        async with loading(self, "Your last days") as session:
            found = await earned_by_day(session, actor.user_id, today=clock.now().date(), days=DAYS)
            self.earned_then = (await by_id(session, actor.user_id)).total_earnings
            self.days = [_bar(day, cents) for day, cents in found[:-1]]
            self.highest = max(cents for _, cents in found)
            self.today = found[-1][1]


def _bar(day: date, cents: Cents) -> DayEarned:
    return DayEarned(f"{day:%b} {day.day}", cents)


def last_days() -> rx.Component:
    """The bars."""
    state = LastDays
    now: Any = number_var(state.today) + number_var(ClipperBalance.earned) - number_var(state.earned_then)
    bars = money_bars(state.days, now, title=_TITLE, highest=state.highest)
    nothing = rx.el.div(
        rx.el.p(_TITLE, class_name="stat-label"),
        rx.el.p("Nothing yet. What your clips earn each day will stand here.", class_name="quiet"),
        class_name="hero-beside",
    )
    shown = rx.cond((now > 0) | (number_var(state.highest) > 0), bars, nothing)
    return rx.cond(state.problem != "", error_state(state.problem, state.load), shown)
