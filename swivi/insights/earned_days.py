"""What clippers earned day by day (UTC), as the ledger says: accruals less what was taken back."""

from datetime import date

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.insights.days import DAY, UtcDay, each_day, start_of
from swivi.insights.flows import EARNED, EARNING_KINDS
from swivi.ledger.models import Transfer


async def earned_by_day(
    session: AsyncSession, *, today: date, days: int, user_id: int | None = None
) -> list[tuple[date, Cents]]:
    """The last `days` days up to `today`, oldest first, of one clipper or of all; a day without earnings has 0."""
    first = today - (days - 1) * DAY
    day = UtcDay(col(Transfer.created_at))
    found = await session.exec(
        select(day, func.sum(EARNED))
        .where(
            *([] if user_id is None else [Transfer.user_id == user_id]),
            col(Transfer.kind).in_(EARNING_KINDS),
            col(Transfer.created_at) >= start_of(first),
        )
        .group_by(day)
    )
    earned = {on: int(cents) for on, cents in found.all()}
    return [(on, earned.get(on, 0)) for on in each_day(first, today)]
