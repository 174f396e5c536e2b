"""Use cases of submissions: submit, baseline, list."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import refused_as
from swivi.core.guarded import changed_one
from swivi.domain.accounts.actor import Actor
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import CampaignNotOpen, NoSuchCampaign
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import baselines, videos
from swivi.domain.clips.errors import DuplicateSubmission, NoSuchSubmission, PlatformNotWanted
from swivi.domain.clips.models import ONE_HOLDS_VIDEO, ClipSubmission, SubmissionStatus
from swivi.domain.platforms.models import Reading, VideoRef

FIRST_RETRY = timedelta(minutes=1)
"""What `submit` waits for, unless its caller reads the baseline."""


async def submit(
    session: AsyncSession,
    actor: Actor,
    campaign_id: int,
    video: VideoRef,
    *,
    retry_in: timedelta = FIRST_RETRY,
    in_sandbox: bool = False,
) -> ClipSubmission:
    """Send a recognised video to an open campaign; it is PENDING and awaits its baseline.

    Unless the caller reads the baseline before, it becomes due after `retry_in`. Only the sandbox,
    by `in_sandbox`, submits to a test campaign. For everybody else a campaign does not exist unless
    they `may_see` it.

    Raises ClippersOnly, NoSuchCampaign, CampaignNotOpen, PlatformNotWanted, DuplicateSubmission.
    """
    actor.must_be_clipper()
    campaign = await campaigns.locked(session, campaign_id)
    if not (await may_see(session, campaign, actor.user_id) or (in_sandbox and campaign.is_test)):
        raise NoSuchCampaign
    _must_take(campaign, video)
    await videos.must_be_free(session, video, campaign, user_id=actor.user_id)
    submission = ClipSubmission(
        user_id=actor.user_id,
        campaign_id=campaign_id,
        platform=video.platform,
        external_id=video.external_id,
        url=video.canonical_url,
        holds_video=not campaign.is_test,
        created_at=clock.now(),
        next_baseline_at=clock.now() + retry_in,
    )
    session.add(submission)
    # The index refuses the second of two submissions to different campaigns at the same moment.
    with refused_as(ONE_HOLDS_VIDEO, DuplicateSubmission):
        await session.flush()
    return submission


def _must_take(campaign: Campaign, video: VideoRef) -> None:
    if campaign.status is not CampaignStatus.ACTIVE:
        raise CampaignNotOpen("This campaign takes no clips at the moment.")
    if campaign.end_waits_since is not None:
        raise CampaignNotOpen("This campaign has ended.")
    if campaign.remaining <= 0:
        raise CampaignNotOpen("This campaign's budget is used up.")
    if video.platform not in campaign.platforms:
        raise PlatformNotWanted(video.platform, campaign.platforms)


PUBLIC = frozenset({CampaignStatus.ACTIVE, CampaignStatus.PAUSED, CampaignStatus.COMPLETED})
"""The states in which a campaign has a page for everybody."""


async def may_see(session: AsyncSession, campaign: Campaign, user_id: int | None) -> bool:
    """Return whether a clipper (None is a guest) may know of this campaign.

    No clipper knows of a test campaign, nor of one that has not started or is archived. Of a hidden
    one know those who have ever submitted to it.
    """
    if campaign.is_test or campaign.status not in PUBLIC:
        return False
    if not campaign.hidden:
        return True
    sent = select(ClipSubmission.id).where(
        ClipSubmission.user_id == user_id, ClipSubmission.campaign_id == campaign.id
    )
    return (await session.exec(sent.limit(1))).first() is not None


async def record_baseline(session: AsyncSession, submission_id: int, reading: Reading) -> bool:
    """Store the baseline, or why it could not be read and when to try again; whether there is one
    now.

    After a bounded number of failures the submission is REJECTED and its clipper is told (see
    `baselines`). Guarded, so that of two readers only the first writes the baseline or closes the
    submission. If the platform answered under another id, the submission takes that id first, or is
    closed as a duplicate.
    """
    submission = await get(session, submission_id)
    if reading.answered is not None and reading.answered != submission.video:
        await videos.settle_alias(session, submission, reading.answered)
    awaiting = (
        col(ClipSubmission.id) == submission_id,
        col(ClipSubmission.initial_views).is_(None),
        col(ClipSubmission.status) == SubmissionStatus.PENDING,
    )
    attempts = submission.baseline_attempts + 1
    values: dict[str, Any]
    if reading.views is not None:
        values = {
            "initial_views": reading.views,
            "baseline_at": reading.read_at,
            "baseline_problem": None,
        }
        values |= {
            "author": reading.author,
            "coauthors": list(reading.coauthors),
            "next_baseline_at": None,
        }
        values |= {"baseline_metric": reading.metric}
    else:
        values = baselines.after_failure(submission, reading, clock.now())
    is_written = await changed_one(
        session,
        update(ClipSubmission).where(*awaiting).values(baseline_attempts=attempts, **values),
    )
    await session.refresh(submission)
    if is_written and submission.status is SubmissionStatus.REJECTED:
        await baselines.tell_closed(session, submission)
    return is_written and reading.views is not None


async def claim_due_baselines(
    session: AsyncSession, *, limit: int, until: datetime
) -> Sequence[ClipSubmission]:
    """Submissions whose baseline is due to be read (again), longest waiting first; nobody else gets
    them before `until`, when the claim ends by itself.
    """
    found = await session.exec(
        select(ClipSubmission)
        .where(
            col(ClipSubmission.initial_views).is_(None),
            ClipSubmission.status == SubmissionStatus.PENDING,
            col(ClipSubmission.next_baseline_at) <= clock.now(),
        )
        .order_by(col(ClipSubmission.next_baseline_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = found.all()
    for submission in due:
        submission.next_baseline_at = until
    return due


async def get(session: AsyncSession, submission_id: int) -> ClipSubmission:
    """The submission with this id. Raises NoSuchSubmission."""
    submission = await session.get(ClipSubmission, submission_id)
    if submission is None:
        raise NoSuchSubmission
    return submission


async def own(
    session: AsyncSession, actor: Actor, *, limit: int, offset: int
) -> tuple[Sequence[ClipSubmission], int]:
    """One page of the actor's own submissions, newest first, and how many there are."""
    mine = ClipSubmission.user_id == actor.user_id
    total = (await session.exec(select(func.count()).select_from(ClipSubmission).where(mine))).one()
    found = await session.exec(
        select(ClipSubmission)
        .where(mine)
        .order_by(col(ClipSubmission.id).desc())
        .limit(limit)
        .offset(offset)
    )
    return found.all(), total
