"""The newest submissions of many clippers in one statement, for every dashboard that is open at the
moment.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import in_slices
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.models import Clip, ClipSubmission
from swivi.insights.submissions.rows import ClipRow

# In the order of ClipRow's fields. Columns, not rows of the tables: to build those takes longer
# than to read them.
_CLIP_ROW: tuple[Any, ...] = (
    ClipSubmission.id,
    Clip.id,
    ClipSubmission.campaign_id,
    Campaign.title,
    ClipSubmission.platform,
    ClipSubmission.external_id,
    ClipSubmission.url,
    ClipSubmission.author,
    ClipSubmission.status,
    Clip.state,
    ClipSubmission.initial_views,
    ClipSubmission.baseline_problem,
    func.coalesce(Clip.views, ClipSubmission.initial_views),
    func.coalesce(Clip.earnings, 0),
    ClipSubmission.final_earnings,
    ClipSubmission.reason,
    Clip.flag,
    ClipSubmission.holds_video,
    ClipSubmission.created_at,
    ClipSubmission.reviewed_at,
    Clip.last_tracked_at,
    Clip.resting_since,
)


# Where a user's newest begin: one step through the index of their submissions, however many there
# are.
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
    select(_LOOKING.c.id, _CLIP_ROW[0])
    .add_columns(*_CLIP_ROW[1:])
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
    """By user id, the newest first, at most `limit` of each; a user without any is missing."""
    found: dict[int, list[ClipRow]] = {}
    for slice_ in in_slices(user_ids):
        rows = await session.exec(_EACH, params={"users": slice_, "others": limit - 1})
        for user_id, *row in rows.all():
            found.setdefault(user_id, []).append(ClipRow(*row))
    return found
