"""Analytics for admins: a period of days, compared with the period before it."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from swivi.api.http.access import admin
from swivi.api.http.parameters import WHOLE, CampaignFilter, Day
from swivi.api.http.schemas import Dollars, DollarsOrNone, Id, View
from swivi.core import clock
from swivi.core.errors import InvalidInput
from swivi.domain.platforms.models import Platform
from swivi.insights.money.analytics import Analytics, analytics
from swivi.runtime.runtime import runtime

LONGEST_PERIOD = 366
USUAL_PERIOD = 30
"""Days."""
EARLIEST = date(2000, 1, 1)
"""Swivi has no earlier data, and the calendar has a first day."""
DAYS = f"The number of UTC days that end with `until`; {USUAL_PERIOD} by default."

PeriodLength = Annotated[int, Field(ge=1, le=LONGEST_PERIOD), WHOLE]

router = APIRouter(prefix="/admin/analytics", tags=["admin"], dependencies=[Depends(admin)])


class PeriodTotals(View):
    """Views gained, what they cost, and the cost per 1,000 views (null without views)."""

    views: int
    spent: Dollars
    effective_cpm: DollarsOrNone


class DayTotals(PeriodTotals):
    """The totals of one UTC day."""

    day: date


class TotalsComparison(View):
    """The totals of the requested days, and of as many days before them."""

    now: PeriodTotals
    before: PeriodTotals


class PlatformTotals(TotalsComparison):
    """The totals of one platform."""

    platform: Platform


class CampaignTotals(TotalsComparison):
    """The totals of one campaign."""

    id: Id
    title: str


class AnalyticsReport(View):
    """Analytics of a period.

    Days come oldest first, empty ones included. Platforms and campaigns come by spending, highest
    first. Money is in dollars.
    """

    days: int
    total: TotalsComparison
    series: list[DayTotals]
    platforms: list[PlatformTotals]
    campaigns: list[CampaignTotals]

    @classmethod
    def of(cls, days: int, found: Analytics) -> Self:
        """Return the view of one period's analytics."""
        return cls(
            days=days,
            total=TotalsComparison.model_validate(found.total),
            series=[
                DayTotals(
                    day=day, views=flow.views, spent=flow.spent, effective_cpm=flow.effective_cpm
                )
                for day, flow in found.days
            ],
            platforms=[
                PlatformTotals(platform=each, now=flow.now, before=flow.before)
                for each, flow in found.platforms
            ],
            campaigns=[
                CampaignTotals(
                    id=each.campaign_id,
                    title=each.title,
                    now=each.flow.now,
                    before=each.flow.before,
                )
                for each in found.campaigns
            ],
        )


@router.get("")
async def get_analytics(
    days: Annotated[PeriodLength | None, Query(description=DAYS)] = None,
    since: Annotated[Day | None, Query(description="The first UTC day, instead of `days`.")] = None,
    until: Annotated[Day | None, Query(description="The last UTC day; today by default.")] = None,
    campaign_id: CampaignFilter = None,
    platform: Annotated[Platform | None, Query()] = None,
) -> AnalyticsReport:
    """Return views, spending and effective CPM by day, compared with as many days before.

    Filter by campaign or platform, or leave both out for all of them.
    """
    last = until or clock.now().date()
    length = _length(days, since, last)
    async with runtime().database.reading() as session:
        found = await analytics(
            session, today=last, days=length, campaign_id=campaign_id, platform=platform
        )
    return AnalyticsReport.of(length, found)


def _length(days: int | None, since: date | None, last: date) -> int:
    """Return the length of the period in days. Raise InvalidInput."""
    if last < EARLIEST:
        raise InvalidInput.of("until", f"Name a day from {EARLIEST} on.")
    if since is None:
        return days or USUAL_PERIOD
    if days is not None:
        raise InvalidInput.of("days", "Name `days` or `since`, not both.")
    length = (last - since).days + 1
    if not 1 <= length <= LONGEST_PERIOD:
        raise InvalidInput.of("since", f"Name 1 to {LONGEST_PERIOD} days.")
    return length
