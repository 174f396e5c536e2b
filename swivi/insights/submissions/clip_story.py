"""One clip of one clipper: how its earnings were made, and its views and earnings over time."""

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
"""The newest ones that a chart shows: more than a month, read every four hours, and far more than
it has pixels.
"""


@dataclass(frozen=True, slots=True)
class LastShare:
    """How a clip fared in the settlement that used its campaign's budget up.

    Cents, and a number of clips.

    `left` was shared among `clips` in proportion to what each was still to get; of `wanted` this
    one got `got`.
    """

    left: Cents
    clips: int
    wanted: Cents
    got: Cents


@dataclass(frozen=True, slots=True)
class NewestHold:
    """A clip's newest hold: since when and why, and what became of it. `worth` is cents.

    `worth` is what the growth that waits is worth beyond what was credited, before the cap per
    clipper and the budget.
    """

    since: datetime
    reason: str
    worth: Cents
    decision: HoldDecision | None


@dataclass(frozen=True, slots=True)
class EarningsStory:
    """How a clip's earnings come about, by the terms frozen at its approval.

    Cents, and counts of views.

    `uncapped` is what its growth is worth by the rate alone, `worth` the same within the cap per
    clip; it earns less where the budget or the cap per clipper ends. `credited` counts what was
    ever credited, `earned` is that without what was taken back. `clipper_credited` is what this
    clipper keeps of all credits in the campaign, which is what the cap per clipper limits.
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

    `views` is None unless the outcome is ok; `earned` is what its run's settlement credited, in
    cents.

    `run_id` is None for the baseline.
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
    """How much there was at a time: views, or cents earned so far."""

    at: datetime
    amount: int


async def own_clip(session: AsyncSession, user_id: int, submission_id: int) -> ClipRow | None:
    """The submission with this id, if it is this user's."""
    mine = (col(ClipSubmission.id) == submission_id, col(ClipSubmission.user_id) == user_id)
    found = (await session.exec(submissions_with_clips().where(*mine))).one_or_none()
    return clip_row(*found) if found else None


async def reckoning_of(session: AsyncSession, clip_id: int) -> EarningsStory:
    """The reckoning of a clip that exists."""
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
    """Return what the held count would add for the clip, in cents: at its terms, before cap per
    clipper and budget.
    """
    return max(0, _as_earner(clip)._replace(peak_views=hold.views).target - clip.gross_credited)


async def _clipper_credited(session: AsyncSession, clip: Clip) -> Cents:
    found = await session.exec(
        select(func.sum(Clip.earnings)).where(
            Clip.campaign_id == clip.campaign_id, Clip.user_id == clip.user_id
        )
    )
    return int(found.one() or 0)


async def _last_share(session: AsyncSession, clip: Clip, worth: Cents) -> LastShare | None:
    """None where the last settlement paid this clip all that it was still to get."""
    # By its audit entry, which has the sums: its transfers may be tens of thousands.
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
    """The readings that brought a number, oldest first, without those that a hold keeps from
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
    """What the clip had earned after each transfer, oldest first; reversals count down."""
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
    """One page of a clip's readings, newest first, failed ones too, and how many there are."""
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
    """A run that failed to read a clip reads it again: the last of its readings is the one that
    paid.
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
