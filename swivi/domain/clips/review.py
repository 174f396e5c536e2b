"""Use cases of review: approve, reject, revoke, track again, release.

Each is one guarded step with its audit entry.
"""

from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.errors import Conflict
from swivi.core.guarded import changed_one
from swivi.core.money import Cents, format_dollars
from swivi.core.text import parse_text
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import User
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import CampaignNotOpen, WrongCampaignStatus
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import holds, service, tallies
from swivi.domain.clips.errors import (
    AlreadyReviewed,
    BaselineMissing,
    NoSuchClip,
    StillEarns,
    VideoNotHeld,
)
from swivi.domain.clips.models import (
    CLIP_STEPS,
    Clip,
    ClipState,
    ClipSubmission,
    SubmissionStatus,
    ViewTracking,
)
from swivi.domain.ledger import audit_log, budgets
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.platforms.models import Outcome
from swivi.domain.webhooks import outbox
from swivi.domain.webhooks.events import SubmissionApproved

LONGEST_REASON = 500


def parse_reason(reason: object) -> str:
    """Return a reason that the clipper will see. Raises InvalidInput."""
    otherwise = f"Enter a reason of 1 to {LONGEST_REASON} characters."
    return parse_text(reason, "reason", longest=LONGEST_REASON, otherwise=otherwise)


async def approve(session: AsyncSession, actor: Actor, submission_id: int) -> ClipSubmission:
    """Approve a PENDING submission: it becomes a clip with the campaign's present terms.

    Raises AdminsOnly, OwnGain, NoSuchSubmission, AlreadyReviewed, BaselineMissing, CampaignNotOpen.
    """
    actor.must_be_admin()
    submission = await service.get(session, submission_id)
    actor.must_not_gain(submission.user_id)
    campaign = await campaigns.locked(session, submission.campaign_id)
    await session.refresh(submission)
    if submission.status is not SubmissionStatus.PENDING:
        raise AlreadyReviewed(submission.status)
    if submission.initial_views is None:
        raise BaselineMissing
    if campaign.status not in {CampaignStatus.ACTIVE, CampaignStatus.PAUSED}:
        raise CampaignNotOpen(
            f"The campaign is {campaign.status}, so its clips cannot be approved."
        )
    await _decide(session, actor, submission, SubmissionStatus.APPROVED, reason=None)
    await _become_clip(session, actor, submission, campaign, submission.initial_views)
    await notifications.tell(
        session,
        submission.user_id,
        NotificationKind.SUBMISSION_APPROVED,
        "Your clip was approved",
        f'Your clip for "{campaign.title}" earns from {submission.initial_views:,} views on.',
        submission.id,
    )
    await outbox.tell(
        session,
        SubmissionApproved(
            submission_id=submission.id,
            campaign_id=campaign.id,
            campaign=campaign.title,
            user_id=submission.user_id,
            platform=submission.platform,
            external_id=submission.external_id,
            clip_url=submission.url,
            initial_views=submission.initial_views,
        ),
    )
    return submission


async def _become_clip(
    session: AsyncSession,
    actor: Actor,
    submission: ClipSubmission,
    campaign: Campaign,
    baseline: int,
) -> None:
    clip = Clip(
        submission_id=submission.id,
        campaign_id=campaign.id,
        user_id=submission.user_id,
        platform=submission.platform,
        external_id=submission.external_id,
        initial_views=baseline,
        views=baseline,
        peak_views=baseline,
        rate=campaign.rate_on(submission.platform),
        max_per_clip=campaign.max_per_clip,
        max_per_clipper=campaign.max_per_clipper,
        min_views=campaign.min_views,
        created_at=clock.now(),
    )
    session.add(clip)
    await session.flush()
    created = audit_log.entry("clip.created", "clip", clip.id, actor_id=actor.user_id, row=clip)
    audit_log.record(session, created)
    session.add(
        ViewTracking(
            clip_id=clip.id,
            date=submission.baseline_at or clock.now(),
            outcome=Outcome.OK,
            views=baseline,
            metric=submission.baseline_metric,
            source="baseline",
        )
    )
    await accounts.add_views(session, {submission.user_id: baseline})


