"""What analytics show: how the chosen days went, beside as many days before them.

The choice lives in the address.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import reflex as rx
from reflex.event import EventSpec

from swivi.core import clock
from swivi.domain.accounts.models import Role
from swivi.domain.platforms.models import Platform
from swivi.insights.campaigns.live import campaign_titles
from swivi.insights.money.analytics import Analytics, analytics
from swivi.insights.money.flows import Comparison
from swivi.pages.engine.gate import public, signed_in
from swivi.pages.engine.listing import asked_number, asked_option, readdressed
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor

PERIODS = (7, 30, 90)
USUAL_PERIOD = 30
"""Days that an address without a choice shows."""
MOST_CAMPAIGNS = 50
"""That are listed one by one, before all the others in one line."""


@dataclass(frozen=True)
class Measure:
    """One number beside what it was, in views or cents; None where there was nothing to measure.

    `change` says it in words and a sign, `trend` is "up", "down" or "" for an arrow.
    """

    now: int | None = None
    before: int | None = None
    change: str = ""
    trend: str = ""


@dataclass(frozen=True)
class Share:
    """What a platform or a campaign brought; `id` is 0 for a platform and for all campaigns that
    are not listed.
    """

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


class AnalyticsState(rx.State):
    """The whole, day by day, by platform and by campaign. Views and cents, days are UTC."""

    days: str = str(USUAL_PERIOD)
    platform: str = ""
    campaign: str = ""
    period: str = ""
    """The days in words, and those that they stand beside."""
    kept: str = ""
    """The filters besides the days, as the rest of an address."""
    campaigns: list[tuple[str, str]] = []
    views: Measure = Measure()
    spent: Measure = Measure()
    cpm: Measure = Measure()
    views_by_day: list[DayPoint] = []
    spent_by_day: list[DayPoint] = []
    by_platform: list[Share] = []
    by_campaign: list[Share] = []
    nothing: bool = False
    """Whether neither these days nor those before brought anything."""
    changed_at: str = ""
    loading: bool = True
    problem: str = ""

    @public
    async def load(self) -> None:
        """Read what the address asks for."""
        if await visitor(self, Role.ADMIN) is None:
            return
        days = asked_number(self, "days")
        platform, campaign_id = (
            asked_option(self, "platform", Platform),
            asked_number(self, "campaign"),
        )
        self.days = str(days if days in PERIODS else USUAL_PERIOD)
        self.platform, self.campaign = platform or "", str(campaign_id or "")
        filters = {"platform": self.platform, "campaign": self.campaign}
        self.kept = "".join(f"&{name}={value}" for name, value in filters.items() if value)
        self.loading = True
        async with loading(self, "The analytics") as session:
            titles = await campaign_titles(session, besides=campaign_id)
            self.campaigns = [("", "All campaigns")] + [
                (str(number), title) for number, title in titles
            ]
            self._show(
                await analytics(
                    session,
                    today=clock.now().date(),
                    days=int(self.days),
                    campaign_id=campaign_id,
                    platform=platform,
                    most_campaigns=MOST_CAMPAIGNS,
                )
            )

    @signed_in
    async def filter_by(self, name: object, value: object) -> EventSpec:
        """Narrow everything by one parameter of the address; "" takes the filter away."""
        return readdressed(self, **{str(name)[:40]: str(value)[:100]})

    def _show(self, found: Analytics) -> None:
        self.period = in_words(found.days[0][0], found.days[-1][0])
        self.views, self.spent, self.cpm = measures(found.total)
        self.views_by_day = [DayPoint(day.isoformat(), flow.views) for day, flow in found.days]
        self.spent_by_day = [DayPoint(day.isoformat(), flow.spent) for day, flow in found.days]
        self.by_platform = [Share(0, each.label, *measures(flow)) for each, flow in found.platforms]
        self.by_campaign = [
            Share(each.campaign_id, each.title, *measures(each.flow)) for each in found.campaigns
        ]
        if found.other_campaigns:
            words = "1 other" if found.other_campaigns == 1 else f"{found.other_campaigns:,} others"
            self.by_campaign.append(Share(0, words, *measures(found.others)))
        self.nothing = not found.campaigns
        self.changed_at = clock.now().isoformat()


def in_words(first: date, last: date) -> str:
    """The days from `first` to `last` and as many before: "Nov 17 to Nov 23, beside Nov 10 to Nov
    16 (UTC)".
    """
    before = first - (last - first) - timedelta(days=1)
    return f"{_span(first, last)}, beside {_span(before, first - timedelta(days=1))} (UTC)"


def _span(first: date, last: date) -> str:
    return f"{first:%b} {first.day} to {last:%b} {last.day}"


def measures(flow: Comparison) -> tuple[Measure, Measure, Measure]:
    """Views, spending and effective CPM, each beside what it was."""
    now, before = flow.now, flow.before
    return (
        measured(now.views, before.views),
        measured(now.spent, before.spent),
        measured(now.effective_cpm, before.effective_cpm),
    )


def measured(now: int | None, before: int | None) -> Measure:
    """A number beside what it was, with the change in words: "+12%, up", "-5%, down", "No
    change".
    """
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
