"""A submission as lists show it: with its clip's views and earnings and its campaign's title, in
one row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.models import Clip, ClipState, ClipSubmission, SubmissionStatus
from swivi.domain.platforms.models import Platform, VideoRef
from swivi.insights.shared.sorting import nearer_end, order_by
from swivi.insights.submissions.best import BEST, best_ids


@dataclass(frozen=True, slots=True)
class ClipRow:
    """`clip_id`, `state` and `last_tracked_at` are None until the submission is approved.

    `views` is the newest reading, which before approval is the baseline; None while that is
    awaited. `final_earnings` is the snapshot of a completed campaign.
    """

    submission_id: int
    clip_id: int | None
    campaign_id: int
    campaign_title: str
    platform: Platform
    external_id: str
    url: str
    author: str | None
    status: SubmissionStatus
    state: ClipState | None
    initial_views: int | None
    baseline_problem: str | None
    views: int | None
    earnings: Cents
    final_earnings: Cents | None
    reason: str | None
    flag: str | None
    holds_video: bool
    submitted_at: datetime
    reviewed_at: datetime | None
    last_tracked_at: datetime | None
    resting_since: datetime | None

    @property
    def is_resting(self) -> bool:
        """Whether the clip is read less and less often, or no more, because no count is read of
        it.
        """
        return self.resting_since is not None

    @property
    def video(self) -> VideoRef:
        """The video this is about."""
        return VideoRef(self.platform, self.external_id)

    @property
    def awaits_baseline(self) -> bool:
        """Whether the views are still to be read for the first time."""
        return self.initial_views is None and self.status is SubmissionStatus.PENDING


_BY_ID = col(ClipSubmission.id)

SORTS: Mapping[str, Any] = {
    "submittedAt": _BY_ID,
    "views": func.coalesce(col(Clip.views), col(ClipSubmission.initial_views)),
    "earnings": func.coalesce(col(Clip.earnings), 0),
}
"""What lists of submissions can be sorted by."""


def submissions_with_clips() -> Any:
    """Return the query of `ClipSubmission`, `Clip` (or None) and `campaign_title` for `clip_row`."""
    return (
        select(ClipSubmission, Clip, col(Campaign.title).label("campaign_title"))
        .join(Campaign, col(Campaign.id) == col(ClipSubmission.campaign_id))
        .join(Clip, col(Clip.submission_id) == col(ClipSubmission.id), isouter=True)
    )


def sharing(**values: object) -> dict[str, object]:
    """Of the columns that clips and submissions share, the values that are asked for; None is
    any.
    """
    return {name: value for name, value in values.items() if value is not None}


def page_of(
    query: Any,
    wanted: Mapping[str, object],
    status: SubmissionStatus | None,
    *,
    sort: str,
    limit: int,
    offset: int,
    total: int | None = None,
) -> Any:
    """One page of a query that begins with `submissions_with_clips`, of submissions of this status;
    None is any.

    `wanted` is what `sharing` made. `sort` is a name of BEST or `submittedAt`, with
    `-` for the largest first. With a `total`, late pages of the latter are looked for from the end.
    """
    if sort in BEST:
        ids = best_ids(wanted, status, sort=sort, limit=limit, offset=offset)
    else:
        stretch = nearer_end(limit, offset, total)
        order = order_by(sort, SORTS, _BY_ID, backwards=stretch.backwards)
        ids = select(_BY_ID).filter_by(**wanted).where(*_of(status)).order_by(*order)
        ids = ids.limit(stretch.limit).offset(stretch.offset)
    return query.where(_BY_ID.in_(ids)).order_by(*order_by(sort, SORTS, _BY_ID))


async def count_of(
    session: AsyncSession, wanted: Mapping[str, object], status: SubmissionStatus | None
) -> int:
    """How many submissions with these values of columns, and of this status, there are."""
    counting = (
        select(func.count()).select_from(ClipSubmission).filter_by(**wanted).where(*_of(status))
    )
    return (await session.exec(counting)).one()


def _of(status: SubmissionStatus | None) -> list[ColumnElement[bool]]:
    return [] if status is None else [col(ClipSubmission.status) == status]


def clip_row(submission: ClipSubmission, clip: Clip | None, campaign_title: str) -> ClipRow:
    """One row of `submissions_with_clips`."""
    return ClipRow(
        submission_id=submission.id,
        clip_id=clip.id if clip else None,
        campaign_id=submission.campaign_id,
        campaign_title=campaign_title,
        platform=submission.platform,
        external_id=submission.external_id,
        url=submission.url,
        author=submission.author,
        status=submission.status,
        state=clip.state if clip else None,
        initial_views=submission.initial_views,
        baseline_problem=submission.baseline_problem,
        views=clip.views if clip else submission.initial_views,
        earnings=clip.earnings if clip else 0,
        final_earnings=submission.final_earnings,
        reason=submission.reason,
        flag=clip.flag if clip else None,
        holds_video=submission.holds_video,
        submitted_at=submission.created_at,
        reviewed_at=submission.reviewed_at,
        last_tracked_at=clip.last_tracked_at if clip else None,
        resting_since=clip.resting_since if clip else None,
    )


async def clip_and_clipper(session: AsyncSession, clip_id: int) -> tuple[Clip, str] | None:
    """The clip with this id and its clipper's name, if there is one."""
    found = await session.exec(
        select(Clip, User.name)
        .join(User, col(User.id) == col(Clip.user_id))
        .where(Clip.id == clip_id)
    )
    return found.one_or_none()
