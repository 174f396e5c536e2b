"""What follows if a baseline cannot be read: further attempts at growing intervals, then rejection.

Each attempt costs money, and the clipper needs an answer. The clipper can submit the video again
once it can be read.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes
from swivi.core.guarded import changed_one
from swivi.domain.campaigns import service as campaigns
from swivi.domain.clips.models import ClipSubmission, SubmissionStatus
from swivi.domain.ledger import audit_log
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.platforms.models import Outcome, Reading

FIRST_WAIT = timedelta(minutes=1)
SLOWEST_WAIT = timedelta(hours=6)
"""The wait doubles up to this: 9 attempts in the first 9 hours, then 4 a day, below 40 in all."""

READ_FOR = timedelta(days=7)
"""How long after the submission transient failures are retried."""

REFUSED_FOR = timedelta(days=1)
"""The time from the first definite answer to rejection. Platforms give wrong answers for hours."""

WHAT_TO_DO = "Check that everybody can see the video, then submit it again."

PROBLEMS = {
    Outcome.NOT_FOUND: "The platform says that this video does not exist.",
    Outcome.PRIVATE: "The platform does not show this video: it is private or was deleted.",
    Outcome.RESTRICTED: "The platform restricts who may see this video.",
    Outcome.MISSING: "The platform did not answer for this video.",
    Outcome.ERROR: "The views could not be read.",
}


def after_failure(submission: ClipSubmission, reading: Reading, at: datetime) -> dict[str, Any]:
    """Return the new column values of a submission whose baseline could not be read at `at`.

    Attempts without a scraper (no key, no quota) never reject a submission, because that is not its
    fault.
    """
    attempts = submission.baseline_attempts + 1
    wait = min(SLOWEST_WAIT, FIRST_WAIT * 2 ** min(attempts, 20))
    since = submission.refused_since
    if since is None and not reading.outcome.transient:
        since = at
    values: dict[str, Any] = {
        "baseline_problem": PROBLEMS[reading.outcome],
        "next_baseline_at": at + wait,
        "refused_since": since,
    }
    if reading.source and _is_over(submission, reading, since, at):
        values |= {
            "next_baseline_at": None,
            "status": SubmissionStatus.REJECTED,
            "holds_video": False,
            "reviewed_at": at,
            "reason": f"{PROBLEMS[reading.outcome]} {WHAT_TO_DO}",
        }
    return values


def _is_over(
    submission: ClipSubmission, reading: Reading, since: datetime | None, at: datetime
) -> bool:
    if at - submission.created_at >= READ_FOR:
        return True
    return not reading.outcome.transient and since is not None and at - since >= REFUSED_FOR


async def change_awaiting(
    session: AsyncSession, submission: ClipSubmission, values: dict[str, Any]
) -> bool:
    """Change a submission if it still awaits its baseline, and return whether it did."""
    is_changed = await changed_one(
        session,
        update(ClipSubmission)
        .where(
            col(ClipSubmission.id) == submission.id,
            col(ClipSubmission.initial_views).is_(None),
            col(ClipSubmission.status) == SubmissionStatus.PENDING,
        )
        .values(**values),
    )
    await session.refresh(submission)
    return is_changed


async def tell_closed(session: AsyncSession, submission: ClipSubmission, **after: object) -> None:
    """Notify the clipper and write the audit entry of a submission that Swivi itself rejected.

    `after` are further values of the entry.
    """
    campaign = await campaigns.get(session, submission.campaign_id)
    audit_log.record(
        session,
        audit_log.entry(
            "submission.rejected",
            "submission",
            submission.id,
            actor_id=None,
            before={"status": SubmissionStatus.PENDING},
            after={"status": SubmissionStatus.REJECTED, **after},
            reason=submission.reason,
            row=submission,
        ),
    )
    await notifications.tell(
        session,
        submission.user_id,
        NotificationKind.SUBMISSION_REJECTED,
        "Your clip was not accepted",
        f'Your clip for "{campaign.title}" was rejected: {submission.reason}',
        submission.id,
    )
    changes.mark(session, users=[submission.user_id], campaigns=[submission.campaign_id])