async def reject(
    session: AsyncSession, actor: Actor, submission_id: int, reason: object
) -> ClipSubmission:
    """Reject a PENDING submission with a reason. Its video can be submitted again.

    Raises AdminsOnly, InvalidInput, NoSuchSubmission, AlreadyReviewed, and OwnGain also for
    another's submission in a campaign where the actor has clips: the budget that it would use pays
    those.
    """
    actor.must_be_admin()
    why = parse_reason(reason)
    submission = await service.get(session, submission_id)
    actor.must_not_gain(submission.user_id)
    await campaigns.must_not_own_clips(session, actor, submission.campaign_id)
    await _decide(session, actor, submission, SubmissionStatus.REJECTED, reason=why)
    campaign = await campaigns.get(session, submission.campaign_id)
    await notifications.tell(
        session,
        submission.user_id,
        NotificationKind.SUBMISSION_REJECTED,
        "Your clip was not accepted",
        f'Your clip for "{campaign.title}" was rejected: {why}',
        submission.id,
    )
    return submission


async def _decide(
    session: AsyncSession,
    actor: Actor,
    submission: ClipSubmission,
    decision: SubmissionStatus,
    *,
    reason: str | None,
) -> None:
    values: dict[str, Any] = {"status": decision, "reason": reason}
    if decision is SubmissionStatus.REJECTED:
        values["holds_video"] = False
    # Guarded on PENDING: of a concurrent approval and rejection, one wins and the other is refused.
    is_decided = await changed_one(
        session,
        update(ClipSubmission)
        .where(
            col(ClipSubmission.id) == submission.id,
            col(ClipSubmission.status) == SubmissionStatus.PENDING,
        )
        .values(reviewer_id=actor.user_id, reviewed_at=clock.now(), **values),
    )
    await session.refresh(submission)
    if not is_decided:
        raise AlreadyReviewed(submission.status)
    changes.mark(session, users=[submission.user_id], campaigns=[submission.campaign_id])
    audit_log.record(
        session,
        audit_log.entry(
            f"submission.{decision.lower()}",
            "submission",
            submission.id,
            actor_id=actor.user_id,
            before={"status": SubmissionStatus.PENDING},
            after={"status": decision},
            reason=reason,
            row=submission,
        ),
    )


async def revoke(session: AsyncSession, actor: Actor, clip_id: int, reason: object) -> Cents:
    """Revoke an approved clip for good. Return the cents that went back to the campaign.

    Its earnings are reversed as far as the clipper's available balance covers them. Clips of a
    completed campaign cannot be revoked, because its books are closed (I12). The submission keeps
    its video. Raises AdminsOnly, InvalidInput, NoSuchClip, Conflict, and OwnGain also for another's
    clip in a campaign where the actor has clips: the returned budget would pay those.
    """
    actor.must_be_admin()
    why = parse_reason(reason)
    clip = await session.get(Clip, clip_id)
    if clip is None:
        raise NoSuchClip
    actor.must_not_gain(clip.user_id)
    campaign = await campaigns.locked(session, clip.campaign_id)
    await campaigns.must_not_own_clips(session, actor, campaign.id)
    if campaign.completed_at is not None:
        raise WrongCampaignStatus("This campaign is completed and can no longer be changed.")
    await session.refresh(clip)
    if ClipState.REVOKED not in CLIP_STEPS[clip.state]:
        raise Conflict("This clip is already revoked.")
    available = (await _locked_user(session, clip.user_id)).available
    earned = clip.earnings
    clip.state = ClipState.REVOKED
    await holds.lift_of_revoked(session, actor, clip, why)
    await session.flush()
    recovered = await budgets.recoverable(session, clip_id, available=available)
    entry = audit_log.entry(
        "clip.revoked",
        "clip",
        clip_id,
        actor_id=actor.user_id,
        before={"earnings": earned},
        after={"earnings": earned - recovered, "not_recovered": earned - recovered},
        reason=why,
    )
    await budgets.reverse_clip(
        session, campaign.id, clip_id, clip.user_id, available=available, why=entry
    )
    await accounts.add_views(session, {clip.user_id: -clip.peak_views})
    await tallies.count_clips(session, campaign.id)
    changes.mark(session, users=[clip.user_id], campaigns=[campaign.id])
    await notifications.tell(
        session,
        clip.user_id,
        NotificationKind.CLIP_REVOKED,
        "A clip was taken out",
        (
            f'Your clip for "{campaign.title}" no longer earns: {why} {format_dollars(recovered)} '
            "went back."
        ),
        clip.submission_id,
    )
    return recovered


