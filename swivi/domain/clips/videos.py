"""One video earns once: which submission holds a video, and under which id.

A submission holds its video from the moment of submission, across all users and campaigns. It keeps
the video after approval, revocation and completion. It gives the video up when it is rejected or an
admin releases it (`review.release`). Submissions to test campaigns hold nothing, because they are
not paid.
"""

from collections.abc import Sequence

from sqlalchemy import exists
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import violated_constraint
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import baselines
from swivi.domain.clips.errors import DuplicateSubmission
from swivi.domain.clips.models import (
    HOLDS_VIDEO,
    LIVE_WITHOUT_VIDEO,
    ONE_HOLDS_VIDEO,
    Clip,
    ClipState,
    ClipSubmission,
    SubmissionStatus,
)
from swivi.domain.ledger import audit_log
from swivi.domain.platforms.models import VideoRef

DUPLICATE = "This video was already submitted to Swivi under another link."


async def must_be_free(
    session: AsyncSession, video: VideoRef, campaign: Campaign, *, user_id: int
) -> None:
    """Raise DuplicateSubmission if another submission has the video.

    The caller has locked the campaign. Of two concurrent submissions to different campaigns, the
    unique index refuses the second.
    """
    for owner_id, campaign_id in await _submissions_with(session, video, campaign):
        if owner_id == user_id and campaign_id == campaign.id:
            raise DuplicateSubmission("You already submitted this video to this campaign.")
        if owner_id == user_id:
            raise DuplicateSubmission("You already submitted this video to another campaign.")
        raise DuplicateSubmission


async def _submissions_with(
    session: AsyncSession, video: VideoRef, campaign: Campaign
) -> Sequence[tuple[int, int]]:
    """Return (user id, campaign id) of the submissions that keep `video` from `campaign`."""
    owners = select(ClipSubmission.user_id, ClipSubmission.campaign_id).where(
        ClipSubmission.platform == video.platform, ClipSubmission.external_id == video.external_id
    )
    if campaign.is_test:
        live = (
            ClipSubmission.campaign_id == campaign.id,
            ClipSubmission.status != SubmissionStatus.REJECTED,
        )
        return (await session.exec(owners.where(*live))).all()
    holders = (await session.exec(owners.where(HOLDS_VIDEO))).all()
    # Duplicates from before one submission held a video may still earn, although they hold nothing.
    under_way = select(Campaign.id).where(
        col(Campaign.is_test).is_(False), col(Campaign.completed_at).is_(None)
    )
    is_revoked = exists().where(
        col(Clip.submission_id) == col(ClipSubmission.id), col(Clip.state) == ClipState.REVOKED
    )
    earning = owners.where(
        LIVE_WITHOUT_VIDEO, col(ClipSubmission.campaign_id).in_(under_way), ~is_revoked
    )
    return [*holders, *(await session.exec(earning)).all()]


async def settle_alias(
    session: AsyncSession, submission: ClipSubmission, answered: VideoRef
) -> None:
    """Give a submission the id under which the platform answered for its video.

    If another submission has that video, this one is rejected as a duplicate and its clipper
    notified.
    """
    campaign = await campaigns.get(session, submission.campaign_id)
    if not await _submissions_with(session, answered, campaign):
        renamed = {"external_id": answered.external_id, "url": answered.canonical_url}
        try:
            # Nested, so that a refusal by the unique index does not end the transaction.
            async with session.begin_nested():
                is_renamed = await baselines.change_awaiting(session, submission, renamed)
        except IntegrityError as refused:  # another submission took the video at the same moment
            if violated_constraint(refused) != ONE_HOLDS_VIDEO:
                raise
        else:
            if is_renamed:
                _record_name(session, submission, renamed)
            return
    await _close_as_duplicate(session, submission, answered)


def _record_name(
    session: AsyncSession, submission: ClipSubmission, renamed: dict[str, str]
) -> None:
    action, subject = "submission.renamed", "submission"
    entry = audit_log.entry(
        action, subject, submission.id, actor_id=None, after=renamed, row=submission
    )
    audit_log.record(session, entry)


async def _close_as_duplicate(
    session: AsyncSession, submission: ClipSubmission, answered: VideoRef
) -> None:
    closed = {"status": SubmissionStatus.REJECTED, "holds_video": False, "reason": DUPLICATE}
    if await baselines.change_awaiting(session, submission, closed | {"reviewed_at": clock.now()}):
        await baselines.tell_closed(session, submission, same_video_as=answered.external_id)
