"""The public catalogue: open campaigns, and what clippers have earned so far."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, case, cast, func, type_coerce
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import GROWTH_DIGITS, Clip, ClipState, ClipSubmission
from swivi.domain.clips.service import may_see
from swivi.domain.clips.tallies import CLIPS
from swivi.domain.platforms.models import Platform


class CatalogueOrder(StrEnum):
    """The orders of open campaigns."""

    NEWEST = "newest"
    RATE = "rate"
    """Highest rate first: on the chosen platform, or the campaign's best one."""
    LEFT = "left"
    """Largest remaining budget first."""
    ENDING = "ending"
    """Earliest end first, then campaigns without an end."""


@dataclass(frozen=True, slots=True)
class TopClip:
    """A clip that everybody may see. `growth` counts views since its submission."""

    platform: Platform
    author: str
    url: str
    growth: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals over all time: cents earned by clippers, views counted."""

    earned: Cents
    views: int


async def open_campaigns(
    session: AsyncSession,
    *,
    platform: Platform | None = None,
    order: CatalogueOrder = CatalogueOrder.NEWEST,
    backwards: bool = False,
    limit: int,
    offset: int = 0,
) -> tuple[Sequence[Campaign], int]:
    """Return one page of the campaigns that take submissions (on `platform`), and the total.

    `backwards` reverses the order, but campaigns without an end stay last.
    """
    taking = _taking_clips(platform)
    total = (await session.exec(select(func.count()).select_from(Campaign).where(*taking))).one()
    column, newest_first = _column(order, platform), col(Campaign.id).desc()
    ascending = backwards is not (order is CatalogueOrder.ENDING)
    first = (column.asc() if ascending else column.desc()).nulls_last()
    found = await session.exec(
        select(Campaign).where(*taking).order_by(first, newest_first).limit(limit).offset(offset)
    )
    return found.all(), total


def _column(order: CatalogueOrder, platform: Platform | None) -> Any:
    match order:
        case CatalogueOrder.NEWEST:
            return col(Campaign.id)
        case CatalogueOrder.RATE:
            return _best_rate(platform)
        case CatalogueOrder.LEFT:
            return col(Campaign.budget) - col(Campaign.spent)
        case CatalogueOrder.ENDING:
            return col(Campaign.ends_at)


def _best_rate(platform: Platform | None) -> ColumnElement[int]:
    """Return the cents per 1,000 views on the platform, or on the one that pays best."""
    rates = [_rate_on(each) for each in ([platform] if platform else Platform)]
    best = rates[0]
    for other in rates[
        1:
    ]:  # The two databases have no common function for the greatest of several values.
        best = case((other > best, other), else_=best)
    return best


def _rate_on(platform: Platform) -> ColumnElement[int]:
    own_rate = type_coerce(col(Campaign.platform_rates), JSON)[platform.value].as_integer()
    return case((_is_on(platform), func.coalesce(own_rate, col(Campaign.payout_rate))), else_=0)


def _is_on(platform: Platform) -> ColumnElement[bool]:
    # The column is a JSON list of names. Searching its text for the quoted name works on both
    # databases.
    return cast(col(Campaign.platforms), String).contains(f'"{platform.value}"')


LISTED = (col(Campaign.hidden).is_(False), col(Campaign.is_test).is_(False))
"""The conditions of a public campaign: neither hidden nor a test."""


def _taking_clips(platform: Platform | None) -> list[ColumnElement[bool]]:
    taking: list[ColumnElement[bool]] = [
        col(Campaign.status) == CampaignStatus.ACTIVE,
        col(Campaign.spent) < col(Campaign.budget),
        col(Campaign.end_waits_since).is_(None),
        *LISTED,
    ]
    if platform is not None:
        taking.append(_is_on(platform))
    return taking


async def public_campaign(
    session: AsyncSession, campaign_id: int, viewer_id: int | None = None
) -> Campaign | None:
    """Return the campaign if this viewer may see it. `viewer_id` is None for a guest."""
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None or not await may_see(session, campaign, viewer_id):
        return None
    return campaign


async def top_clips(session: AsyncSession, campaign_id: int, *, limit: int) -> list[TopClip]:
    """Return the campaign's clips with the largest growth of views, for everybody to see."""
    growth = col(Clip.peak_views) - col(Clip.initial_views)
    best_first = (GROWTH_DIGITS.desc(), growth.desc(), col(Clip.id))
    best = (
        select(Clip.id)
        .where(Clip.campaign_id == campaign_id, Clip.state == ClipState.TRACKED, growth > 0)
        .order_by(*best_first)
        .limit(limit)
    )
    found = await session.exec(
        select(ClipSubmission.platform, ClipSubmission.author, ClipSubmission.url, growth)
        .join(Clip, col(Clip.submission_id) == col(ClipSubmission.id))
        .where(col(Clip.id).in_(best))
        .order_by(*best_first)
    )
    return [
        TopClip(Platform(platform), author or "", url, views)
        for platform, author, url, views in found.all()
    ]


async def spent_of(session: AsyncSession, campaign_ids: Iterable[int]) -> dict[int, Cents]:
    """Return the cents spent by campaign id, for those of these campaigns that are public."""
    found = await session.exec(
        select(Campaign.id, Campaign.spent)
        .where(col(Campaign.id).in_(list(campaign_ids)), *LISTED)
        .order_by(col(Campaign.id))
    )
    return dict(found.all())


async def totals(session: AsyncSession) -> Totals:
    """Return the totals on the landing page."""
    real = col(Campaign.is_test).is_(False)
    earned = (
        await session.exec(select(func.coalesce(func.sum(Campaign.spent), 0)).where(real))
    ).one()
    counted = (
        select(func.coalesce(func.sum(CLIPS.c.views), 0))
        .join(Campaign, col(Campaign.id) == CLIPS.c.campaign_id)
        .where(CLIPS.c.state != ClipState.REVOKED.value, real)
    )
    views = (await session.scalars(counted)).one()
    return Totals(int(earned), int(views))
