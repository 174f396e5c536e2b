"""The people of Swivi as admins see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.models import AVAILABLE_DIGITS, EARNINGS_DIGITS, VIEWS_DIGITS, Role, User, UserStatus
from swivi.clips.models import ClipSubmission
from swivi.insights.sorting import MOST_COUNTED, order_by


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A user (money in cents) with how many clips they submitted."""

    user: User
    submissions: int


_BY_ID = col(User.id)

SORTS: Mapping[str, Any] = {
    "createdAt": _BY_ID,
    "totalEarnings": col(User.total_earnings),
    "totalViews": col(User.total_views),
    "available": col(User.total_earnings) - col(User.paid) - col(User.reserved),
}

_DIGITS: Mapping[str, Any] = {
    "totalEarnings": EARNINGS_DIGITS,
    "totalViews": VIEWS_DIGITS,
    "available": AVAILABLE_DIGITS,
}
"""What is in the same order as the sort of that name, and in an index."""


async def people(
    session: AsyncSession,
    *,
    search: str = "",
    role: Role | None = None,
    status: UserStatus | None = None,
    sort: str = "-createdAt",
    limit: int,
    offset: int = 0,
) -> tuple[list[PersonRow], int]:
    """One page of users and how many there are: MOST_COUNTED + 1 are that or more.

    `search` looks into names and addresses. `sort` is a name of SORTS, with `-` for the largest first.
    """
    wanted = _wanted(search.strip(), role, status)
    counted = select(User.id).where(*wanted).limit(MOST_COUNTED + 1).subquery()
    total = (await session.exec(select(func.count()).select_from(counted))).one()
    submissions = select(func.count()).where(ClipSubmission.user_id == User.id).correlate(User).scalar_subquery()
    order = order_by(sort, SORTS, _BY_ID)
    page = select(User.id).where(*wanted).order_by(*_along_index(sort), *order).limit(limit).offset(offset)
    found = await session.exec(select(User, submissions).where(col(User.id).in_(page)).order_by(*order))
    return [PersonRow(*row) for row in found.all()], total


def _along_index(sort: str) -> list[Any]:
    digits = _DIGITS.get(sort.removeprefix("-"))
    if digits is None:
        return []
    return [digits.desc() if sort.startswith("-") else digits.asc()]


async def person(session: AsyncSession, user_id: int) -> PersonRow | None:
    """The user with this id, if there is one."""
    user = await session.get(User, user_id)
    if user is None:
        return None
    mine = select(func.count()).select_from(ClipSubmission).where(ClipSubmission.user_id == user_id)
    return PersonRow(user, (await session.exec(mine)).one())


def _wanted(search: str, role: Role | None, status: UserStatus | None) -> list[Any]:
    wanted: list[Any] = []
    if search:
        wanted.append(
            or_(
                col(User.name).icontains(search, autoescape=True),
                col(User.email).icontains(search, autoescape=True),
            )
        )
    if role is not None:
        wanted.append(col(User.role) == role)
    if status is not None:
        wanted.append(col(User.status) == status)
    return wanted
