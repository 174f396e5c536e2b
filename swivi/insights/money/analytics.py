"""Analytics of a period of days, compared with the period before it.

Money is in cents, days are in UTC.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.platforms.models import Platform
from swivi.insights.campaigns.live import titles_of
from swivi.insights.money.flows import (
    Comparison,
    Days,
    Flow,
    by_campaign,
    by_day_and_platform,
    of_each_day,
)
from swivi.insights.shared.days import DAY


@dataclass(frozen=True, slots=True)
class CampaignShare:
    """The totals of one campaign."""

    campaign_id: int
    title: str
    flow: Comparison


@dataclass(frozen=True, slots=True)
class Analytics:
    """The totals of a period by day, platform and campaign.

    Days come oldest first, empty ones included. Campaigns come by spending, highest first; `others`
    is the sum of the `other_campaigns` that are not listed.
    """

    total: Comparison
    days: list[tuple[date, Flow]]
    platforms: list[tuple[Platform, Comparison]]
    campaigns: list[CampaignShare]
    other_campaigns: int
    others: Comparison


async def analytics(
    session: AsyncSession,
    *,
    today: date,
    days: int,
    campaign_id: int | None = None,
    platform: Platform | None = None,
    most_campaigns: int | None = None,
) -> Analytics:
    """Return the analytics of the `days` UTC days that end with `today`.

    Filter by campaign or platform. `most_campaigns` limits the campaigns that are listed.
    """
    now = Days(today - (days - 1) * DAY, today, campaign_id, platform)
    before = replace(now, first=now.first - days * DAY, last=now.first - DAY)
    cells = await by_day_and_platform(session, replace(now, first=before.first))
    platforms: defaultdict[Platform, Comparison] = defaultdict(Comparison)
    for day, on, flow in cells:
        platforms[on] += Comparison(now=flow) if day >= now.first else Comparison(before=flow)
    total = sum(platforms.values(), Comparison())
    campaigns = _compared(await by_campaign(session, now), await by_campaign(session, before))
    listed = sorted(campaigns.items(), key=lambda each: (_most_spent(each[1]), each[0]))[
        :most_campaigns
    ]
    titles = await titles_of(session, [each for each, _ in listed])
    return Analytics(
        total=total,
        days=of_each_day(cells, now),
        platforms=sorted(platforms.items(), key=lambda each: _most_spent(each[1])),
        campaigns=[CampaignShare(each, titles[each], flow) for each, flow in listed],
        other_campaigns=len(campaigns) - len(listed),
        others=total - sum((flow for _, flow in listed), Comparison()),
    )


def _compared(now: Mapping[int, Flow], before: Mapping[int, Flow]) -> dict[int, Comparison]:
    return {
        each: Comparison(now.get(each, Flow()), before.get(each, Flow()))
        for each in {*now, *before}
    }


def _most_spent(flow: Comparison) -> tuple[int, int]:
    return (-flow.now.spent, -flow.now.views)
