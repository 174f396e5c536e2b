"""Kept counts of users.

Database triggers keep them, in the transaction of each change
(alembic/versions/2026_11_28_counted_once.py).
"""

from sqlalchemy import Table, func, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.totals import key_word, total
from swivi.domain.accounts.models import Role, UserStatus

USERS = Table(
    "user_tallies", SQLModel.metadata, key_word("role"), key_word("status"), total("users")
)


async def count_active(session: AsyncSession) -> dict[Role, int]:
    """Return the number of active users of each role, including 0."""
    found = await session.execute(
        select(USERS.c.role, func.sum(USERS.c.users))
        .where(USERS.c.status == UserStatus.ACTIVE.value)
        .group_by(USERS.c.role)
    )
    return dict.fromkeys(Role, 0) | {Role(role): int(number) for role, number in found.all()}


async def count(session: AsyncSession, role: Role | None, status: UserStatus | None) -> int:
    """Return the number of users of this role and status. None means any."""
    wanted = [] if role is None else [USERS.c.role == role.value]
    wanted += [] if status is None else [USERS.c.status == status.value]
    number = await session.scalars(select(func.coalesce(func.sum(USERS.c.users), 0)).where(*wanted))
    return int(number.one())
