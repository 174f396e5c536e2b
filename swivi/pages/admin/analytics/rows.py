"""The numbers of the analytics page, each with what it was before."""

from dataclasses import dataclass
from datetime import date, timedelta

from swivi.insights.money.flows import Comparison


@dataclass(frozen=True)
class Measure:
    """A number of views or cents, and its value before. None without anything to measure.

    `change` says the difference with a sign and a word. `trend` is "up", "down" or "".
    """

    now: int | None = None
    before: int | None = None
    change: str = ""
    trend: str = ""


@dataclass(frozen=True)
class ShareRow:
    """A platform or campaign. `id` is 0 for platforms and for the row of further campaigns."""

    id: int
    name: str
    views: Measure
    spent: Measure
    cpm: Measure


@dataclass(frozen=True)
class DayPoint:
    """One bar of a chart: the UTC day (ISO 8601) and its views or cents."""

    day: str
    amount: int


def in_words(first: date, last: date) -> str:
    """Name the days, and as many before: "Nov 17 to Nov 23, compared with Nov 10 to Nov 16"."""
    before = first - (last - first) - timedelta(days=1)
    compared = _span(before, first - timedelta(days=1))
    return f"{_span(first, last)}, compared with {compared} (UTC)"


def _span(first: date, last: date) -> str:
    return f"{first:%b} {first.day} to {last:%b} {last.day}"


def measures(flow: Comparison) -> tuple[Measure, Measure, Measure]:
    """Return views, spending and effective CPM, each with its value before."""
    now, before = flow.now, flow.before
    return (
        measured(now.views, before.views),
        measured(now.spent, before.spent),
        measured(now.effective_cpm, before.effective_cpm),
    )


def measured(now: int | None, before: int | None) -> Measure:
    """Compare a number with its value before: "+12%, up", "-5%, down", "No change"."""
    if now == before:
        return Measure(now, before, "No change")
    if now is None:
        return Measure(now, before, "None now")
    if before is None or before <= 0:
        return Measure(now, before, "None before")
    trend, sign = ("up", "+") if now > before else ("down", "-")
    percent = round(abs(now - before) * 100 / before)
    return Measure(
        now, before, f"{sign}{percent:,}%, {trend}" if percent else f"Slightly {trend}", trend
    )
