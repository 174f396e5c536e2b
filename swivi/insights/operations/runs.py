"""Tracking runs as admins see them, with the campaigns and clips of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, text
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.models import FAILED, Clip, ClipSubmission, ViewTracking
from swivi.domain.ledger.models import Transfer, TransferKind
from swivi.domain.platforms.models import Outcome, Platform
from swivi.domain.tracking import partitions
from swivi.domain.tracking.batches import TRANSIENT
from swivi.domain.tracking.failures import failures_by_reason
from swivi.domain.tracking.models import (
    PlannedCampaign,
    PlanStatus,
    RunStatus,
    TrackingRun,
    Trigger,
)
from swivi.insights.shared.sorting import nearer_end, order_by


@dataclass(frozen=True, slots=True)
class CampaignInRun:
    """The result of one campaign in a run, in clips and cents."""

    campaign_id: int
    title: str
    clips: int
    status: PlanStatus
    earned: Cents


@dataclass(frozen=True, slots=True)
class ClipInRun:
    """The last reading of a clip in a run. `earned` is the cents that the run credited.

    `views` is None unless the outcome is ok.
    """

    clip_id: int
    clipper: str
    clipper_id: int
    campaign: str
    platform: Platform
    url: str
    outcome: Outcome
    views: int | None
    metric: str
    detail: str
    attempt: int
    read_at: datetime
    earned: Cents


_BY_ID = col(TrackingRun.id)

SORTS: Mapping[str, Any] = {
    "startedAt": _BY_ID,
    "processed": col(TrackingRun.clips_read),
    "failed": col(TrackingRun.clips_failed),
    "earningsAdded": col(TrackingRun.earnings_added),
}


async def tracking_runs(
    session: AsyncSession,
    *,
    status: RunStatus | None = None,
    trigger: Trigger | None = None,
    sort: str = "-startedAt",
    limit: int,
    offset: int = 0,
) -> tuple[Sequence[TrackingRun], int]:
    """Return one page of tracking runs, and the total.

    `sort` is a name of SORTS, with `-` for descending.
    """
    filters = {TrackingRun.status: status, TrackingRun.trigger: trigger}
    wanted = [col(column) == value for column, value in filters.items() if value is not None]
    total = (await session.exec(select(func.count()).select_from(TrackingRun).where(*wanted))).one()
    order = order_by(sort, SORTS, _BY_ID)
    found = await session.exec(
        select(TrackingRun).where(*wanted).order_by(*order).limit(limit).offset(offset)
    )
    return found.all(), total


async def tracking_run(session: AsyncSession, run_id: int) -> TrackingRun | None:
    """Return the run with this id, if there is one."""
    return (await session.exec(select(TrackingRun).where(TrackingRun.id == run_id))).first()


async def campaigns_in_run(session: AsyncSession, run_id: int) -> list[CampaignInRun]:
    """Return the campaigns of a run in the order of its plan."""
    found = await session.exec(
        select(PlannedCampaign, Campaign.title)
        .join(Campaign, col(Campaign.id) == col(PlannedCampaign.campaign_id))
        .where(PlannedCampaign.run_id == run_id)
        .order_by(col(PlannedCampaign.id))
    )
    return [
        CampaignInRun(
            planned.campaign_id, title, planned.clips, planned.status, planned.earnings_added
        )
        for planned, title in found.all()
    ]


async def clips_in_run(
    session: AsyncSession, run_id: int, *, only_failed: bool = False, limit: int, offset: int = 0
) -> tuple[list[ClipInRun], int]:
    """Return one page of the clips of a run by id, and the total."""
    run = await tracking_run(session, run_id)
    if run is None:
        return [], 0
    total = run.clips_failed if only_failed else run.clips_read
    stretch = nearer_end(limit, offset, total)
    of_run = await partitions.of_run(session, run_id)
    wanted = [of_run(ViewTracking), ~_read_again(of_run), *([text(FAILED)] if only_failed else [])]
    by_clip = col(ViewTracking.clip_id)
    page = (
        select(ViewTracking.id)
        .where(*wanted)
        .order_by(by_clip.desc() if stretch.backwards else by_clip)
        .limit(stretch.limit)
        .offset(stretch.offset)
        .subquery()
    )
    earned = (
        select(func.sum(Transfer.amount))
        .where(
            Transfer.run_id == run_id,
            Transfer.clip_id == ViewTracking.clip_id,
            Transfer.kind == TransferKind.ACCRUAL,
        )
        .correlate(ViewTracking)
        .scalar_subquery()
    )
    query: Any = (
        select(ViewTracking, Clip)
        .add_columns(
            col(User.name).label("clipper"),
            col(Campaign.title).label("campaign"),
            col(ClipSubmission.url).label("url"),
            func.coalesce(earned, 0).label("earned"),
        )
        .join(Clip, col(Clip.id) == col(ViewTracking.clip_id))
        .join(ClipSubmission, col(ClipSubmission.id) == col(Clip.submission_id))
        .join(User, col(User.id) == col(Clip.user_id))
        .join(Campaign, col(Campaign.id) == col(Clip.campaign_id))
        .join(page, page.c.id == col(ViewTracking.id))
        .where(of_run(ViewTracking))
        .order_by(by_clip)
    )
    return [_clip_in_run(row) for row in (await session.exec(query)).all()], total


async def why_not_read(session: AsyncSession, run: TrackingRun) -> dict[Outcome, int]:
    """Return the number of unread clips of a run so far by reason, most frequent first."""
    if run.failures is None:
        counted = await failures_by_reason(session, run.id)
    else:
        counted = {Outcome(outcome): number for outcome, number in run.failures.items()}
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


def _read_again(of_run: Callable[[Any], ColumnElement[bool]]) -> Any:
    """Return the condition that the run read this clip again, after a transient failure."""
    later = aliased(ViewTracking)
    found = select(col(later.id)).where(
        of_run(later),
        col(later.clip_id) == col(ViewTracking.clip_id),
        col(later.attempt) > col(ViewTracking.attempt),
    )
    return and_(col(ViewTracking.outcome).in_(TRANSIENT), found.exists())


def _clip_in_run(row: Any) -> ClipInRun:
    reading: ViewTracking = row.ViewTracking
    clip: Clip = row.Clip
    return ClipInRun(
        clip_id=clip.id,
        clipper=row.clipper,
        clipper_id=clip.user_id,
        campaign=row.campaign,
        platform=clip.platform,
        url=row.url,
        outcome=reading.outcome,
        views=reading.views,
        metric=reading.metric,
        detail=reading.detail,
        attempt=reading.attempt,
        read_at=reading.date,
        earned=int(row.earned),
    )
