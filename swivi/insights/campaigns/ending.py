"""Running campaigns that somebody may want to top up or extend."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.money import Cents
from swivi.domain.campaigns.models import Campaign, CampaignStatus

NEARLY_USED_UP = 90
"""Percent of the budget."""

SOON = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class EndingCampaign:
    """A campaign and its progress. Money is in cents; `ends_at` is in UTC, if it ends soon."""

    campaign_id: int
    title: str
    spent: Cents
    budget: Cents
    ends_at: datetime | None


async def ending_campaigns(session: AsyncSession, *, limit: int = 10) -> list[EndingCampaign]:
    """Return ACTIVE and PAUSED campaigns that end within two days or have spent 90 % of their
    budget.

    The smallest remaining budget comes first.
    """
    soon = clock.now() + SOON
    found = await session.exec(
        select(Campaign)
        .where(
            col(Campaign.status).in_([CampaignStatus.ACTIVE, CampaignStatus.PAUSED]),
            or_(
                col(Campaign.spent) * 100 >= col(Campaign.budget) * NEARLY_USED_UP,
                col(Campaign.ends_at) <= soon,
            ),
        )
        .order_by(col(Campaign.budget) - col(Campaign.spent), col(Campaign.id))
        .limit(limit)
    )
    return [_ending(campaign, soon) for campaign in found.all()]


def _ending(campaign: Campaign, soon: datetime) -> EndingCampaign:
    ends_at = (
        campaign.ends_at if campaign.ends_at is not None and campaign.ends_at <= soon else None
    )
    return EndingCampaign(campaign.id, campaign.title, campaign.spent, campaign.budget, ends_at)
