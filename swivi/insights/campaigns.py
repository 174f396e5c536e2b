"""Read-only: campaigns as the people who run them look at them. Money is cents, times are UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.models import User
from swivi.campaigns.models import Campaign, CampaignStatus
from swivi.clips.models import Clip, ClipState, ClipSubmission, SubmissionStatus


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in a list, with how many submissions wait for review and how many clips earn."""

    campaign: Campaign
    pending: int
    clips: int


@dataclass(frozen=True, slots=True)
class CampaignNumbers:
    """What moves on a campaign while it runs. `views_gained` is the growth of its clips since their baselines."""

    status: CampaignStatus
    budget: int
    spent: int
    pending: int
    approved: int
    rejected: int
    tracked: int
    views_gained: int
    last_tracked_at: datetime | None


@dataclass(frozen=True, slots=True)
class CampaignClip:
    """One clip of a campaign."""

    id: int
    clipper: str
    platform: str
    url: str
    state: ClipState
    initial_views: int
    views: int
    earnings: int
    flag: str | None
    last_tracked_at: datetime | None


@dataclass(frozen=True, slots=True)
class CampaignClipper:
    """What one clipper brought to a campaign."""

    user_id: int
    name: str
    clips: int
    views_gained: int
    earnings: int


_PENDING = (
    select(func.count(col(ClipSubmission.id)))
    .where(
        col(ClipSubmission.campaign_id) == col(Campaign.id),
        col(ClipSubmission.status) == SubmissionStatus.PENDING,
    )
    .correlate(Campaign)
    .scalar_subquery()
)
_CLIPS = (
    select(func.count(col(Clip.id)))
    .where(col(Clip.campaign_id) == col(Campaign.id), col(Clip.state) == ClipState.TRACKED)
    .correlate(Campaign)
    .scalar_subquery()
)

SORTS: dict[str, SQLColumnExpression[Any]] = {
    "title": func.lower(col(Campaign.title)),
    "budget": col(Campaign.budget),
    "spent": col(Campaign.spent),
    "pending": _PENDING,
    "newest": col(Campaign.id),
}
"""What the list can be sorted by."""


async def campaign_lines(
    session: AsyncSession,
    *,
    status: CampaignStatus | None,
    sort: str = "newest",
    descending: bool = True,
    limit: int,
    offset: int,
) -> list[CampaignLine]:
    """One page of campaigns, of one status or (None) of all but the archived ones. `sort` is a key of SORTS."""
    order = SORTS[sort].desc() if descending else SORTS[sort].asc()
    found = await session.exec(
        select(Campaign, _PENDING, _CLIPS)
        .where(_of(status))
        .order_by(order, col(Campaign.id).desc())
        .limit(limit)
        .offset(offset)
    )
    return [CampaignLine(campaign, pending, clips) for campaign, pending, clips in found.all()]


def _of(status: CampaignStatus | None) -> ColumnElement[bool]:
    if status is None:
        return col(Campaign.status) != CampaignStatus.ARCHIVED
    return col(Campaign.status) == status


async def campaigns_by_status(session: AsyncSession) -> dict[CampaignStatus, int]:
    """How many campaigns there are of each status, 0 included."""
    found = await session.exec(select(Campaign.status, func.count()).group_by(col(Campaign.status)))
    return dict.fromkeys(CampaignStatus, 0) | {CampaignStatus(status): number for status, number in found.all()}


async def campaign_titles(
    session: AsyncSession, *, besides: int | None = None, limit: int = 200
) -> Sequence[tuple[int, str]]:
    """Ids and titles of the newest campaigns that are not archived, for a filter's choices.

    `besides` is the choice that is made already: it comes first where it is not among them.
    """
    columns = select(Campaign.id, Campaign.title)
    found = (await session.exec(columns.where(_of(None)).order_by(col(Campaign.id).desc()).limit(limit))).all()
    if besides is None or any(number == besides for number, _ in found):
        return found
    return [*(await session.exec(columns.where(Campaign.id == besides))).all(), *found]


