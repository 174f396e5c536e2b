"""The reconciliations that are kept, for their page."""

from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.reconciliation.models import Reconciliation


async def reconciliations(
    session: AsyncSession, *, limit: int, offset: int
) -> tuple[Sequence[Reconciliation], int]:
    """Return one page of reconciliations, newest first, and the number of all."""
    total = (await session.exec(select(func.count()).select_from(Reconciliation))).one()
    newest_first = select(Reconciliation).order_by(col(Reconciliation.id).desc())
    found = await session.exec(newest_first.limit(limit).offset(offset))
    return found.all(), total
