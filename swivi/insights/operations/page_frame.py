"""The frame around every page: the viewers of many open pages in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import in_slices
from swivi.domain.accounts.models import Role, SignInSession, User
from swivi.domain.accounts.sessions import lives
from swivi.domain.notifications.models import Notification


@dataclass(frozen=True, slots=True)
class FrameNow:
    """The viewer's name and role, and the number of their unread notifications."""

    name: str
    role: Role
    unread: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """The viewer of a page, with the content of its frame."""

    user_id: int
    email: str
    seen_at: datetime | None
    """When the use of this browser was last recorded."""
    frame: FrameNow


_UNREAD = (
    select(func.count(col(Notification.id)))
    .where(col(Notification.user_id) == col(User.id), col(Notification.read_at).is_(None))
    .correlate(User)
    .scalar_subquery()
)


_FRAMES: Any = (
    select(
        col(SignInSession.token_hash).label("token_hash"),
        col(User.name).label("name"),
        col(User.role).label("role"),
        _UNREAD.label("unread"),
    )
    .join(User, col(User.id) == col(SignInSession.user_id))
    .where(col(SignInSession.token_hash).in_(bindparam("hashes", expanding=True)))
)
_VIEWERS: Any = _FRAMES.add_columns(
    col(User.id).label("user_id"),
    col(User.email).label("email"),
    col(SignInSession.last_seen_at).label("seen_at"),
)


async def frames_now(session: AsyncSession, hashes: Sequence[str]) -> dict[str, FrameNow]:
    """Return the viewers by the stored hash of their session. Ended sessions are missing."""
    frames: dict[str, FrameNow] = {}
    query = _FRAMES.where(*lives())
    for slice_ in in_slices(hashes):
        rows = (await session.exec(query, params={"hashes": slice_})).all()
        frames |= {row.token_hash: _frame(row) for row in rows}
    return frames


async def viewer_of(session: AsyncSession, token_hash: str) -> Viewer | None:
    """Return the viewer of the session with this stored hash, if it lives."""
    found = (
        await session.exec(_VIEWERS.where(*lives()), params={"hashes": [token_hash]})
    ).one_or_none()
    if found is None:
        return None
    return Viewer(found.user_id, found.email, found.seen_at, _frame(found))


def _frame(row: Any) -> FrameNow:
    return FrameNow(name=row.name, role=row.role, unread=row.unread)
