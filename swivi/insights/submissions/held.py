"""Clips on hold, for the admins who decide on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.holds import IS_OPEN
from swivi.domain.clips.models import Clip, ClipHold
from swivi.domain.platforms.models import VideoRef
from swivi.insights.submissions.clip_story import worth_waiting


@dataclass(frozen=True, slots=True)
class HeldClip:
    """A clip on hold.

    Counts are views. `worth` is the cents that the waiting growth would add.
    """

    clip_id: int
    user_id: int
    clipper: str
    campaign: str
    video: VideoRef
    views: int
    peak_views: int
    worth: Cents
    reason: str
    since: datetime


async def clips_on_hold(session: AsyncSession, *, limit: int) -> list[HeldClip]:
    """Return the clips on hold, oldest hold first."""
    query: Any = select(ClipHold, Clip, Campaign.title, User.name)
    found = await session.exec(
        query.join(Clip, col(Clip.id) == col(ClipHold.clip_id))
        .join(Campaign, col(Campaign.id) == col(Clip.campaign_id))
        .join(User, col(User.id) == col(Clip.user_id))
        .where(IS_OPEN)
        .order_by(col(ClipHold.id))
        .limit(limit)
    )
    return [
        HeldClip(
            clip_id=clip.id,
            user_id=clip.user_id,
            clipper=name,
            campaign=title,
            video=clip.video,
            views=hold.views,
            peak_views=clip.peak_views,
            worth=worth_waiting(clip, hold),
            reason=hold.reason,
            since=hold.placed_at,
        )
        for hold, clip, title, name in found.all()
    ]
