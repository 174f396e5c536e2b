"""How a number of days went, beside the days before them, for admins' programs."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query

from swivi.api.access import admin
from swivi.api.schemas import Dollars, DollarsOrNone, Id, RowId, View
from swivi.core import clock
from swivi.insights.analytics import Analytics, analytics
from swivi.platforms.models import Platform
from swivi.runtime import runtime

LONGEST_PERIOD = 366
"""Days."""

router = APIRouter(prefix="/admin/analytics", tags=["admin"], dependencies=[Depends(admin)])


class FlowView(View):
    """Views that came, what they cost, and that per 1,000 views: null without views."""

    views: int
    spent: Dollars
    effective_cpm: DollarsOrNone


class DayView(FlowView):
    """What one UTC day brought."""

    day: date


class ComparedView(View):
    """The days that were asked for, and as many days before them."""

    now: FlowView
    before: FlowView


class PlatformView(ComparedView):
    """What one platform brought."""

    platform: Platform


class CampaignView(ComparedView):
    """What one campaign brought."""

    id: Id
    title: str


class AnalyticsView(View):
    """Days oldest first, empty ones included; platforms and campaigns most spent first. Money is dollars."""

    days: int
    total: ComparedView
    series: list[DayView]
    platforms: list[PlatformView]
    campaigns: list[CampaignView]

    @classmethod
    def of(cls, days: int, found: Analytics) -> Self:
        """All of it."""
        return cls(
            days=days,
            total=ComparedView.model_validate(found.total),
            series=[
                DayView(day=day, views=flow.views, spent=flow.spent, effective_cpm=flow.effective_cpm)
                for day, flow in found.days
            ],
            platforms=[PlatformView(platform=each, now=flow.now, before=flow.before) for each, flow in found.platforms],
            campaigns=[
                CampaignView(id=each.campaign_id, title=each.title, now=each.flow.now, before=each.flow.before)
                for each in found.campaigns
            ],
        )


@router.get("")
async def how_it_went(
    days: Annotated[int, Query(ge=1, le=LONGEST_PERIOD)] = 30,
    campaign_id: Annotated[RowId | None, Query(alias="campaignId")] = None,
    platform: Annotated[Platform | None, Query()] = None,
) -> AnalyticsView:
    """The UTC days up to and with today: views, spending and effective CPM, of everything, or of what is named."""
    async with runtime().database.reading() as session:
        found = await analytics(
            session, today=clock.now().date(), days=days, campaign_id=campaign_id, platform=platform
        )
    return AnalyticsView.of(days, found)
