"""One clip of a clipper: how its earnings were computed, and its history of views and earnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents, earned
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import holds
from swivi.domain.clips.models import Clip, ClipHold, ClipSubmission, HoldDecision, ViewTracking
from swivi.domain.ledger.models import AuditEntry, Transfer, TransferKind
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking.accrual import Earner
from swivi.insights.submissions.rows import ClipRow, clip_row, submissions_with_clips

MOST_READINGS = 500
"""The most points in a chart, the newest ones: over a month with a reading every four hours."""


@dataclass(frozen=True, slots=True)
class LastShare:
    """A clip's part in the settlement that used up the budget of its campaign, in cents.

    `left` was shared among `clips` clips in proportion to their demands. This clip wanted `wanted`
    and got `got`.
    """

    left: Cents
    clips: int
    wanted: Cents
    got: Cents


@dataclass(frozen=True, slots=True)
class NewestHold:
    """A clip's newest hold: its time, its reason, and its outcome.

    `worth` is the cents that the waiting growth would add, before the cap per clipper and the
    budget.
    """

    since: datetime
    reason: str
    worth: Cents
    decision: HoldDecision | None


@dataclass(frozen=True, slots=True)
class EarningsStory:
    """How a clip's earnings follow from the terms that were frozen at its approval.

    Money is in cents, counts are views. `uncapped` is the growth's worth by the rate alone; `worth`
    is within the cap per clip. The budget or the cap per clipper may leave less. `credited` counts
    all credits; `earned` subtracts reversals. `clipper_credited` is the clipper's sum in the
    campaign, which the cap per clipper limits.
    """

    initial_views: int
    views: int
    peak_views: int
    growth: int
    min_views: int
    rate: Cents
    max_per_clip: Cents | None
    max_per_clipper: Cents | None
    uncapped: Cents
    worth: Cents
    credited: Cents
    earned: Cents
    clipper_credited: Cents
    campaign_status: CampaignStatus
    last_share: LastShare | None
    hold: NewestHold | None = None


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One reading.

    `views` is None unless the outcome is ok. `earned` is the cents that its run's settlement
    credited. `run_id` is None for the baseline.
    """

    reading_id: int
    at: datetime
    outcome: Outcome
    views: int | None
    run_id: int | None
    source: str
    earned: Cents


@dataclass(frozen=True, slots=True)
class TimedAmount:
    """A point of a chart: views, or cents earned, up to a time."""

    at: datetime
    amount: int


async def own_clip(session: AsyncSession, user_id: int, submission_id: int) -> ClipRow | None:
    """Return the submission with this id if it is this user's."""
    mine = (col(ClipSubmission.id) == submission_id, col(ClipSubmission.user_id) == user_id)
    found = (await session.exec(submissions_with_clips().where(*mine))).one_or_none()
    return clip_row(*found) if found else None


async def reckoning_of(session: AsyncSession, clip_id: int) -> EarningsStory:
    """Return the computation of an existing clip's earnings."""
    clip, campaign = (
        await session.exec(
            select(Clip, Campaign)
            .join(Campaign, col(Campaign.id) == col(Clip.campaign_id))
            .where(Clip.id == clip_id)
        )
    ).one()
    growth, worth = clip.peak_views - clip.initial_views, _as_earner(clip).target
    return EarningsStory(
        initial_views=clip.initial_views,
        views=clip.views,
        peak_views=clip.peak_views,
        growth=growth,
        min_views=clip.min_views,
        rate=clip.rate,
        max_per_clip=clip.max_per_clip,
        max_per_clipper=clip.max_per_clipper,
        uncapped=earned(growth, clip.rate),
        worth=worth,
        credited=clip.gross_credited,
        earned=clip.earnings,
        clipper_credited=await _clipper_credited(session, clip),
        campaign_status=campaign.status,
        last_share=await _last_share(session, clip, worth) if campaign.remaining == 0 else None,
        hold=await _newest_hold(session, clip),
    )


async def _newest_hold(session: AsyncSession, clip: Clip) -> NewestHold | None:
    found = await session.exec(
        select(ClipHold)
        .where(ClipHold.clip_id == clip.id)
        .order_by(col(ClipHold.id).desc())
        .limit(1)
    )
    hold = found.first()
    return (
        NewestHold(hold.placed_at, hold.reason, worth_waiting(clip, hold), hold.decision)
        if hold
        else None
    )


def worth_waiting(clip: Clip, hold: ClipHold) -> Cents:
    """Return the cents that the held count would add, before the cap per clipper and the budget."""
    return max(0, _as_earner(clip)._replace(peak_views=hold.views).target - clip.gross_credited)


async def _clipper_credited(session: AsyncSession, clip: Clip) -> Cents:
    found = await session.exec(
        select(func.sum(Clip.earnings)).where(
            Clip.campaign_id == clip.campaign_id, Clip.user_id == clip.user_id
        )
    )
    return int(found.one() or 0)


