"""Read-only: how a number of days went, beside the days before them. Money is cents, days are UTC."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.campaigns.models import Campaign
from swivi.insights.days import DAY
from swivi.insights.flows import Cell, Days, Flow, by_day, flows, total
from swivi.platforms.models import Platform

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Compared:
    """The days that were asked for, and as many days before them."""

    now: Flow
    before: Flow


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
    both = Days(first - days * DAY, today)
    cells = await flows(session, both, campaign_id=campaign_id, platform=platform)
    by_platform = _compared(cells, first, lambda cell: cell.platform)
    by_campaign = _compared(cells, first, lambda cell: cell.campaign_id)
    titles = await _titles(session, by_campaign)
    shares = [CampaignShare(key, titles[key], flow) for key, flow in by_campaign.items()]
    return Analytics(
        total=_compare(cells, first),
        days=by_day(cells, Days(first, today)),
        platforms=sorted(by_platform.items(), key=lambda each: _most_spent(each[1])),
        campaigns=sorted(shares, key=lambda share: _most_spent(share.flow)),
    )


def _compared(cells: Iterable[Cell], first: date, key_of: Callable[[Cell], Key]) -> dict[Key, Compared]:
    groups: defaultdict[Key, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[key_of(cell)].append(cell)
    return {key: _compare(group, first) for key, group in groups.items()}


def _compare(cells: Collection[Cell], first: date) -> Compared:
    return Compared(
        now=total(cell.flow for cell in cells if cell.day >= first),
        before=total(cell.flow for cell in cells if cell.day < first),
    )


def _most_spent(flow: Compared) -> tuple[int, int]:
    return (-flow.now.spent, -flow.now.views)


async def _titles(session: AsyncSession, campaign_ids: Collection[int]) -> dict[int, str]:
    found = await session.exec(select(Campaign.id, Campaign.title).where(col(Campaign.id).in_(campaign_ids)))
    return dict(found.all())
