"""A submission as lists show it, with its clip's numbers and its campaign's title."""

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
    """A submission with its clip. Before approval `clip_id`, `state` and `last_tracked_at` are
    None.

    `views` is the newest reading (before approval the baseline), or None without one.
    `final_earnings` is the snapshot of a completed campaign.
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
        """Whether the clip is read less often, or not at all, after failed readings."""
        return self.resting_since is not None

    @property
    def video(self) -> VideoRef:
        """The submission's video."""
        return VideoRef(self.platform, self.external_id)

    @property
    def awaits_baseline(self) -> bool:
        """Whether the first reading is still to come."""
        return self.initial_views is None and self.status is SubmissionStatus.PENDING


_BY_ID = col(ClipSubmission.id)

SORTS: Mapping[str, Any] = {
    "submittedAt": _BY_ID,
    "views": func.coalesce(col(Clip.views), col(ClipSubmission.initial_views)),
    "earnings": func.coalesce(col(Clip.earnings), 0),
}
"""The columns that lists of submissions can be sorted by."""


def submissions_with_clips() -> Any:
    """Return the query of `ClipSubmission`, `Clip` (or None) and `campaign_title`."""
    return (
        select(ClipSubmission, Clip, col(Campaign.title).label("campaign_title"))
        .join(Campaign, col(Campaign.id) == col(ClipSubmission.campaign_id))
        .join(Clip, col(Clip.submission_id) == col(ClipSubmission.id), isouter=True)
    )


def sharing(**values: object) -> dict[str, object]:
    """Return the filters on columns that clips and submissions share. None does not filter."""
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
    """Restrict a query from `submissions_with_clips` to one page of this status; None is any
    status.

    `wanted` comes from `sharing`. `sort` is a name of BEST, or `submittedAt`, with `-` for
    descending. With a `total`, late pages of `submittedAt` are read from the end.
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
    """Return the number of submissions with these values and this status."""
    counting = (
        select(func.count()).select_from(ClipSubmission).filter_by(**wanted).where(*_of(status))
    )
    return (await session.exec(counting)).one()


def _of(status: SubmissionStatus | None) -> list[ColumnElement[bool]]:
    return [] if status is None else [col(ClipSubmission.status) == status]


def clip_row(submission: ClipSubmission, clip: Clip | None, campaign_title: str) -> ClipRow:
    """Return the row of one result of `submissions_with_clips`."""
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
    """Return the clip with this id and its clipper's name, if there is one."""
    found = await session.exec(
        select(Clip, User.name)
        .join(User, col(User.id) == col(Clip.user_id))
        .where(Clip.id == clip_id)
    )
    return found.one_or_none()
