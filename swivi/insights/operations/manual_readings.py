"""Manual readings that wait for a second admin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.models import Clip
from swivi.domain.platforms.models import VideoRef
from swivi.domain.tracking.models import ManualReading, ManualReadingStatus


@dataclass(frozen=True, slots=True)
class WaitingReading:
    """A reading that counts once an admin other than `asked_by` confirms it.

    `worth` is in cents, the counts are views.
    """

    id: int
    video: VideoRef
    clipper: str
    campaign: str
    views: int
    peak_views: int
    worth: Cents
    reason: str
    asked_by: int
    asked_by_name: str
    asked_at: datetime


async def waiting_readings(session: AsyncSession, *, limit: int) -> list[WaitingReading]:
    """Return the waiting readings, oldest first."""
    clipper, admin = aliased(User), aliased(User)
    query: Any = select(ManualReading, Clip, Campaign.title).add_columns(
        col(clipper.name), col(admin.name)
    )
    found = await session.exec(
        query.join(Clip, col(Clip.id) == col(ManualReading.clip_id))
        .join(Campaign, col(Campaign.id) == col(Clip.campaign_id))
        .join(clipper, col(clipper.id) == col(Clip.user_id))
        .join(admin, col(admin.id) == col(ManualReading.asked_by))
        .where(col(ManualReading.status) == ManualReadingStatus.WAITING)
        .order_by(col(ManualReading.id))
        .limit(limit)
    )
    return [
        WaitingReading(
            id=reading.id,
            video=clip.video,
            clipper=clipper_name,
            campaign=title,
            views=reading.views,
            peak_views=clip.peak_views,
            worth=reading.worth,
            reason=reading.reason,
            asked_by=reading.asked_by,
            asked_by_name=admin_name,
            asked_at=reading.asked_at,
        )
        for reading, clip, title, clipper_name, admin_name in found.all()
    ]