async def track_again(session: AsyncSession, actor: Actor, clip_id: int, reason: object) -> Clip:
    """Have the next run read a removed or resting clip.

    It moves no money: if a count is read, the clip earns from its peak as before. A missing video
    is removed again. Raises AdminsOnly, OwnGain, InvalidInput, NoSuchClip, WrongCampaignStatus, and
    Conflict for any other clip.
    """
    actor.must_be_admin()
    why = parse_reason(reason)
    clip = await session.get(Clip, clip_id)
    if clip is None:
        raise NoSuchClip
    actor.must_not_gain(clip.user_id)
    campaign = await campaigns.locked(session, clip.campaign_id)
    if campaign.completed_at is not None:
        raise WrongCampaignStatus("This campaign is completed and can no longer be changed.")
    await session.refresh(clip)
    if clip.state is ClipState.REVOKED:
        raise Conflict("This clip was revoked and is no longer tracked.")
    if clip.resting_since is None:
        raise Conflict("This clip is already read by every run.")
    before = clip.state
    clip.state = ClipState.TRACKED
    clip.not_found_runs, clip.not_found_since = 0, None
    clip.resting_since, clip.next_look_at = None, None
    await session.flush()
    await tallies.count_clips(session, campaign.id)
    audit_log.record(
        session,
        audit_log.entry(
            "clip.tracked_again",
            "clip",
            clip_id,
            actor_id=actor.user_id,
            before={"state": before},
            after={"state": clip.state},
            reason=why,
        ),
    )
    changes.mark(session, users=[clip.user_id], campaigns=[campaign.id])
    return clip


async def release(
    session: AsyncSession, actor: Actor, submission_id: int, reason: object
) -> ClipSubmission:
    """Let anybody submit the video of a submission again that can earn nothing more.

    Raises AdminsOnly, OwnGain, InvalidInput, NoSuchSubmission, StillEarns, VideoNotHeld.
    """
    actor.must_be_admin()
    why = parse_reason(reason)
    submission = await service.get(session, submission_id)
    actor.must_not_gain(submission.user_id)
    campaign = await campaigns.locked(session, submission.campaign_id)
    await session.refresh(submission)
    if not submission.holds_video:
        raise VideoNotHeld
    if submission.status is SubmissionStatus.PENDING:
        raise StillEarns("This submission is not reviewed yet. Reject it to free its video.")
    if campaign.completed_at is None and not await _is_revoked(session, submission_id):
        raise StillEarns("This clip still earns. Revoke it first.")
    submission.holds_video = False
    changes.mark(session, users=[submission.user_id], campaigns=[campaign.id])
    audit_log.record(
        session,
        audit_log.entry(
            "submission.released",
            "submission",
            submission_id,
            actor_id=actor.user_id,
            before={"holds_video": True},
            after={"holds_video": False},
            reason=why,
            row=submission,
        ),
    )
    return submission


async def _is_revoked(session: AsyncSession, submission_id: int) -> bool:
    found = await session.exec(select(Clip.state).where(Clip.submission_id == submission_id))
    return found.one() is ClipState.REVOKED


async def _locked_user(session: AsyncSession, user_id: int) -> User:
    found = await session.exec(
        select(User)
        .where(User.id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one()
