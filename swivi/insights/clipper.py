"""What a clipper sees of themselves: the dashboard, and their clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.models import User
from swivi.campaigns.models import Campaign, CampaignStatus
from swivi.clips.models import Clip, ClipSubmission, SubmissionStatus
from swivi.core.money import Cents
from swivi.insights.clips import SORTS, ClipRow, clip_row, submissions_with_clips
from swivi.insights.sorting import order_by
from swivi.payouts.models import OPEN, PayoutRequest
from swivi.platforms.models import Platform

RECENT = 10
"""How many clips the dashboard shows."""


@dataclass(frozen=True, slots=True)
class ClipperDashboard:
    """Money in cents. `active_campaigns` are the ACTIVE ones with a submission that is not rejected."""

    total_earnings: Cents
    total_views: int
    available: Cents
    reserved: Cents
    paid: Cents
    active_campaigns: int
    submissions_by_status: dict[SubmissionStatus, int]
    has_open_request: bool
    recent_clips: Sequence[ClipRow]

    @property
    def clips_submitted(self) -> int:
        """All submissions, whatever became of them."""
        return sum(self.submissions_by_status.values())

    def can_request_payout(self, minimum: Cents) -> bool:
        """Whether a request of at least `minimum` cents would be taken now."""
        return self.available >= minimum and not self.has_open_request


@dataclass(frozen=True, slots=True)
class EarnedInCampaign:
    """What a clipper's clips earned in one campaign, in cents, and the views they gained since they were submitted."""

    campaign_id: int
    title: str
    status: CampaignStatus
    clips: int
    growth: int
    earned: Cents


async def clipper_dashboard(session: AsyncSession, user_id: int) -> ClipperDashboard:
    """The dashboard of an existing user."""
    user = (await session.exec(select(User).where(User.id == user_id))).one()
    recent, _ = await clipper_clips(session, user_id, limit=RECENT)
    return ClipperDashboard(
        total_earnings=user.total_earnings,
        total_views=user.total_views,
        available=user.available,
        reserved=user.reserved,
        paid=user.paid,
        active_campaigns=await _active_campaigns(session, user_id),
        submissions_by_status=await _submissions_by_status(session, user_id),
        has_open_request=await _has_open_request(session, user_id),
        recent_clips=recent,
    )


async def clipper_clips(
    session: AsyncSession,
    user_id: int,
    *,
    status: SubmissionStatus | None = None,
    campaign_id: int | None = None,
    platform: Platform | None = None,
    sort: str = "-submittedAt",
    limit: int,
    offset: int = 0,
) -> tuple[list[ClipRow], int]:
    """One page of a clipper's submissions (to one campaign, on one platform), and how many there are.

    `sort` is a name of `clips.SORTS`, with `-` for the largest first.
    """
    wanted = [col(ClipSubmission.user_id) == user_id]
    if status is not None:
        wanted.append(col(ClipSubmission.status) == status)
    if campaign_id is not None:
        wanted.append(col(ClipSubmission.campaign_id) == campaign_id)
    if platform is not None:
        wanted.append(col(ClipSubmission.platform) == platform)
    total = (await session.exec(select(func.count()).select_from(ClipSubmission).where(*wanted))).one()
    order = order_by(sort, SORTS, col(ClipSubmission.id))
    found = await session.exec(submissions_with_clips().where(*wanted).order_by(*order).limit(limit).offset(offset))
    return [clip_row(*row) for row in found.all()], total


async def clipper_clip(session: AsyncSession, user_id: int, submission_id: int) -> ClipRow | None:
    """The submission with this id, if it is this clipper's."""
    mine = (col(ClipSubmission.user_id) == user_id, col(ClipSubmission.id) == submission_id)
    found = (await session.exec(submissions_with_clips().where(*mine))).one_or_none()
    return None if found is None else clip_row(*found)


async def _active_campaigns(session: AsyncSession, user_id: int) -> int:
    found = await session.exec(
        select(func.count(func.distinct(col(Campaign.id))))
        .join(ClipSubmission, col(ClipSubmission.campaign_id) == col(Campaign.id))
        .where(
            ClipSubmission.user_id == user_id,
            ClipSubmission.status != SubmissionStatus.REJECTED,
            Campaign.status == CampaignStatus.ACTIVE,
        )
    )
    return found.one()


async def _submissions_by_status(session: AsyncSession, user_id: int) -> dict[SubmissionStatus, int]:
    found = await session.exec(
        select(ClipSubmission.status, func.count())
        .where(ClipSubmission.user_id == user_id)
        .group_by(col(ClipSubmission.status))
    )
    counts = dict(found.all())
    return {status: counts.get(status, 0) for status in SubmissionStatus}


async def _has_open_request(session: AsyncSession, user_id: int) -> bool:
    found = await session.exec(select(PayoutRequest.id).where(PayoutRequest.user_id == user_id, OPEN).limit(1))
    return found.first() is not None


async def earned_by_campaign(session: AsyncSession, user_id: int, *, limit: int) -> list[EarnedInCampaign]:
    """The campaigns in which a clipper has clips that earned, the best first."""
    total, growth = func.sum(Clip.earnings), func.sum(Clip.peak_views - Clip.initial_views)
    query: Any = (
        select(Campaign.id, Campaign.title, Campaign.status)
        .add_columns(func.count(), growth, total)
        .join(Clip, col(Clip.campaign_id) == col(Campaign.id))
        .where(col(Clip.user_id) == user_id)
        .group_by(col(Campaign.id), col(Campaign.title), col(Campaign.status))
        .having(total > 0)
        .order_by(total.desc(), col(Campaign.id))
        .limit(limit)
    )
    found = await session.exec(query)
    return [
        EarnedInCampaign(campaign_id, title, status, clips, int(views), int(cents))
        for campaign_id, title, status, clips, views, cents in found.all()
    ]
