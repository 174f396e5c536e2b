"""The batches of a slice: due links per platform, and what a dead process left behind."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from swivi.core.db import in_slices
from swivi.domain.clips.models import Clip, ViewTracking
from swivi.domain.platforms.models import Outcome, Platform, VideoRef
from swivi.domain.tracking import partitions, retry_schedule
from swivi.domain.tracking.models import (
    UNDER_WAY,
    PlannedCampaign,
    PlanStatus,
    RunSlice,
    ScraperRun,
    TrackingRun,
    Trigger,
)

TRANSIENT = [outcome for outcome in Outcome if outcome.transient]


@dataclass(frozen=True, slots=True)
class Batch:
    """Links of one platform for one scraper run. `adopted` is a scraper run of a dead process."""

    platform: Platform
    external_ids: tuple[str, ...]
    attempt: int
    adopted: ScraperRun | None = None

    @property
    def refs(self) -> list[VideoRef]:
        """Return the videos to read."""
        return [VideoRef(self.platform, external_id) for external_id in self.external_ids]


async def batches_left_behind(session: AsyncSession, run_slice: RunSlice) -> list[Batch]:
    """Return the batches whose scraper run was intended or started by a process that died."""
    found = await session.exec(
        select(ScraperRun).where(
            ScraperRun.run_id == run_slice.run_id,
            ScraperRun.slice_number == run_slice.number,
            col(ScraperRun.status).in_(UNDER_WAY),
        )
    )
    return [
        Batch(started.platform, tuple(started.external_ids), started.attempt, adopted=started)
        for started in found.all()
    ]


async def batches_due(
    session: AsyncSession, run_slice: RunSlice, attempt: int, *, size: int
) -> list[Batch]:
    """Return this attempt's batches of at most `size` links of one platform."""
    by_platform: defaultdict[Platform, list[str]] = defaultdict(list)
    for platform, external_id in await _videos_due(session, run_slice, attempt):
        by_platform[platform].append(external_id)
    return [
        Batch(platform, tuple(some), attempt)
        for platform, ids in by_platform.items()
        for some in in_slices(ids, size)
    ]


def tracked_in(run_slice: RunSlice) -> Select[int, Platform, str]:
    """Select (clip id, platform, external id) of the slice's clips that are to be read.

    Clips of settled campaigns are omitted.
    """
    return (
        select(col(Clip.id), col(Clip.platform), col(Clip.external_id))
        .join(PlannedCampaign, col(PlannedCampaign.campaign_id) == col(Clip.campaign_id))
        .where(
            PlannedCampaign.run_id == run_slice.run_id,
            PlannedCampaign.slice_number == run_slice.number,
            PlannedCampaign.status == PlanStatus.PLANNED,
            _is_to_read(run_slice),
        )
    )


def _is_to_read(run_slice: RunSlice) -> ColumnElement[bool]:
    """Return the condition that the slice's run reads the clip.

    The last run of a campaign reads resting clips, too. Which clips are due depends on the start of
    the run, however long it takes.
    """
    run = TrackingRun.id == run_slice.run_id
    started_at = select(TrackingRun.started_at).where(run).scalar_subquery()
    trigger = select(TrackingRun.trigger).where(run).scalar_subquery()
    return retry_schedule.is_due(started_at) | (
        (trigger == Trigger.COMPLETION) & retry_schedule.is_read_last()
    )


async def _videos_due(
    session: AsyncSession, run_slice: RunSlice, attempt: int
) -> list[tuple[Platform, str]]:
    """Return the distinct videos without an answer before this attempt."""
    of_run = await partitions.of_run(session, run_slice.run_id)
    answered = (
        select(ViewTracking.clip_id)
        .where(
            of_run(ViewTracking),
            (col(ViewTracking.attempt) >= attempt) | is_answer(),
        )
        .scalar_subquery()
    )
    found = await session.exec(
        tracked_in(run_slice)
        .where(col(Clip.id).not_in(answered))
        .order_by(col(Clip.campaign_id), col(Clip.id))
    )
    return list(dict.fromkeys((platform, external_id) for _, platform, external_id in found.all()))


def is_answer() -> ColumnElement[bool]:
    """Return the condition that a reading is final for its run.

    Only later runs retry an unknown word.
    """
    return col(ViewTracking.outcome).not_in(TRANSIENT) | col(ViewTracking.word).is_not(None)


async def unread_campaigns(session: AsyncSession, run_slice: RunSlice) -> set[int]:
    """Return the slice's campaigns that have a clip without an answer."""
    of_run = await partitions.of_run(session, run_slice.run_id)
    read = select(ViewTracking.clip_id).where(of_run(ViewTracking), is_answer()).scalar_subquery()
    found = await session.exec(
        select(Clip.campaign_id)
        .join(PlannedCampaign, col(PlannedCampaign.campaign_id) == col(Clip.campaign_id))
        .where(
            PlannedCampaign.run_id == run_slice.run_id,
            PlannedCampaign.slice_number == run_slice.number,
            _is_to_read(run_slice),
            col(Clip.id).not_in(read),
        )
        .distinct()
    )
    return set(found.all())
