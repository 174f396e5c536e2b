"""How a number of days went, beside the days before them, for admins' programs."""

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
"""There is nothing before, and the calendar ends somewhere."""
DAYS = f"How many UTC days up to and with `until`; {USUAL_PERIOD}, if nothing else is said."

PeriodLength = Annotated[int, Field(ge=1, le=LONGEST_PERIOD), WHOLE]

router = APIRouter(prefix="/admin/analytics", tags=["admin"], dependencies=[Depends(admin)])


class PeriodTotals(View):
    """Views that came, what they cost, and that per 1,000 views: null without views."""

    views: int
    spent: Dollars
    effective_cpm: DollarsOrNone


class DayTotals(PeriodTotals):
    """What one UTC day brought."""

    day: date


class TotalsComparison(View):
    """The days that were asked for, and as many days before them."""

    now: PeriodTotals
    before: PeriodTotals


class PlatformTotals(TotalsComparison):
    """What one platform brought."""

    platform: Platform


class CampaignTotals(TotalsComparison):
    """What one campaign brought."""

    id: Id
    title: str


class AnalyticsReport(View):
    """Days oldest first, empty ones included; platforms and campaigns most spent first.

    Money is dollars.
    """

    days: int
    total: TotalsComparison
    series: list[DayTotals]
    platforms: list[PlatformTotals]
    campaigns: list[CampaignTotals]

    @classmethod
    def of(cls, days: int, found: Analytics) -> Self:
        """All of it."""
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
    since: Annotated[
        Day | None, Query(description="The first UTC day, in place of `days`.")
    ] = None,
    until: Annotated[
        Day | None, Query(description="The last UTC day; today, if there is none.")
    ] = None,
    campaign_id: CampaignFilter = None,
    platform: Annotated[Platform | None, Query()] = None,
) -> AnalyticsReport:
    """Views, spending and effective CPM day by day, beside as many days before: of everything, or
    of what is named.
    """
    last = until or clock.now().date()
    length = _length(days, since, last)
    async with runtime().database.reading() as session:
        found = await analytics(
            session, today=last, days=length, campaign_id=campaign_id, platform=platform
        )
    return AnalyticsReport.of(length, found)


def _length(days: int | None, since: date | None, last: date) -> int:
    """How many days are asked for. Raises InvalidInput."""
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
