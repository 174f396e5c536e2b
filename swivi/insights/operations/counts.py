"""What the database knows that operators watch: a few cheap queries, so that it is true whichever
process answers.
"""

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
    """Of all tracking runs ever: how many there were of each status, and what they did.

    Clips, cents.
    """

    runs: dict[RunStatus, int]
    clips_read: int
    clips_failed: int
    clips_settled: int
    readings_failed: dict[Outcome, int]
    """Each one that failed, also where another try in the same run did not."""
    credited: Cents
    cost_micro_usd: int
    last_finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits for somebody now."""

    reviews: int
    baselines: int
    payouts: dict[PayoutStatus, int]
    payouts_open: Cents
    """Asked for, and neither paid nor refused."""
    deliveries: dict[DeliveryStatus, int]
    deliveries_due: int


async def tracked(session: AsyncSession) -> RunTotals:
    """What tracking did."""
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
    """A counter never falls: what was thinned out since had failed as well."""
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
    """What waits."""
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
