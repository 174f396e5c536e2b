"""The state of the analytics page: the chosen days, compared with as many before them."""

from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.domain.platforms.models import Platform
from swivi.insights.campaigns.live import campaign_titles
from swivi.insights.money.analytics import Analytics, analytics
from swivi.pages.admin.analytics.rows import DayPoint, Measure, ShareRow, in_words, measures
from swivi.pages.engine.gate import signed_in
from swivi.pages.engine.listing import asked_number, asked_option, readdressed
from swivi.pages.engine.live import AdminLive

PERIODS = (7, 30, 90)
USUAL_PERIOD = 30
"""Days shown if the address names none."""
MOST_CAMPAIGNS = 50
"""Campaigns with a row of their own; one row sums up the others."""


class AnalyticsState(AdminLive, rx.State):
    """Totals, days, platforms and campaigns. Views and cents; days are UTC.

    The filters live in the address. `kept` is the address's query without the days.
    """

    _content: ClassVar[str] = "The analytics"
    days: str = str(USUAL_PERIOD)
    platform: str = ""
    campaign: str = ""
    period: str = ""
    """The days in words, and the days before that they are compared with."""
    kept: str = ""
    campaigns: list[tuple[str, str]] = []
    views: Measure = Measure()
    spent: Measure = Measure()
    cpm: Measure = Measure()
    views_by_day: list[DayPoint] = []
    spent_by_day: list[DayPoint] = []
    by_platform: list[ShareRow] = []
    by_campaign: list[ShareRow] = []
    nothing: bool = False
    """Whether neither these days nor those before brought anything."""

    async def _arrive(self) -> None:
        days = asked_number(self, "days")
        self.days = str(days if days in PERIODS else USUAL_PERIOD)
        self.platform = asked_option(self, "platform", Platform) or ""
        self.campaign = str(asked_number(self, "campaign") or "")
        filters = {"platform": self.platform, "campaign": self.campaign}
        self.kept = "".join(f"&{name}={value}" for name, value in filters.items() if value)
        self.loading = True

    async def _refresh_live(self, session: AsyncSession) -> None:
        campaign_id = int(self.campaign) if self.campaign else None
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
                platform=Platform(self.platform) if self.platform else None,
                most_campaigns=MOST_CAMPAIGNS,
            )
        )

    @signed_in
    async def filter_by(self, name: object, value: object) -> EventSpec:
        """Set one filter of the address; "" removes it."""
        return readdressed(self, **{str(name)[:40]: str(value)[:100]})

    def _show(self, found: Analytics) -> None:
        self.period = in_words(found.days[0][0], found.days[-1][0])
        self.views, self.spent, self.cpm = measures(found.total)
        self.views_by_day = [DayPoint(day.isoformat(), flow.views) for day, flow in found.days]
        self.spent_by_day = [DayPoint(day.isoformat(), flow.spent) for day, flow in found.days]
        self.by_platform = [
            ShareRow(0, each.label, *measures(flow)) for each, flow in found.platforms
        ]
        self.by_campaign = [
            ShareRow(each.campaign_id, each.title, *measures(each.flow)) for each in found.campaigns
        ]
        if found.other_campaigns:
            words = "1 other" if found.other_campaigns == 1 else f"{found.other_campaigns:,} others"
            self.by_campaign.append(ShareRow(0, words, *measures(found.others)))
        self.nothing = not found.campaigns
        self._mark_changed()
