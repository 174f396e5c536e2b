"""Bars of the earnings of the last days. The bar of today grows with a live total."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import reflex as rx

from swivi.core.money import Cents
from swivi.ui.bars import money_bars
from swivi.ui.feedback import error_state
from swivi.ui.types import Number, Text
from swivi.ui.vars import number_var

DAYS = 14


@dataclass(frozen=True)
class DayEarned:
    """One UTC day, such as `Dec 1`, and its earnings in cents."""

    day: str = ""
    amount: int = 0


class DaysEarned(rx.State, mixin=True):
    """The days before today, and the earnings of today when the page opened.

    The live total adds what is earned later.
    """

    days: list[DayEarned] = [DayEarned()]
    highest: int = 0
    today: int = 0
    earned_then: int = 0
    """The total earned when the page opened, in cents. What exceeds it was earned today."""
    problem: str = ""
    loading: bool = True

    def _show(self, found: Sequence[tuple[date, Cents]], total: Cents) -> None:
        self.earned_then = total
        self.days = [DayEarned(f"{day:%b} {day.day}", cents) for day, cents in found[:-1]]
        self.highest = max(cents for _, cents in found)
        self.today = found[-1][1]


def last_days(state: type[Any], total: Number, *, title: Text, nothing: Text) -> rx.Component:
    """Draw the bars of a `DaysEarned`.

    `total` is the live total in cents. `nothing` is shown while nothing was earned.
    """
    now: Any = number_var(state.today) + number_var(total) - number_var(state.earned_then)
    bars = money_bars(state.days, now, title=title, highest=state.highest)
    empty = rx.el.div(
        rx.el.p(title, class_name="stat-label"),
        rx.el.p(nothing, class_name="quiet"),
        class_name="hero-beside",
    )
    shown = rx.cond((now > 0) | (number_var(state.highest) > 0), bars, empty)
    return rx.cond(state.problem != "", error_state(state.problem, state.load), shown)
