"""Counts for monitoring, from the database, so that every process gives the same ones."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.clips.models import AWAITS_BASELINE, ClipSubmission, SubmissionStatus
from swivi.domain.clips.tallies import count_submissions
from swivi.domain.payouts.models import PayoutStatus
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking.failures import by_word, failed_readings
from swivi.domain.tracking.models import (
    PlannedCampaign,
    PlanStatus,
    RunStatus,
    ThinnedDay,
    TrackingRun,
)
from swivi.domain.webhooks import deliveries
from swivi.domain.webhooks.models import DeliveryStatus, WebhookDelivery
from swivi.insights.money.payouts import payout_totals


@dataclass(frozen=True, slots=True)
class RunTotals:
    """Totals of all tracking runs ever: runs by status, clips, and cents."""

    runs: dict[RunStatus, int]
    clips_read: int
    clips_failed: int
    clips_settled: int
    readings_failed: dict[Outcome, int]
    """Every failed attempt, even if a later attempt of the same run succeeded."""
    credited: Cents
    cost_micro_usd: int
    last_finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queues:
    """Work that is waiting now."""

    reviews: int
    baselines: int
    payouts: dict[PayoutStatus, int]
    payouts_open: Cents
    """Cents in requests that are neither paid nor refused."""
    deliveries: dict[DeliveryStatus, int]
    deliveries_due: int


async def tracked(session: AsyncSession) -> RunTotals:
    """Return the totals of all tracking runs."""
    query: Any = select(  # type: ignore[call-overload]
        col(TrackingRun.status).label("status"),
        func.count().label("runs"),
        func.sum(TrackingRun.clips_read).label("clips_read"),
        func.sum(TrackingRun.clips_failed).label("clips_failed"),
        func.sum(TrackingRun.earnings_added).label("earnings_added"),
        func.sum(TrackingRun.cost_micro_usd).label("cost_micro_usd"),
        func.max(TrackingRun.finished_at).label("finished_at"),
    ).group_by(col(TrackingRun.status))
    rows = (await session.exec(query)).all()
    settled = await session.exec(
        select(func.coalesce(func.sum(PlannedCampaign.clips), 0)).where(
            PlannedCampaign.status == PlanStatus.SETTLED
        )
    )
    return RunTotals(
        runs={RunStatus(row.status): row.runs for row in rows},
        clips_read=sum(int(row.clips_read) for row in rows),
        clips_failed=sum(int(row.clips_failed) for row in rows),
        clips_settled=int(settled.one()),
        readings_failed=await _failed(session),
        credited=sum(int(row.earnings_added) for row in rows),
        cost_micro_usd=sum(int(row.cost_micro_usd) for row in rows),
        last_finished_at=max(
            (row.finished_at for row in rows if row.finished_at is not None), default=None
        ),
    )


async def _failed(session: AsyncSession) -> dict[Outcome, int]:
    """Return the failed attempts, thinned ones included: a counter must never fall."""
    failed: Counter[str] = Counter()
    for noted in (TrackingRun.failed_readings, ThinnedDay.failed):
        for counted in (await session.exec(select(noted).where(col(noted).is_not(None)))).all():
            failed.update(counted)
    under_way = await session.exec(
        select(TrackingRun.id).where(col(TrackingRun.failed_readings).is_(None))
    )
    for run_id in under_way.all():
        failed.update(by_word(await failed_readings(session, run_id)))
    return {Outcome(outcome): number for outcome, number in failed.items()}


async def queues(session: AsyncSession) -> Queues:
    """Return the work that is waiting now."""
    pending = await count_submissions(session, SubmissionStatus.PENDING)
    unread = (
        await session.exec(select(func.count()).select_from(ClipSubmission).where(AWAITS_BASELINE))
    ).one()
    payouts = await payout_totals(session)
    sent = await session.exec(
        select(WebhookDelivery.status, func.count()).group_by(col(WebhookDelivery.status))
    )
    return Queues(
        reviews=pending - unread,
        baselines=unread,
        payouts={status: total.requests for status, total in payouts.items()},
        payouts_open=payouts[PayoutStatus.PENDING].amount + payouts[PayoutStatus.APPROVED].amount,
        deliveries={DeliveryStatus(status): number for status, number in sent.all()},
        deliveries_due=await deliveries.count_due(session),
    )
