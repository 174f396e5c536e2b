"""The newest submissions of many clippers in one statement, for all open dashboards."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import in_slices
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.models import Clip, ClipSubmission
from swivi.insights.submissions.rows import ClipRow

_COLUMNS: Mapping[str, Any] = {
    "submission_id": ClipSubmission.id,
    "clip_id": Clip.id,
    "campaign_id": ClipSubmission.campaign_id,
    "campaign_title": Campaign.title,
    "platform": ClipSubmission.platform,
    "external_id": ClipSubmission.external_id,
    "url": ClipSubmission.url,
    "author": ClipSubmission.author,
    "status": ClipSubmission.status,
    "state": Clip.state,
    "initial_views": ClipSubmission.initial_views,
    "baseline_problem": ClipSubmission.baseline_problem,
    "views": func.coalesce(Clip.views, ClipSubmission.initial_views),
    "earnings": func.coalesce(Clip.earnings, 0),
    "final_earnings": ClipSubmission.final_earnings,
    "reason": ClipSubmission.reason,
    "flag": Clip.flag,
    "holds_video": ClipSubmission.holds_video,
    "submitted_at": ClipSubmission.created_at,
    "reviewed_at": ClipSubmission.reviewed_at,
    "last_tracked_at": Clip.last_tracked_at,
    "resting_since": Clip.resting_since,
}
"""The column of each field of ClipRow. Building whole tables' rows takes longer than reading them.
"""
_IN_ORDER = [_COLUMNS[field.name] for field in fields(ClipRow)]

# The first of a user's newest: one step through the index of their submissions, at any length.
_FIRST = (
    select(ClipSubmission.id)
    .where(col(ClipSubmission.user_id) == col(User.id))
    .order_by(col(ClipSubmission.id).desc())
    .offset(bindparam("others"))
    .limit(1)
    .correlate(User)
    .scalar_subquery()
)
_LOOKING: Any = (
    select(User.id, func.coalesce(_FIRST, 0).label("first"))
    .where(col(User.id).in_(bindparam("users", expanding=True)))
    .subquery()
)
_EACH: Any = (
    select(_LOOKING.c.id)
    .add_columns(*_IN_ORDER)
    .select_from(_LOOKING)
    .join(ClipSubmission, col(ClipSubmission.user_id) == _LOOKING.c.id)
    .join(Campaign, col(Campaign.id) == col(ClipSubmission.campaign_id))
    .join(Clip, col(Clip.submission_id) == col(ClipSubmission.id), isouter=True)
    .where(col(ClipSubmission.id) >= _LOOKING.c.first)
    .order_by(_LOOKING.c.id, col(ClipSubmission.id).desc())
)


async def newest_clips(
    session: AsyncSession, user_ids: Sequence[int], *, limit: int
) -> dict[int, list[ClipRow]]:
    """Return at most `limit` submissions of each user by user id, newest first.

    A user without submissions is missing.
    """
    found: dict[int, list[ClipRow]] = {}
    for slice_ in in_slices(user_ids):
        rows = await session.execute(_EACH, params={"users": slice_, "others": limit - 1})
        for user_id, *row in rows.all():
            found.setdefault(user_id, []).append(ClipRow(*row))
    return found
