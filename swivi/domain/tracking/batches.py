"""What a share of a run is to read, in batches: due links per platform, and what a dead process
left behind.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from swivi.core.db import in_slices
from swivi.domain.clips.models import Clip, ViewTracking
from swivi.domain.platforms.models import Outcome, Platform, VideoRef
from swivi.domain.tracking import partitions
from swivi.domain.tracking import retry_schedule as looks
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
    """Links of one platform for one scraper run; `adopted` is one that a dead process left
    behind.
    """

    platform: Platform
    external_ids: tuple[str, ...]
    attempt: int
    adopted: ScraperRun | None = None

    @property
    def refs(self) -> list[VideoRef]:
        """The videos to read."""
        return [VideoRef(self.platform, external_id) for external_id in self.external_ids]


async def batches_left_behind(session: AsyncSession, share: RunSlice) -> list[Batch]:
    """Batches whose scraper run was started, or about to be, when the process that held the share
    died.
    """
    found = await session.exec(
        select(ScraperRun).where(
            ScraperRun.run_id == share.run_id,
            ScraperRun.share == share.number,
            col(ScraperRun.status).in_(UNDER_WAY),
        )
    )
    return [
        Batch(started.platform, tuple(started.external_ids), started.attempt, adopted=started)
        for started in found.all()
    ]


async def batches_due(
    session: AsyncSession, share: RunSlice, attempt: int, *, size: int
) -> list[Batch]:
    """What this attempt is to read, in batches of at most `size` links of one platform."""
    by_platform: defaultdict[Platform, list[str]] = defaultdict(list)
    for platform, external_id in await _videos_due(session, share, attempt):
        by_platform[platform].append(external_id)
    return [
        Batch(platform, tuple(slice_), attempt)
        for platform, ids in by_platform.items()
        for slice_ in in_slices(ids, size)
    ]


def tracked_in(share: RunSlice) -> Select[int, Platform, str]:
    """(clip id, platform, external id) of the share's clips that are to be read and are not
    settled.
    """
    return (
        select(col(Clip.id), col(Clip.platform), col(Clip.external_id))
        .join(PlannedCampaign, col(PlannedCampaign.campaign_id) == col(Clip.campaign_id))
        .where(
            PlannedCampaign.run_id == share.run_id,
            PlannedCampaign.share == share.number,
            PlannedCampaign.status == PlanStatus.PLANNED,
            _is_to_read(share),
        )
    )


def _is_to_read(share: RunSlice) -> ColumnElement[bool]:
    """Whether the share's run reads the clip.

    The last run before a campaign ends reads resting clips, too.

    Which clips are due depends on when the run began, however long it takes or is resumed.
    """
    run = TrackingRun.id == share.run_id
    started_at = select(TrackingRun.started_at).where(run).scalar_subquery()
    trigger = select(TrackingRun.trigger).where(run).scalar_subquery()
    return looks.is_due(started_at) | ((trigger == Trigger.COMPLETION) & looks.is_read_last())


async def _videos_due(
    session: AsyncSession, share: RunSlice, attempt: int
) -> list[tuple[Platform, str]]:
    """Distinct videos that this attempt is to read: not read yet, or every reading so far was
    transient.
    """
    of_run = await partitions.of_run(session, share.run_id)
    answered = (
        select(ViewTracking.clip_id)
        .where(
            of_run(ViewTracking),
            (col(ViewTracking.attempt) >= attempt) | is_answer(),
        )
        .scalar_subquery()
    )
    found = await session.exec(
        tracked_in(share)
        .where(col(Clip.id).not_in(answered))
        .order_by(col(Clip.campaign_id), col(Clip.id))
    )
    return list(dict.fromkeys((platform, external_id) for _, platform, external_id in found.all()))


def is_answer() -> ColumnElement[bool]:
    """Whether a reading is all that the run will learn: an unknown word is asked about again by
    later runs only.
    """
    return col(ViewTracking.outcome).not_in(TRANSIENT) | col(ViewTracking.word).is_not(None)


async def unread_campaigns(session: AsyncSession, share: RunSlice) -> set[int]:
    """Campaigns of the share with a clip that still awaits an answer: not read yet, or to be read
    again.
    """
    of_run = await partitions.of_run(session, share.run_id)
    read = select(ViewTracking.clip_id).where(of_run(ViewTracking), is_answer()).scalar_subquery()
    found = await session.exec(
        select(Clip.campaign_id)
        .join(PlannedCampaign, col(PlannedCampaign.campaign_id) == col(Clip.campaign_id))
        .where(
            PlannedCampaign.run_id == share.run_id,
            PlannedCampaign.share == share.number,
            _is_to_read(share),
            col(Clip.id).not_in(read),
        )
        .distinct()
    )
    return set(found.all())
