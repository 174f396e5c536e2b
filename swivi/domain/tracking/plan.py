"""Plan a run: which campaigns it takes, in which slices.

A run takes campaigns whole. Part of a campaign would be paid before the rest.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.money import format_dollars
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import Clip, ViewTracking
from swivi.domain.tracking import manual_readings, retry_schedule
from swivi.domain.tracking.models import PlannedCampaign, RunSlice, TrackingRun, Trigger

log = logging.getLogger("swivi.tracking")

NEW_FOR = timedelta(days=1)

UNDER_WAY = frozenset({CampaignStatus.ACTIVE, CampaignStatus.PAUSED})
"""The states from which a campaign can be completed."""


@dataclass(frozen=True, slots=True)
class CampaignGroup:
    """A campaign that is due, and the number of its clips to read."""

    campaign: Campaign
    clips: int


async def clips_needing_tracking(
    session: AsyncSession, *, limit: int, campaign_id: int | None = None
) -> list[CampaignGroup]:
    """Return the campaigns to track, whole, until `limit` clips are reached.

    They are ACTIVE and have budget left and clips to read, or manual readings that await
    settlement. Campaigns never tracked come first, then new ones, then the stalest. The first that
    does not fit ends the plan and leads the next one. A campaign larger than the limit runs alone.
    """
    is_due = retry_schedule.is_due(clock.now())
    payable = [
        col(Campaign.status) == CampaignStatus.ACTIVE,
        col(Campaign.spent) < col(Campaign.budget),
    ]
    if campaign_id is not None:
        payable.append(col(Campaign.id) == campaign_id)
    to_read = select(Clip.id).where(Clip.campaign_id == Campaign.id, is_due)
    counted = await session.exec(
        select(Campaign, func.count(col(Clip.id)))
        .join(Clip, col(Clip.campaign_id) == col(Campaign.id))
        .where(*payable, is_due)
        .group_by(col(Campaign.id))
    )
    due = [CampaignGroup(campaign, clips) for campaign, clips in counted.all()]
    entered = await session.exec(
        select(Campaign).where(*payable, ~to_read.exists(), _is_entered_by_hand())
    )
    due += [CampaignGroup(campaign, 0) for campaign in entered.all()]
    return whole_until(sorted(due, key=lambda group: _urgency(group.campaign)), limit)


async def campaign_to_end(session: AsyncSession, campaign_id: int) -> list[CampaignGroup]:
    """Return the campaign, ACTIVE or PAUSED, for the reading before its last settlement.

    Return nothing if its budget is used up: no reading could earn anything.
    """
    campaign = await session.get_one(Campaign, campaign_id)
    if campaign.status not in UNDER_WAY or campaign.remaining == 0:
        return []
    clips = select(func.count(col(Clip.id))).where(
        Clip.campaign_id == campaign_id, retry_schedule.is_read_last()
    )
    return [CampaignGroup(campaign, (await session.exec(clips)).one())]


def _is_entered_by_hand() -> ColumnElement[bool]:
    """Return the condition that the campaign has manual readings since its last settlement."""
    entered = select(ViewTracking.id).where(
        ViewTracking.clip_id == Clip.id,
        ViewTracking.source == manual_readings.SOURCE,
        col(Campaign.last_tracked_at).is_(None)
        | (col(ViewTracking.date) >= col(Campaign.last_tracked_at)),
    )
    return select(Clip.id).where(Clip.campaign_id == Campaign.id, entered.exists()).exists()


def _urgency(campaign: Campaign) -> tuple[bool, bool, float, int]:
    tracked = campaign.last_tracked_at
    is_new = clock.now() - campaign.created_at < NEW_FOR
    return (tracked is not None, not is_new, tracked.timestamp() if tracked else 0.0, campaign.id)


def whole_until(due: Sequence[CampaignGroup], limit: int) -> list[CampaignGroup]:
    """Return the longest prefix of `due` that fits the limit, and at least the first."""
    taken: list[CampaignGroup] = []
    clips = 0
    for group in due:
        if taken and clips + group.clips > limit:
            break
        taken.append(group)
        clips += group.clips
    return taken


def cut_into_slices(groups: Sequence[CampaignGroup], slice_clips: int) -> list[list[CampaignGroup]]:
    """Cut the groups, in order, into slices of at least `slice_clips` clips.

    The last may have fewer.

    One process takes a slice at a time. Its links fill whole batches, because smaller ones would
    cost more scraper runs.
    """
    slices: list[list[CampaignGroup]] = []
    room = 0
    for group in groups:
        if room <= 0:
            slices.append([])
            room = slice_clips
        slices[-1].append(group)
        room -= group.clips
    return slices


async def start_run(
    session: AsyncSession,
    trigger: Trigger,
    groups: Sequence[CampaignGroup],
    *,
    slice_clips: int | None = None,
) -> TrackingRun:
    """Store a run and its plan, so that all processes and a resumed run do the same work.

    Without `slice_clips` the run has no slices to take: the caller settles it in this transaction.
    """
    run = TrackingRun(
        trigger=trigger,
        started_at=clock.now(),
        clips_planned=sum(group.clips for group in groups),
        campaigns_planned=len(groups),
    )
    session.add(run)
    await session.flush()
    for number, part in enumerate(
        cut_into_slices(groups, slice_clips or max(1, run.clips_planned)), 1
    ):
        if slice_clips is not None:
            session.add(RunSlice(run_id=run.id, number=number))
        for group in part:
            _include(session, run, number, group)
    log.info("Tracking %d clips across %d campaigns", run.clips_planned, run.campaigns_planned)
    changes.mark(session, runs=[run.id])
    return run


def _include(session: AsyncSession, run: TrackingRun, number: int, group: CampaignGroup) -> None:
    log.info(
        'Including campaign "%s" (%d clips, %s remaining)',
        group.campaign.title,
        group.clips,
        format_dollars(group.campaign.remaining),
    )
    session.add(
        PlannedCampaign(
            run_id=run.id, campaign_id=group.campaign.id, slice_number=number, clips=group.clips
        )
    )
