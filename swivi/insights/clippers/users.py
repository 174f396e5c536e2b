"""Users as admins see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.bounded_count import count_to_most
from swivi.domain.accounts import tallies
from swivi.domain.accounts.models import (
    AVAILABLE_DIGITS,
    EARNINGS_DIGITS,
    VIEWS_DIGITS,
    Role,
    User,
    UserStatus,
)
from swivi.domain.clips.tallies import SUBMITTERS
from swivi.insights.shared.searching import SHORT, beginning, holding, with_word
from swivi.insights.shared.sorting import PageWindow, nearer_end, order_by


@dataclass(frozen=True, slots=True)
class UserListRow:
    """A user (money in cents) with the number of their submissions."""

    user: User
    submissions: int


_BY_ID = col(User.id)

_USERS: Any = select(User, func.coalesce(SUBMITTERS.c.submissions, 0).label("submissions")).join(
    SUBMITTERS, SUBMITTERS.c.user_id == _BY_ID, isouter=True
)

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
"""An indexed column with the same order as the sort of that name."""


async def find_users(
    session: AsyncSession,
    *,
    search: str = "",
    role: Role | None = None,
    status: UserStatus | None = None,
    sort: str = "-createdAt",
    limit: int,
    offset: int = 0,
) -> tuple[list[UserListRow], int]:
    """Return one page of users, and the total, which a search counts up to MOST_COUNTED + 1.

    `search` looks in names and addresses; one or two letters must begin a word. `sort` is a name of
    SORTS, with `-` for descending.
    """
    wanted, search = _of(role, status), search.strip()
    if not search:
        total = await tallies.count(session, role, status)
        return await _page(session, wanted, sort, nearer_end(limit, offset, total)), total
    name, email = col(User.name), col(User.email)
    if len(search) < SHORT:
        wanted.append(or_(with_word(session, search, name), beginning(session, search, email)))
    else:
        wanted.append(holding(session, search, name, email))
    found = await _page(session, wanted, sort, nearer_end(limit, offset, None))
    if len(found) < limit and (found or not offset):  # those were the last ones
        return found, offset + len(found)
    return found, await count_to_most(session, _BY_ID, *wanted)


async def _page(
    session: AsyncSession, wanted: list[Any], sort: str, page: PageWindow
) -> list[UserListRow]:
    order = _along_index(sort, backwards=page.backwards)
    ids = select(User.id).where(*wanted).order_by(*order).limit(page.limit).offset(page.offset)
    found = await session.exec(
        _USERS.where(_BY_ID.in_(ids)).order_by(*order_by(sort, SORTS, _BY_ID))
    )
    return [UserListRow(user=row.User, submissions=row.submissions) for row in found.all()]


def _along_index(sort: str, *, backwards: bool) -> list[Any]:
    order = order_by(sort, SORTS, _BY_ID, backwards=backwards)
    digits = _DIGITS.get(sort.removeprefix("-"))
    if digits is None:
        return order
    return [digits.desc() if sort.startswith("-") is not backwards else digits.asc(), *order]


async def find_user(session: AsyncSession, user_id: int) -> UserListRow | None:
    """Return the user with this id, if there is one."""
    found = (await session.exec(_USERS.where(col(User.id) == user_id))).one_or_none()
    return None if found is None else UserListRow(user=found.User, submissions=found.submissions)


def _of(role: Role | None, status: UserStatus | None) -> list[Any]:
    wanted: list[Any] = [] if role is None else [col(User.role) == role]
    return wanted if status is None else [*wanted, col(User.status) == status]
