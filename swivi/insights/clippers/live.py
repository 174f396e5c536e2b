"""The changing numbers on clippers' dashboards, in one statement for all open dashboards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import in_slices
from swivi.core.money import Cents
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import ClipSubmission, SubmissionStatus
from swivi.domain.clips.tallies import CLIPPERS
from swivi.domain.payouts.models import OPEN, PayoutRequest


@dataclass(frozen=True, slots=True)
class ClipperNow:
    """A clipper's changing numbers. Money is in cents.

    `active_campaigns` counts ACTIVE campaigns with a submission that is not rejected.
    """

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
        """The cents that may be withdrawn."""
        return self.earned - self.paid - self.reserved


_MINE = col(ClipSubmission.user_id) == col(User.id)


def active_campaigns_of(user_id: Any) -> Any:
    """Return the query that counts a user's ACTIVE campaigns with a submission that is not
    rejected.
    """
    # An approved submission has a clip, and clips are summed by campaign, since a clipper may have
    # thousands.
    with_clips = select(CLIPPERS.c.campaign_id).where(CLIPPERS.c.user_id == user_id).correlate(User)
    waiting = select(ClipSubmission.campaign_id).where(
        col(ClipSubmission.user_id) == user_id,
        col(ClipSubmission.status) == SubmissionStatus.PENDING,
    )
    found = select(func.count(col(Campaign.id))).where(
        col(Campaign.status) == CampaignStatus.ACTIVE,
        or_(col(Campaign.id).in_(with_clips), col(Campaign.id).in_(waiting.correlate(User))),
    )
    return found.correlate(User)


_OPEN_REQUESTS = (
    select(func.count(col(PayoutRequest.id)))
    .where(col(PayoutRequest.user_id) == col(User.id), OPEN)
    .correlate(User)
    .scalar_subquery()
)


_SUBMISSIONS = [
    select(func.count(col(ClipSubmission.id)))
    .where(_MINE, col(ClipSubmission.status) == status)
    .correlate(User)
    .scalar_subquery()
    for status in (SubmissionStatus.PENDING, SubmissionStatus.APPROVED, SubmissionStatus.REJECTED)
]


_EACH: Any = (
    select(User.id, User.total_earnings, User.paid, User.reserved)
    .add_columns(
        col(User.total_views),
        *_SUBMISSIONS,
        active_campaigns_of(User.id).scalar_subquery(),
        _OPEN_REQUESTS,
    )
    .where(col(User.id).in_(bindparam("users", expanding=True)))
)


async def clippers_now(session: AsyncSession, user_ids: Sequence[int]) -> dict[int, ClipperNow]:
    """Return the changing numbers of each of these users, by id."""
    found: dict[int, ClipperNow] = {}
    for slice_ in in_slices(user_ids):
        rows = (await session.exec(_EACH, params={"users": slice_})).all()
        found |= {user_id: ClipperNow(*numbers) for user_id, *numbers in rows}
    return found
