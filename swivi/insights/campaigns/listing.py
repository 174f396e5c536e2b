"""All campaigns, as the API lists them for admins."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.insights.shared.searching import holding
from swivi.insights.shared.sorting import nearer_end, order_by

_BY_ID = col(Campaign.id)

SORTS: Mapping[str, Any] = {
    "createdAt": _BY_ID,
    "budget": col(Campaign.budget),
    "spent": col(Campaign.spent),
    "remaining": col(Campaign.budget) - col(Campaign.spent),
    "payoutRate": col(Campaign.payout_rate),
    "lastTrackedAt": col(Campaign.last_tracked_at),
}


async def all_campaigns(
    session: AsyncSession,
    *,
    status: CampaignStatus | None = None,
    search: str = "",
    sort: str = "-createdAt",
    limit: int,
    offset: int = 0,
) -> tuple[Sequence[Campaign], int]:
    """Return one page of campaigns, archived ones included, and the total.

    `search` looks in titles and brands.
    """
    wanted: list[Any] = [] if status is None else [col(Campaign.status) == status]
    if search.strip():
        wanted.append(holding(session, search.strip(), col(Campaign.title), col(Campaign.brand)))
    total = (await session.exec(select(func.count()).select_from(Campaign).where(*wanted))).one()
    stretch, order = nearer_end(limit, offset, total), order_by(sort, SORTS, _BY_ID)
    nearest = order_by(sort, SORTS, _BY_ID, backwards=stretch.backwards)
    page = (
        select(_BY_ID).where(*wanted).order_by(*nearest).limit(stretch.limit).offset(stretch.offset)
    )
    found = await session.exec(select(Campaign).where(_BY_ID.in_(page)).order_by(*order))
    return found.all(), total
