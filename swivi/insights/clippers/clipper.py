"""A clipper's own dashboard and clips."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import ClipSubmission, SubmissionStatus
from swivi.domain.clips.tallies import CLIPPERS
from swivi.domain.payouts.models import OPEN, PayoutRequest
from swivi.domain.payouts.terms import PayoutTerms
from swivi.domain.platforms.models import Platform
from swivi.insights.clippers.live import active_campaigns_of
from swivi.insights.submissions.rows import (
    ClipRow,
    clip_row,
    count_of,
    page_of,
    sharing,
    submissions_with_clips,
)

RECENT = 10
"""Clips on the dashboard."""


@dataclass(frozen=True, slots=True)
class ClipperDashboard:
    """A clipper's dashboard. Money is in cents.

    `active_campaigns` counts ACTIVE campaigns with a submission that is not rejected.
    """

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
        """The number of all submissions, whatever their status."""
        return sum(self.submissions_by_status.values())

    def can_request_payout(self, terms: PayoutTerms) -> bool:
        """Return whether the balance allows a payout request now."""
        return not terms.why_not(self.available, has_open_request=self.has_open_request)


@dataclass(frozen=True, slots=True)
class EarnedInCampaign:
    """The totals of a clipper's clips in one campaign: cents earned, and views gained since
    submission.
    """

    campaign_id: int
    title: str
    status: CampaignStatus
    clips: int
    growth: int
    earned: Cents


async def clipper_dashboard(session: AsyncSession, user_id: int) -> ClipperDashboard:
    """Return the dashboard of an existing user."""
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
    """Return one page of a clipper's submissions, and the total.

    Filters are the status, the campaign and the platform. `sort` is as for `rows.page_of`.
    """
    wanted = sharing(user_id=user_id, campaign_id=campaign_id, platform=platform)
    total = await count_of(session, wanted, status)
    page = page_of(submissions_with_clips(), wanted, status, sort=sort, limit=limit, offset=offset)
    return [clip_row(*row) for row in (await session.exec(page)).all()], total


async def clipper_clip(session: AsyncSession, user_id: int, submission_id: int) -> ClipRow | None:
    """Return the submission with this id if it is this clipper's."""
    mine = (col(ClipSubmission.user_id) == user_id, col(ClipSubmission.id) == submission_id)
    found = (await session.exec(submissions_with_clips().where(*mine))).one_or_none()
    return None if found is None else clip_row(*found)


async def _active_campaigns(session: AsyncSession, user_id: int) -> int:
    active: int = (await session.exec(active_campaigns_of(user_id))).one()
    return active


async def _submissions_by_status(
    session: AsyncSession, user_id: int
) -> dict[SubmissionStatus, int]:
    found = await session.exec(
        select(ClipSubmission.status, func.count())
        .where(ClipSubmission.user_id == user_id)
        .group_by(col(ClipSubmission.status))
    )
    counts = dict(found.all())
    return {status: counts.get(status, 0) for status in SubmissionStatus}


async def _has_open_request(session: AsyncSession, user_id: int) -> bool:
    found = await session.exec(
        select(PayoutRequest.id).where(PayoutRequest.user_id == user_id, OPEN).limit(1)
    )
    return found.first() is not None


async def earned_by_campaign(
    session: AsyncSession, user_id: int, *, limit: int
) -> list[EarnedInCampaign]:
    """Return the campaigns in which a clipper's clips earned, highest earnings first."""
    found = await session.execute(
        select(
            CLIPPERS.c.campaign_id,
            col(Campaign.title).label("title"),
            col(Campaign.status).label("status"),
        )
        .add_columns(CLIPPERS.c.clips, CLIPPERS.c.growth, CLIPPERS.c.earned)
        .join(Campaign, col(Campaign.id) == CLIPPERS.c.campaign_id)
        .where(CLIPPERS.c.user_id == user_id, CLIPPERS.c.earned > 0)
        .order_by(CLIPPERS.c.earned.desc(), CLIPPERS.c.campaign_id)
        .limit(limit)
    )
    return [EarnedInCampaign(**row) for row in found.mappings()]
