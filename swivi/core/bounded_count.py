"""Counting for people: how many rows there are matters to them up to a point; it takes longer the
more there are.
"""

from typing import Any

from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

MOST_COUNTED = 500
"""Where nothing keeps the number, rows are counted no further than one more, and a list is said to
have "more".
"""


async def count_to_most(session: AsyncSession, column: Any, *wanted: Any) -> int:
    """How many rows of this column's table are `wanted`: MOST_COUNTED + 1 are that or more."""
    some = select(column).where(*wanted).limit(MOST_COUNTED + 1).subquery()
    return (await session.exec(select(func.count()).select_from(some))).one()
