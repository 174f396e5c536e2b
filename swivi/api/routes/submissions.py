"""Submissions: clippers send them, admins review them."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request

from swivi.api.http.access import Admin, Clipper, admin, clipper
from swivi.api.http.bodies import ExactRoute
from swivi.api.http.client import client_address
from swivi.api.http.idempotency import OnceForUser
from swivi.api.http.parameters import CampaignFilter, ClipperFilter, Paging
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import AnyCase, RowId
from swivi.api.routes.submissions_schemas import (
    AdminSubmission,
    AdminSubmissionPage,
    HoldLifted,
    NewSubmission,
    Reason,
    Revocation,
    Submission,
    SubmissionDetails,
    SubmissionPage,
    TrackedAgain,
)
from swivi.core.errors import Conflict, TooManyRequests
from swivi.domain.accounts.errors import OwnGain
from swivi.domain.campaigns.errors import CampaignNotOpen, NoSuchCampaign, WrongCampaignStatus
from swivi.domain.clips import holds, review
from swivi.domain.clips.errors import (
    AlreadyReviewed,
    BaselineMissing,
    DuplicateSubmission,
    NoSuchClip,
    NoSuchSubmission,
    NotOnHold,
    PlatformNotWanted,
    StillEarns,
    VideoNotHeld,
)
from swivi.domain.clips.models import SubmissionStatus
from swivi.domain.platforms import links
from swivi.domain.platforms.errors import InvalidLink
from swivi.domain.platforms.models import Platform
from swivi.insights.clippers.clipper import clipper_clip, clipper_clips
from swivi.insights.submissions.review_queue import review_queue, review_row, review_rows
from swivi.runtime.runtime import runtime

BASELINE_WAIT_SECONDS = 20.0
"""How long the answer waits for the baseline."""
ANSWERED_WITHIN = timedelta(seconds=BASELINE_WAIT_SECONDS + 10)

Sort = Literal["submittedAt", "-submittedAt", "-views", "-earnings"]
"""Ascending orders of views and earnings do not exist: a million submissions may have earned
nothing.
"""

clipper_router = APIRouter(
    prefix="/clippers/submissions",
    tags=["clippers"],
    route_class=ExactRoute,
    dependencies=[Depends(clipper)],
)
admin_router = APIRouter(
    prefix="/admin", tags=["admin"], route_class=ExactRoute, dependencies=[Depends(admin)]
)


@clipper_router.post("", status_code=201)
@refuses(
    NoSuchCampaign,
    CampaignNotOpen,
    InvalidLink,
    PlatformNotWanted,
    DuplicateSubmission,
    TooManyRequests,
)
async def submit(
    request: Request, actor: Clipper, body: NewSubmission, once: OnceForUser
) -> Submission:
    """Submit a clip to an open campaign.

    The answer waits up to 20 seconds for the first reading of its views.
    """
    await runtime().quotas.submission(actor, client_address(request))
    video, intake = await links.resolve(body.clip_url), runtime().intake
    async with once.writing() as session:
        submission = await intake.take(session, actor, body.campaign_id, video)
        await once.keep(session, Submission.of_new(submission), may_change_for=ANSWERED_WITHIN)
    view = Submission.of_new(
        await intake.with_baseline(submission, wait_seconds=BASELINE_WAIT_SECONDS)
    )
    await once.change(view)
    return view


@clipper_router.get("")
async def list_own_submissions(
    actor: Clipper,
    paging: Annotated[Paging, Depends()],
    status: Annotated[SubmissionStatus | None, AnyCase, Query()] = None,
    campaign_id: CampaignFilter = None,
    platform: Annotated[Platform | None, Query()] = None,
    sort: Sort = "-submittedAt",
) -> SubmissionPage:
    """List the clipper's own submissions."""
    async with runtime().database.reading() as session:
        found, total = await clipper_clips(
            session,
            actor.user_id,
            status=status,
            campaign_id=campaign_id,
            platform=platform,
            sort=sort,
            limit=paging.limit,
            offset=paging.offset,
        )
    return paging.shown(SubmissionPage, [SubmissionDetails.of(row) for row in found], total)


@clipper_router.get("/{submission_id}")
@refuses(NoSuchSubmission)
async def get_own_submission(actor: Clipper, submission_id: RowId) -> SubmissionDetails:
    """Return one of the clipper's own submissions."""
    async with runtime().database.reading() as session:
        row = await clipper_clip(session, actor.user_id, submission_id)
    if row is None:
        raise NoSuchSubmission
    return SubmissionDetails.of(row)


