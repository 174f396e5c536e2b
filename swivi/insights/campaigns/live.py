"""Campaigns as admins see them. Money is in cents, times are in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.bulk import among
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import (
    EARNINGS_DIGITS,
    Clip,
    ClipState,
    ClipSubmission,
    SubmissionStatus,
)
from swivi.domain.clips.tallies import CLIPPERS, CLIPS, SUBMISSIONS
from swivi.insights.shared.sorting import nearer_end


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in a list, with its submissions to review and its earning clips."""

    campaign: Campaign
    pending: int
    clips: int


@dataclass(frozen=True, slots=True)
class CampaignNumbers:
    """The numbers of a campaign that change while it runs.

    `views_gained` is the growth of its clips since their baselines.
    """

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
    """The totals of one clipper in a campaign. `earnings` is in cents."""

    user_id: int
    name: str
    clips: int
    views_gained: int
    earnings: int


_PENDING = (
    select(func.coalesce(func.sum(SUBMISSIONS.c.submissions), 0))
    .where(
        SUBMISSIONS.c.campaign_id == col(Campaign.id),
        SUBMISSIONS.c.status == SubmissionStatus.PENDING.value,
    )
    .correlate(Campaign)
    .scalar_subquery()
)
_CLIPS = (
    select(func.coalesce(func.sum(CLIPS.c.clips), 0))
    .where(CLIPS.c.campaign_id == col(Campaign.id), CLIPS.c.state == ClipState.TRACKED.value)
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
"""The columns that the list can be sorted by."""


async def campaign_lines(
    session: AsyncSession,
    *,
    status: CampaignStatus | None,
    sort: str = "newest",
    descending: bool = True,
    limit: int,
    offset: int,
) -> list[CampaignLine]:
    """Return one page of campaigns with this status; None is all but the archived ones.

    `sort` is a key of SORTS.
    """
    order = (SORTS[sort].desc() if descending else SORTS[sort].asc(), col(Campaign.id).desc())
    page = select(Campaign.id).where(_of(status)).order_by(*order).limit(limit).offset(offset)
    found = await session.exec(
        select(Campaign, _PENDING, _CLIPS).where(col(Campaign.id).in_(page)).order_by(*order)
    )
    return [
        CampaignLine(campaign, int(pending), int(clips)) for campaign, pending, clips in found.all()
    ]


def _of(status: CampaignStatus | None) -> ColumnElement[bool]:
    if status is None:
        return col(Campaign.status) != CampaignStatus.ARCHIVED
    return col(Campaign.status) == status


async def campaigns_by_status(session: AsyncSession) -> dict[CampaignStatus, int]:
    """Return the number of campaigns of each status, 0 included."""
    found = await session.exec(select(Campaign.status, func.count()).group_by(col(Campaign.status)))
    return dict.fromkeys(CampaignStatus, 0) | {
        CampaignStatus(status): number for status, number in found.all()
    }


async def campaign_titles(
    session: AsyncSession, *, besides: int | None = None, limit: int = 200
) -> Sequence[tuple[int, str]]:
    """Return ids and titles of the newest campaigns that are not archived, for a filter.

    `besides` is the current choice. If it is not among them, it comes first.
    """
    columns = select(Campaign.id, Campaign.title)
    found = (
        await session.exec(columns.where(_of(None)).order_by(col(Campaign.id).desc()).limit(limit))
    ).all()
    if besides is None or any(number == besides for number, _ in found):
        return found
    return [*(await session.exec(columns.where(Campaign.id == besides))).all(), *found]


async def titles_of(session: AsyncSession, ids: Sequence[int]) -> dict[int, str]:
    """Return the titles of these campaigns, by id."""
    found = await session.exec(
        select(Campaign.id, Campaign.title).where(among(session, Campaign.id, ids))
    )
    return dict(found.all())


async def campaign_numbers(session: AsyncSession, campaign_id: int) -> CampaignNumbers | None:
    """Return the changing numbers of one campaign; None if there is no such campaign."""
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


async def _submissions_by_status(
    session: AsyncSession, campaign_id: int
) -> dict[SubmissionStatus, int]:
    found = await session.execute(
        select(SUBMISSIONS.c.status, func.sum(SUBMISSIONS.c.submissions))
        .where(SUBMISSIONS.c.campaign_id == campaign_id)
        .group_by(SUBMISSIONS.c.status)
    )
    return {SubmissionStatus(status): int(number) for status, number in found.all()}


async def _tracked_and_gained(session: AsyncSession, campaign_id: int) -> tuple[int, int]:
    found = await session.execute(
        select(CLIPS.c.state, CLIPS.c.clips, CLIPS.c.growth).where(
            CLIPS.c.campaign_id == campaign_id, CLIPS.c.state != ClipState.REVOKED.value
        )
    )
    rows = found.all()
    tracked = sum(clips for state, clips, _ in rows if state == ClipState.TRACKED)
    return tracked, sum(growth for *_, growth in rows)


async def campaign_clips(
    session: AsyncSession, campaign_id: int, *, limit: int, offset: int
) -> tuple[list[CampaignClip], int]:
    """Return one page of a campaign's clips of every state, and the total. Highest earnings come
    first.
    """
    total = await _count_clips(session, campaign_id)
    stretch = nearer_end(limit, offset, total)
    best_first = (EARNINGS_DIGITS.desc(), col(Clip.earnings).desc(), col(Clip.id).asc())
    worst_first = (EARNINGS_DIGITS.asc(), col(Clip.earnings).asc(), col(Clip.id).desc())
    order = worst_first if stretch.backwards else best_first
    page = (
        select(Clip.id)
        .where(Clip.campaign_id == campaign_id)
        .order_by(*order)
        .limit(stretch.limit)
        .offset(stretch.offset)
    )
    found = await session.exec(
        select(Clip, User.name, ClipSubmission.url)
        .join(User, col(User.id) == col(Clip.user_id))
        .join(ClipSubmission, col(ClipSubmission.id) == col(Clip.submission_id))
        .where(col(Clip.id).in_(page))
        .order_by(*best_first)
    )
    return [_campaign_clip(clip, clipper, url) for clip, clipper, url in found.all()], total


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


async def _count_clips(session: AsyncSession, campaign_id: int) -> int:
    clips = await session.scalars(
        select(func.sum(CLIPS.c.clips)).where(CLIPS.c.campaign_id == campaign_id)
    )
    return int(clips.one() or 0)


async def campaign_clippers(
    session: AsyncSession, campaign_id: int, *, limit: int = 50
) -> list[CampaignClipper]:
    """Return at most `limit` clippers of a campaign, highest earnings first."""
    found = await session.execute(
        select(CLIPPERS.c.user_id, col(User.name).label("name"))
        .add_columns(
            CLIPPERS.c.clips,
            CLIPPERS.c.growth.label("views_gained"),
            CLIPPERS.c.earned.label("earnings"),
        )
        .join(User, col(User.id) == CLIPPERS.c.user_id)
        .where(CLIPPERS.c.campaign_id == campaign_id)
        .order_by(CLIPPERS.c.earned.desc(), CLIPPERS.c.user_id)
        .limit(limit)
    )
    return [CampaignClipper(**row) for row in found.mappings()]
