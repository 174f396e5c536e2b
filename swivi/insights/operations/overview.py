"""Swivi at a glance, for admins. Money is in cents, times are in UTC."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.money import Cents
from swivi.domain.accounts.models import Role
from swivi.domain.accounts.tallies import count_active
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import holds
from swivi.domain.clips.models import (
    AWAITS_BASELINE,
    FLAGGED,
    Clip,
    ClipSubmission,
    SubmissionStatus,
)
from swivi.domain.clips.tallies import SUBMISSIONS
from swivi.domain.payouts.models import PayoutStatus
from swivi.domain.tracking.models import ManualReading, ManualReadingStatus, TrackingRun
from swivi.insights.money.payouts import payout_totals

LONG_WAIT = timedelta(hours=1)
"""After this time without a baseline, a submission needs an admin's attention."""


@dataclass(frozen=True, slots=True)
class Submissions:
    """Pending submissions by kind, and the time of the one that has waited longest for review."""

    pending: int
    unread: int
    stuck: int
    approved: int
    oldest_pending_at: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Totals, and work that needs attention.

    `owed` is what clippers have earned and not yet been paid.
    """

    clippers: int
    admins: int
    campaigns_active: int
    campaigns_completed: int
    submissions_pending: int
    submissions_unread: int
    """Pending submissions without a baseline."""
    submissions_stuck: int
    """Those that have waited for their baseline for longer than `LONG_WAIT`."""
    submissions_approved: int
    oldest_pending_at: datetime | None
    """The time of the submission that has waited longest for review; those without a baseline do
    not count.
    """
    payouts_pending: int
    payouts_pending_amount: Cents
    payouts_approved: int
    payouts_approved_amount: Cents
    clips_flagged: int
    readings_waiting: int
    clips_on_hold: int
    """Manual readings that wait for a second admin."""
    paid_out: Cents
    owed: Cents
    budget_left: Cents
    """Of ACTIVE campaigns."""


async def overview(session: AsyncSession) -> Overview:
    """Return the overview, with a handful of queries."""
    active = await count_active(session)
    campaigns = await _campaigns(session)
    submissions = await _submissions(session)
    asked = await payout_totals(session)
    pending, approved = asked[PayoutStatus.PENDING], asked[PayoutStatus.APPROVED]
    paid = asked[PayoutStatus.COMPLETED].amount  # and not returned (I2, I7)
    return Overview(
        clippers=active[Role.CLIPPER],
        admins=active[Role.ADMIN],
        campaigns_active=campaigns.get(CampaignStatus.ACTIVE, (0, 0))[0],
        campaigns_completed=campaigns.get(CampaignStatus.COMPLETED, (0, 0))[0],
        submissions_pending=submissions.pending,
        submissions_unread=submissions.unread,
        submissions_stuck=submissions.stuck,
        submissions_approved=submissions.approved,
        oldest_pending_at=submissions.oldest_pending_at,
        payouts_pending=pending.requests,
        payouts_pending_amount=pending.amount,
        payouts_approved=approved.requests,
        payouts_approved_amount=approved.amount,
        clips_flagged=await _flagged(session),
        readings_waiting=await _readings_waiting(session),
        clips_on_hold=await holds.count_open(session),
        paid_out=paid,
        owed=await earned_by_all(session) - paid,
        budget_left=campaigns.get(CampaignStatus.ACTIVE, (0, 0))[1],
    )


async def earned_by_all(session: AsyncSession) -> Cents:
    """Return all cents that clippers ever earned: `owed` plus `paid_out`.

    Campaigns have fewer rows than clippers. Their spending equals clippers' earnings (I1, I2),
    except for test campaigns.
    """
    real = col(Campaign.is_test).is_(False)
    return int(
        (await session.exec(select(func.coalesce(func.sum(Campaign.spent), 0)).where(real))).one()
    )


async def _campaigns(session: AsyncSession) -> dict[CampaignStatus, tuple[int, Cents]]:
    """Return the number of campaigns of each status, and their remaining budgets."""
    found = await session.exec(
        select(
            Campaign.status, func.count(), func.sum(col(Campaign.budget) - col(Campaign.spent))
        ).group_by(col(Campaign.status))
    )
    return {CampaignStatus(status): (number, int(left)) for status, number, left in found.all()}


async def _submissions(session: AsyncSession) -> Submissions:
    found = await session.execute(
        select(SUBMISSIONS.c.status, func.sum(SUBMISSIONS.c.submissions)).group_by(
            SUBMISSIONS.c.status
        )
    )
    tallied = {SubmissionStatus(status): int(number) for status, number in found.all()}
    since = col(ClipSubmission.created_at) <= clock.now() - LONG_WAIT
    waiting = await session.exec(
        select(func.count(), func.count().filter(since)).where(AWAITS_BASELINE)
    )
    unread, stuck = waiting.one()
    pending, approved = (
        tallied.get(status, 0) for status in (SubmissionStatus.PENDING, SubmissionStatus.APPROVED)
    )
    return Submissions(pending, unread, stuck, approved, await _longest_waiting(session))


async def _longest_waiting(session: AsyncSession) -> datetime | None:
    """Return the time of the first submission in the queue that can be reviewed."""
    found = await session.exec(
        select(ClipSubmission.created_at)
        .where(
            ClipSubmission.status == SubmissionStatus.PENDING,
            col(ClipSubmission.initial_views).is_not(None),
        )
        .order_by(col(ClipSubmission.id))
        .limit(1)
    )
    return found.first()


async def _flagged(session: AsyncSession) -> int:
    """Return the number of tracked clips whose newest reading is flagged."""
    found = await session.exec(
        select(func.count())
        .select_from(Clip)
        .join(Campaign, col(Campaign.id) == col(Clip.campaign_id))
        .where(text(FLAGGED), Campaign.status == CampaignStatus.ACTIVE)
    )
    return found.one()


async def _readings_waiting(session: AsyncSession) -> int:
    waiting = col(ManualReading.status) == ManualReadingStatus.WAITING
    return (
        await session.exec(select(func.count()).select_from(ManualReading).where(waiting))
    ).one()


async def last_run(session: AsyncSession) -> TrackingRun | None:
    """Return the newest tracking run."""
    return (
        await session.exec(select(TrackingRun).order_by(col(TrackingRun.id).desc()).limit(1))
    ).first()
