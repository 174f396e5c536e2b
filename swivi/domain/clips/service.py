"""Use cases of submissions: submit, record the baseline, list."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import refused_as
from swivi.domain.accounts.actor import Actor
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import CampaignNotOpen, NoSuchCampaign
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import baselines, videos
from swivi.domain.clips.errors import DuplicateSubmission, NoSuchSubmission, PlatformNotWanted
from swivi.domain.clips.models import ONE_HOLDS_VIDEO, ClipSubmission, SubmissionStatus
from swivi.domain.ledger import audit_log
from swivi.domain.platforms.models import Reading, VideoRef

FIRST_RETRY = timedelta(minutes=1)
"""When the baseline becomes due after `submit`, unless the caller reads it before."""


async def submit(
    session: AsyncSession,
    actor: Actor,
    campaign_id: int,
    video: VideoRef,
    *,
    retry_in: timedelta = FIRST_RETRY,
    in_sandbox: bool = False,
) -> ClipSubmission:
    """Submit a video to an open campaign. It is PENDING and awaits its baseline.

    Unless the caller reads the baseline before, it becomes due after `retry_in`. Only the sandbox,
    by `in_sandbox`, submits to a test campaign. Users who `may_see` no such campaign get
    NoSuchCampaign.

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
    # The index refuses the second of two concurrent submissions to different campaigns.
    with refused_as(ONE_HOLDS_VIDEO, DuplicateSubmission):
        await session.flush()
    sent = audit_log.entry(
        "submission.sent", "submission", submission.id, actor_id=actor.user_id, row=submission
    )
    audit_log.record(session, sent)
    return submission


def _must_take(campaign: Campaign, video: VideoRef) -> None:
    if campaign.status is not CampaignStatus.ACTIVE:
        raise CampaignNotOpen("This campaign does not accept clips now.")
    if campaign.end_waits_since is not None:
        raise CampaignNotOpen("This campaign has ended.")
    if campaign.remaining <= 0:
        raise CampaignNotOpen("This campaign's budget is used up.")
    if video.platform not in campaign.platforms:
        raise PlatformNotWanted(video.platform, campaign.platforms)


PUBLIC = frozenset({CampaignStatus.ACTIVE, CampaignStatus.PAUSED, CampaignStatus.COMPLETED})
"""The statuses in which a campaign has a public page."""


async def may_see(session: AsyncSession, campaign: Campaign, user_id: int | None) -> bool:
    """Return whether a clipper (None is a guest) may see this campaign.

    Clippers see no test campaign, and none that has not started or is archived. Only clippers who
    submitted to a hidden campaign see it.
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
    """Store the baseline, or why it could not be read. Return whether there is one now.

    After a bounded number of failures the submission is REJECTED and its clipper notified (see
    `baselines`). Guarded, so that only the first of two readers writes the baseline or rejects. If
    the platform answered under another id, the submission takes that id first, or is rejected as a
    duplicate.
    """
    submission = await get(session, submission_id)
    if reading.answered is not None and reading.answered != submission.video:
        await videos.settle_alias(session, submission, reading.answered)
    values: dict[str, Any]
    if reading.views is not None:
        values = {
            "initial_views": reading.views,
            "baseline_at": reading.read_at,
            "baseline_problem": None,
            "baseline_metric": reading.metric,
            "author": reading.author,
            "coauthors": list(reading.coauthors),
            "next_baseline_at": None,
        }
    else:
        values = baselines.after_failure(submission, reading, clock.now())
    values |= {"baseline_attempts": submission.baseline_attempts + 1}
    is_written = await baselines.change_awaiting(session, submission, values)
    if is_written and submission.status is SubmissionStatus.REJECTED:
        await baselines.tell_closed(session, submission)
    elif is_written and submission.initial_views is not None:
        counted = audit_log.entry(
            "submission.counted", "submission", submission_id, actor_id=None, row=submission
        )
        audit_log.record(session, counted)
    return is_written and reading.views is not None


async def claim_due_baselines(
    session: AsyncSession, *, limit: int, until: datetime
) -> Sequence[ClipSubmission]:
    """Claim submissions whose baseline is due, longest waiting first.

    The claim expires at `until`.
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
    """Return the submission. Raises NoSuchSubmission."""
    submission = await session.get(ClipSubmission, submission_id)
    if submission is None:
        raise NoSuchSubmission
    return submission


async def own(
    session: AsyncSession, actor: Actor, *, limit: int, offset: int
) -> tuple[Sequence[ClipSubmission], int]:
    """Return one page of the actor's own submissions, newest first, and the number of all."""
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
