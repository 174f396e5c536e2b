"""The numbers on a clipper's dashboard that move, in one statement: they are read for every open dashboard at once."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.models import User
from swivi.campaigns.models import Campaign, CampaignStatus
from swivi.clips.models import ClipSubmission, SubmissionStatus
from swivi.clips.tallies import CLIPPERS
from swivi.core.money import Cents
from swivi.payouts.models import OPEN, PayoutRequest


@dataclass(frozen=True, slots=True)
class ClipperNow:
    """Money in cents. `active_campaigns` are the ACTIVE ones with a submission that is not rejected."""

    earned: Cents
    paid: Cents
    reserved: Cents
    views: int
    pending: int
    approved: int
    rejected: int
    active_campaigns: int
    open_requests: int

    @property
    def available(self) -> Cents:
        """What may be withdrawn."""
        return self.earned - self.paid - self.reserved


_MINE = col(ClipSubmission.user_id) == col(User.id)


def active_campaigns_of(user_id: Any) -> Any:
    """The query of how many ACTIVE campaigns have a submission of this user that is not rejected."""
    # Where one was approved there is a clip, and those are added up by campaign: a clipper may have thousands.
    with_clips = select(CLIPPERS.c.campaign_id).where(CLIPPERS.c.user_id == user_id)
    waiting = select(ClipSubmission.campaign_id).where(
        col(ClipSubmission.user_id) == user_id, col(ClipSubmission.status) == SubmissionStatus.PENDING
    )
    return select(func.count(col(Campaign.id))).where(
        col(Campaign.status) == CampaignStatus.ACTIVE,
        or_(col(Campaign.id).in_(with_clips), col(Campaign.id).in_(waiting)),
    )


_OPEN_REQUESTS = (
    select(func.count(col(PayoutRequest.id)))
    .where(col(PayoutRequest.user_id) == col(User.id), OPEN)
    .correlate(User)
    .scalar_subquery()
)


async def clipper_now(session: AsyncSession, user_id: int) -> ClipperNow:
    """The moving numbers of an existing user."""
    submissions = [
        select(func.count(col(ClipSubmission.id)))
        .where(_MINE, col(ClipSubmission.status) == status)
        .correlate(User)
        .scalar_subquery()
        for status in (SubmissionStatus.PENDING, SubmissionStatus.APPROVED, SubmissionStatus.REJECTED)
    ]
    query: Any = (
        select(User.total_earnings, User.paid, User.reserved, User.total_views)
        .add_columns(*submissions, active_campaigns_of(user_id).scalar_subquery(), _OPEN_REQUESTS)
        .where(col(User.id) == user_id)
    )
    return ClipperNow(*(await session.exec(query)).one())
