"""Guarded changes: an UPDATE or DELETE that applies only while its row is still in a given state.

Two transactions may both have read the old state. The condition is part of the statement, so that
the database applies one of the two and the other one changes no row.
"""

from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.sql.dml import UpdateBase
from sqlmodel.ext.asyncio.session import AsyncSession


async def changed_one(session: AsyncSession, statement: UpdateBase) -> bool:
    """Run `statement` and return whether it changed its row.

    `statement` must match one row at most, by its id or by a unique column, and name in its WHERE
    the state that it expects.
    """
    result: CursorResult[Any] = await session.execute(statement)  # type: ignore[assignment]
    assert result.rowcount <= 1, "a guarded change is about one row"
    return result.rowcount == 1
