"""Count rows up to a bound: beyond that, readers need no exact number and counting takes longer."""

from typing import Any

from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

MOST_COUNTED = 500
"""The highest exact count. A list with more rows says "more"."""


async def count_to_most(session: AsyncSession, column: Any, *wanted: Any) -> int:
    """Return how many rows match `wanted`, at most MOST_COUNTED + 1."""
    some = select(column).where(*wanted).limit(MOST_COUNTED + 1).subquery()
    return (await session.exec(select(func.count()).select_from(some))).one()
