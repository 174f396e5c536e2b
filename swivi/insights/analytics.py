"""Read-only: how a number of days went, beside the days before them. Money is cents, days are UTC."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.campaigns.models import Campaign
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
    """All of it, day by day (oldest first, empty days included), by platform and by campaign (most spent first)."""

    total: Compared
    days: list[tuple[date, Flow]]
    platforms: list[tuple[Platform, Compared]]
    campaigns: list[CampaignShare]


async def analytics(
    session: AsyncSession,
    *,
    today: date,
    days: int,
    campaign_id: int | None = None,
    platform: Platform | None = None,
) -> Analytics:
    """The `days` UTC days up to and with `today`, of one campaign, one platform, or all."""
    first = today - (days - 1) * DAY
    both, narrowed = Days(first - days * DAY, today), wanted(campaign_id, platform)
    cells = await by_day_and_platform(session, both, narrowed)
    platforms: defaultdict[Platform, Compared] = defaultdict(Compared)
    for day, on, flow in cells:
        platforms[on] += Compared(now=flow) if day >= first else Compared(before=flow)
    return Analytics(
        total=sum(platforms.values(), Compared()),
        days=of_each_day([(day, flow) for day, _, flow in cells], Days(first, today)),
        platforms=sorted(platforms.items(), key=lambda each: _most_spent(each[1])),
        campaigns=await _shares(session, await by_campaign(session, both, first, narrowed)),
    )


async def _shares(session: AsyncSession, flows: Mapping[int, Compared]) -> list[CampaignShare]:
    found = await session.exec(select(Campaign.id, Campaign.title).where(col(Campaign.id).in_(flows)))
    shares = [CampaignShare(campaign_id, title, flows[campaign_id]) for campaign_id, title in found.all()]
    return sorted(shares, key=lambda share: _most_spent(share.flow))


def _most_spent(flow: Compared) -> tuple[int, int]:
    return (-flow.now.spent, -flow.now.views)
