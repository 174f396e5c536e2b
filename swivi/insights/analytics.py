"""Read-only: how a number of days went, beside the days before them. Money is cents, days are UTC."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.days import DAY
from swivi.insights.flows import Compared, Days, Flow, by_campaign, by_day_and_platform, of_each_day, wanted
from swivi.platforms.models import Platform


@dataclass(frozen=True, slots=True)
class CampaignShare:
    """What one campaign brought."""

    campaign_id: int
    title: str
    flow: Compared


@dataclass(frozen=True, slots=True)
class Analytics:
    """All of it, day by day (oldest first, empty days included), by platform and by campaign (most spent first).

    `others` is what the `other_campaigns` brought that are not listed one by one.
    """

    total: Compared
    days: list[tuple[date, Flow]]
    platforms: list[tuple[Platform, Compared]]
    campaigns: list[CampaignShare]
    other_campaigns: int
    others: Compared


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
    first = today - (days - 1) * DAY
    both, narrowed = Days(first - days * DAY, today), wanted(campaign_id, platform)
    cells = await by_day_and_platform(session, both, narrowed)
    platforms: defaultdict[Platform, Compared] = defaultdict(Compared)
    for day, on, flow in cells:
        platforms[on] += Compared(now=flow) if day >= first else Compared(before=flow)
    flows, brought = await by_campaign(session, both, first, narrowed, most=most_campaigns)
    total = sum(platforms.values(), Compared())
    return Analytics(
        total=total,
        days=of_each_day([(day, flow) for day, _, flow in cells], Days(first, today)),
        platforms=sorted(platforms.items(), key=lambda each: _most_spent(each[1])),
        campaigns=[CampaignShare(*flow) for flow in flows],
        other_campaigns=brought - len(flows),
        others=total - sum((flow for _, _, flow in flows), Compared()),
    )


def _most_spent(flow: Compared) -> tuple[int, int]:
    return (-flow.now.spent, -flow.now.views)
