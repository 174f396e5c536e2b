"""Read-only: how a number of days went, beside the days before them.

Money is cents, days are UTC.
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
    """What one campaign brought."""

    campaign_id: int
    title: str
    flow: Comparison


@dataclass(frozen=True, slots=True)
class Analytics:
    """All of it, day by day (oldest first, empty days included), by platform and by campaign (most
    spent first).

    `others` is what the `other_campaigns` brought that are not listed one by one.
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
    """The `days` UTC days up to and with `today`, of one campaign, one platform, or all.

    `most_campaigns` are listed one by one, or all of them.
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