@admin_router.get("/submissions")
async def list_submissions(
    paging: Annotated[Paging, Depends()],
    status: Annotated[SubmissionStatus | None, AnyCase, Query()] = None,
    campaign_id: CampaignFilter = None,
    clipper_id: ClipperFilter = None,
    platform: Annotated[Platform | None, Query()] = None,
    sort: Sort | None = None,
) -> AdminSubmissionPage:
    """List all submissions.

    Without `sort`, PENDING submissions come oldest first, all others newest first.
    """
    async with runtime().database.reading() as session:
        found, total = await review_queue(
            session,
            status=status,
            campaign_id=campaign_id,
            platform=platform,
            clipper_id=clipper_id,
            sort=sort,
            limit=paging.limit,
            offset=paging.offset,
        )
    return paging.shown(
        AdminSubmissionPage, [AdminSubmission.of_review(row) for row in found], total
    )


@admin_router.get("/submissions/{submission_id}")
@refuses(NoSuchSubmission)
async def get_submission(submission_id: RowId) -> AdminSubmission:
    """Return one submission."""
    async with runtime().database.reading() as session:
        found = await review_rows(session, [submission_id])
    if not found:
        raise NoSuchSubmission
    return AdminSubmission.of_review(found[0])


@admin_router.post("/submissions/{submission_id}/approve")
@refuses(NoSuchSubmission, OwnGain, AlreadyReviewed, BaselineMissing, CampaignNotOpen)
async def approve(actor: Admin, submission_id: RowId, once: OnceForUser) -> AdminSubmission:
    """Approve a submission. The clip earns on the campaign's current terms."""
    async with once.writing() as session:
        await review.approve(session, actor, submission_id)
        view = AdminSubmission.of_review(await review_row(session, submission_id))
        await once.keep(session, view)
    return view


@admin_router.post("/submissions/{submission_id}/reject")
@refuses(NoSuchSubmission, OwnGain, AlreadyReviewed)
async def reject(
    actor: Admin, submission_id: RowId, body: Reason, once: OnceForUser
) -> AdminSubmission:
    """Reject a submission. The clipper reads the reason."""
    async with once.writing() as session:
        await review.reject(session, actor, submission_id, body.reason)
        view = AdminSubmission.of_review(await review_row(session, submission_id))
        await once.keep(session, view)
    return view


@admin_router.post("/submissions/{submission_id}/release")
@refuses(NoSuchSubmission, OwnGain, StillEarns, VideoNotHeld)
async def release(
    actor: Admin, submission_id: RowId, body: Reason, once: OnceForUser
) -> AdminSubmission:
    """Let anybody submit a video again whose clip was revoked or whose campaign is completed."""
    async with once.writing() as session:
        await review.release(session, actor, submission_id, body.reason)
        view = AdminSubmission.of_review(await review_row(session, submission_id))
        await once.keep(session, view)
    return view


@admin_router.post("/clips/{clip_id}/revoke")
@refuses(NoSuchClip, OwnGain, WrongCampaignStatus, Conflict)
async def revoke(actor: Admin, clip_id: RowId, body: Reason, once: OnceForUser) -> Revocation:
    """Revoke an approved clip. This is final.

    Its earnings go back to the campaign, as far as the clipper's available balance covers them.
    """
    async with once.writing() as session:
        recovered = await review.revoke(session, actor, clip_id, body.reason)
        view = Revocation(clip_id=clip_id, recovered=recovered)
        await once.keep(session, view)
    return view


@admin_router.post("/clips/{clip_id}/track-again")
@refuses(NoSuchClip, OwnGain, WrongCampaignStatus, Conflict)
async def track_again(
    actor: Admin, clip_id: RowId, body: Reason, once: OnceForUser
) -> TrackedAgain:
    """Have the next run read a clip that was removed, or that is read less often after failed
    readings.
    """
    async with once.writing() as session:
        clip = await review.track_again(session, actor, clip_id, body.reason)
        view = TrackedAgain(clip_id=clip_id, clip_state=clip.state)
        await once.keep(session, view)
    return view


@admin_router.post("/clips/{clip_id}/hold/pay")
@refuses(NoSuchClip, OwnGain, NotOnHold)
async def pay_held(actor: Admin, clip_id: RowId, body: Reason, once: OnceForUser) -> HoldLifted:
    """Accept the count of a clip on hold. The next settlement credits its growth, within the
    budget.
    """
    async with once.writing() as session:
        clip = await holds.pay(session, actor, clip_id, body.reason)
        view = HoldLifted(clip_id=clip_id, peak_views=clip.peak_views)
        await once.keep(session, view)
    return view


@admin_router.post("/clips/{clip_id}/hold/correct")
@refuses(NoSuchClip, OwnGain, NotOnHold)
async def correct_held(actor: Admin, clip_id: RowId, body: Reason, once: OnceForUser) -> HoldLifted:
    """Reject the count of a clip on hold. It never pays; the clip continues from its peak."""
    async with once.writing() as session:
        clip = await holds.correct(session, actor, clip_id, body.reason)
        view = HoldLifted(clip_id=clip_id, peak_views=clip.peak_views)
        await once.keep(session, view)
    return view
