"""What the frame around every page shows of its viewer, for the viewers of many open pages in one
statement.
"""

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
    """The viewer's name and role, and how many of their notifications are unread."""

    name: str
    role: Role
    unread: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who opens a page, and what the frame shows of them."""

    user_id: int
    email: str
    seen_at: datetime | None
    """When it was last noted that this browser is in use."""
    frame: FrameNow


_UNREAD = (
    select(func.count(col(Notification.id)))
    .where(col(Notification.user_id) == col(User.id), col(Notification.read_at).is_(None))
    .correlate(User)
    .scalar_subquery()
)


_FRAMES: Any = (
    select(SignInSession.token_hash, User.name, User.role, _UNREAD)
    .join(User, col(User.id) == col(SignInSession.user_id))
    .where(col(SignInSession.token_hash).in_(bindparam("hashes", expanding=True)))
)
_VIEWERS: Any = _FRAMES.add_columns(User.id, User.email, SignInSession.last_seen_at)


async def frames_now(session: AsyncSession, hashes: Sequence[str]) -> dict[str, FrameNow]:
    """By the stored hash of each session that lives."""
    frames: dict[str, FrameNow] = {}
    query = _FRAMES.where(*lives())
    for slice_ in in_slices(hashes):
        rows = (await session.exec(query, params={"hashes": slice_})).all()
        frames |= {token_hash: FrameNow(*shown) for token_hash, *shown in rows}
    return frames


async def viewer_of(session: AsyncSession, token_hash: str) -> Viewer | None:
    """Who the session with this stored hash belongs to, if it lives."""
    found = (
        await session.exec(_VIEWERS.where(*lives()), params={"hashes": [token_hash]})
    ).one_or_none()
    if found is None:
        return None
    _, name, role, unread, user_id, email, seen_at = found
    return Viewer(user_id, email, seen_at, FrameNow(name, role, unread))