async def campaign_numbers(session: AsyncSession, campaign_id: int) -> CampaignNumbers | None:
    """The moving numbers of one campaign; None if there is no such campaign."""
    found = await session.exec(
        select(Campaign.status, Campaign.budget, Campaign.spent, Campaign.last_tracked_at).where(
            Campaign.id == campaign_id
        )
    )
    campaign = found.one_or_none()
    if campaign is None:
        return None
    status, budget, spent, last_tracked_at = campaign
    reviewed = await _submissions_by_status(session, campaign_id)
    tracked, gained = await _tracked_and_gained(session, campaign_id)
    return CampaignNumbers(
        status=CampaignStatus(status),
        budget=budget,
        spent=spent,
        pending=reviewed.get(SubmissionStatus.PENDING, 0),
        approved=reviewed.get(SubmissionStatus.APPROVED, 0),
        rejected=reviewed.get(SubmissionStatus.REJECTED, 0),
        tracked=tracked,
        views_gained=gained,
        last_tracked_at=last_tracked_at,
    )


async def _submissions_by_status(session: AsyncSession, campaign_id: int) -> dict[SubmissionStatus, int]:
    found = await session.exec(
        select(ClipSubmission.status, func.count())
        .where(ClipSubmission.campaign_id == campaign_id)
        .group_by(col(ClipSubmission.status))
    )
    return {SubmissionStatus(status): number for status, number in found.all()}


async def _tracked_and_gained(session: AsyncSession, campaign_id: int) -> tuple[int, int]:
    growth = func.coalesce(func.sum(col(Clip.peak_views) - col(Clip.initial_views)), 0)
    tracked = func.count().filter(col(Clip.state) == ClipState.TRACKED)
    found = await session.exec(
        select(tracked, growth).where(Clip.campaign_id == campaign_id, col(Clip.state) != ClipState.REVOKED)
    )
    counted, gained = found.one()
    return counted, int(gained)


async def campaign_clips(session: AsyncSession, campaign_id: int, *, limit: int, offset: int) -> list[CampaignClip]:
    """One page of a campaign's clips, the best earning first."""
    found = await session.exec(
        select(Clip, User.name, ClipSubmission.url)
        .join(User, col(User.id) == col(Clip.user_id))
        .join(ClipSubmission, col(ClipSubmission.id) == col(Clip.submission_id))
        .where(Clip.campaign_id == campaign_id)
        .order_by(col(Clip.earnings).desc(), col(Clip.id))
        .limit(limit)
        .offset(offset)
    )
    return [_campaign_clip(clip, clipper, url) for clip, clipper, url in found.all()]


def _campaign_clip(clip: Clip, clipper: str, url: str) -> CampaignClip:
    return CampaignClip(
        id=clip.id,
        clipper=clipper,
        platform=clip.platform,
        url=url,
        state=clip.state,
        initial_views=clip.initial_views,
        views=clip.views,
        earnings=clip.earnings,
        flag=clip.flag,
        last_tracked_at=clip.last_tracked_at,
    )


async def count_campaign_clips(session: AsyncSession, campaign_id: int) -> int:
    """How many clips a campaign has, removed and revoked ones included."""
    return (await session.exec(select(func.count(col(Clip.id))).where(Clip.campaign_id == campaign_id))).one()


async def campaign_clippers(session: AsyncSession, campaign_id: int, *, limit: int = 50) -> list[CampaignClipper]:
    """The clippers of a campaign by what they earned with it, at most `limit`."""
    earnings = func.sum(col(Clip.earnings))
    growth = func.sum(col(Clip.peak_views) - col(Clip.initial_views))
    query: Select[tuple[int, str, int, int, int]] = (
        select(User.id, User.name, func.count(col(Clip.id)), growth, earnings)  # type: ignore[call-overload]
        .join(Clip, col(Clip.user_id) == col(User.id))
        .where(Clip.campaign_id == campaign_id)
        .group_by(col(User.id), col(User.name))
        .order_by(earnings.desc(), col(User.id))
        .limit(limit)
    )
    found = await session.execute(query)
    return [
        CampaignClipper(user_id, name, clips, int(gained), int(earned))
        for user_id, name, clips, gained, earned in found.all()
    ]