async def _last_share(session: AsyncSession, clip: Clip, worth: Cents) -> LastShare | None:
    """Return None if the last settlement paid this clip's whole demand."""
    # The audit entry has the sums; the settlement's transfers may be tens of thousands.
    newest = await session.exec(
        select(AuditEntry)
        .where(
            AuditEntry.subject == "campaign",
            AuditEntry.subject_id == clip.campaign_id,
            AuditEntry.action == "campaign.settled",
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    )
    settled = newest.first()
    if settled is None:
        return None
    paid = select(Transfer.amount).where(
        Transfer.clip_id == clip.id, Transfer.audit_id == settled.id
    )
    got = (await session.exec(paid)).first() or 0
    wanted = worth - clip.gross_credited + got
    return (
        LastShare(settled.amount or 0, settled.after["clips"], wanted, got)
        if wanted > got
        else None
    )


def _as_earner(clip: Clip) -> Earner:
    return Earner(
        clip_id=clip.id,
        user_id=clip.user_id,
        initial_views=clip.initial_views,
        peak_views=clip.peak_views,
        rate=clip.rate,
        min_views=clip.min_views,
        max_per_clip=clip.max_per_clip,
        max_per_clipper=clip.max_per_clipper,
        gross_credited=clip.gross_credited,
    )


async def views_over_time(session: AsyncSession, clip_id: int) -> list[TimedAmount]:
    """Return the readings with a count, oldest first, without those that a hold keeps from
    counting.
    """
    found = await session.exec(
        select(ViewTracking.date, ViewTracking.views)
        .where(
            ViewTracking.clip_id == clip_id,
            col(ViewTracking.views).is_not(None),
            holds.counts(ViewTracking.clip_id, ViewTracking.views, ViewTracking.date),
        )
        .order_by(col(ViewTracking.date).desc())
        .limit(MOST_READINGS)
    )
    return [TimedAmount(at, views) for at, views in reversed(found.all()) if views is not None]


async def earnings_over_time(session: AsyncSession, clip_id: int) -> list[TimedAmount]:
    """Return the clip's earnings after each transfer, oldest first. Reversals lower them."""
    found = await session.exec(
        select(Transfer).where(Transfer.clip_id == clip_id).order_by(col(Transfer.id))
    )
    transfers: Sequence[Transfer] = found.all()
    totals = accumulate(_toward_the_clip(transfer) for transfer in transfers)
    moments = [
        TimedAmount(transfer.created_at, total)
        for transfer, total in zip(transfers, totals, strict=True)
    ]
    return moments[-MOST_READINGS:]


def _toward_the_clip(transfer: Transfer) -> Cents:
    return -transfer.amount if transfer.kind is TransferKind.ACCRUAL_REVERSED else transfer.amount


async def readings_of(
    session: AsyncSession, clip_id: int, *, limit: int, offset: int
) -> tuple[list[ReadingRow], int]:
    """Return one page of a clip's readings, newest first, failed ones included, and the total."""
    mine = ViewTracking.clip_id == clip_id
    total = (await session.exec(select(func.count()).select_from(ViewTracking).where(mine))).one()
    found = await session.exec(
        select(ViewTracking)
        .where(mine)
        .order_by(col(ViewTracking.id).desc())
        .limit(limit)
        .offset(offset)
    )
    readings = found.all()
    credited = await _credited_by_run(
        session, clip_id, {reading.run_id for reading in readings if reading.run_id}
    )
    paid = _newest_of_each_run(readings)
    return [
        _reading_row(each, credited.get(each.run_id or 0, 0) if each.id in paid else 0)
        for each in readings
    ], total


async def _credited_by_run(
    session: AsyncSession, clip_id: int, run_ids: set[int]
) -> dict[int, Cents]:
    found = await session.exec(
        select(Transfer.run_id, Transfer.amount).where(
            Transfer.clip_id == clip_id,
            Transfer.kind == TransferKind.ACCRUAL,
            col(Transfer.run_id).in_(run_ids),
        )
    )
    return {run_id: amount for run_id, amount in found.all() if run_id is not None}


def _newest_of_each_run(readings: Sequence[ViewTracking]) -> set[int]:
    """Return the ids of the readings that paid.

    A run that fails to read a clip reads it again, and only its last reading pays.
    """
    return set({reading.run_id: reading.id for reading in reversed(readings)}.values())


def _reading_row(reading: ViewTracking, credited: Cents) -> ReadingRow:
    return ReadingRow(
        reading_id=reading.id,
        at=reading.date,
        outcome=reading.outcome,
        views=reading.views,
        run_id=reading.run_id,
        source=reading.source,
        earned=credited,
    )
