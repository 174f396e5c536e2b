"""Clippers' earnings by UTC day, from the ledger: accruals minus reversals."""

from datetime import date

from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.ledger import accounts
from swivi.domain.ledger.account_days import ACCOUNT_DAYS
from swivi.insights.money.flows import EARNING_KINDS, Days, by_day_and_platform, of_each_day
from swivi.insights.shared.days import DAY, each_day


async def earned_by_day(
    session: AsyncSession, *, today: date, days: int, user_id: int | None = None
) -> list[tuple[date, Cents]]:
    """Return the cents of each of the `days` days that end with `today`, oldest first.

    Without a clipper, return those of all clippers. A day without earnings has 0.
    """
    asked = Days(today - (days - 1) * DAY, today)
    if user_id is not None:
        return await _of_clipper(session, user_id, asked)
    cells = await by_day_and_platform(session, asked)
    return [(day, flow.spent) for day, flow in of_each_day(cells, asked)]


async def _of_clipper(session: AsyncSession, user_id: int, asked: Days) -> list[tuple[date, Cents]]:
    found = await session.execute(
        select(ACCOUNT_DAYS.c.day, func.sum(ACCOUNT_DAYS.c.amount))
        .where(
            ACCOUNT_DAYS.c.account == accounts.available(user_id),
            ACCOUNT_DAYS.c.kind.in_([kind.value for kind in EARNING_KINDS]),
            ACCOUNT_DAYS.c.day >= asked.first,
        )
        .group_by(ACCOUNT_DAYS.c.day)
    )
    earned = {day: int(cents) for day, cents in found.all()}
    return [(day, earned.get(day, 0)) for day in each_day(asked.first, asked.last)]
