"""Signed-in browsers: a random cookie, of which only a hash is stored. Programs use `tokens`.

A `session_hash` is the `hash_token` of the cookie's value. The value itself stays in the layer that
received it.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie

from sqlalchemy import ColumnElement, bindparam, case, delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.db import in_slices
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import PasswordNeeded
from swivi.domain.accounts.models import ApiToken, HalfSignIn, Role, SignInSession, User, UserStatus

SESSION_COOKIE = "swivi_session"
SESSION_LIFE = timedelta(days=14)
"""The longest life of a session, however often it is used."""
IDLE = {Role.CLIPPER: timedelta(days=7), Role.ADMIN: timedelta(hours=12)}
"""The longest time without opening a page. Shorter for admins, who decide on others' money."""
PROVEN_FOR = timedelta(minutes=10)
"""How long an entered password is valid for actions that move money or change where it goes."""
LONGEST_USER_AGENT = 400
"""Characters. Browsers send fewer, but anybody can send more."""


def hash_token(token: str) -> str:
    """Return the hash of a token, as it is stored."""
    # A fast hash is enough: the token has 256 random bits, so guessing is hopeless.
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(user: User) -> Actor:
    """Return the actor for a user."""
    return Actor(user_id=user.id, role=user.role, name=user.name, email=user.email)


async def open_session(session: AsyncSession, user_id: int, *, user_agent: str = "") -> str:
    """Sign a browser in. Return the cookie's value, which is not stored."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        SignInSession(
            user_id=user_id,
            token_hash=hash_token(token),
            created_at=now,
            expires_at=now + SESSION_LIFE,
            user_agent="".join(filter(str.isprintable, user_agent))[:LONGEST_USER_AGENT],
            last_seen_at=now,
            proven_at=now,
        )
    )
    await session.execute(delete(SignInSession).where(col(SignInSession.expires_at) <= now))
    return token


def cookie_in(header: str, name: str = SESSION_COOKIE) -> str:
    """Return a cookie's value, by default the session's, from a `Cookie` header.

    "" if there is none.
    """
    try:
        cookie = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return "" if cookie is None else cookie.value


async def close_session(session: AsyncSession, session_hash: str) -> None:
    """Sign a browser out. Do nothing for an unknown session."""
    mine = col(SignInSession.token_hash) == session_hash
    closed = await session.execute(
        delete(SignInSession).where(mine).returning(col(SignInSession.user_id))
    )
    changes.mark(session, users=closed.scalars().all())


async def actor_by_session(session: AsyncSession, session_hash: str) -> Actor | None:
    """Return the user of a valid session, if they are active."""
    found = await session.exec(
        select(User)
        .join(SignInSession, col(SignInSession.user_id) == col(User.id))
        .where(SignInSession.token_hash == session_hash, *lives())
    )
    user = found.one_or_none()
    return actor_of(user) if user else None


async def living(session: AsyncSession, hashes: Iterable[str]) -> set[str]:
    """Return those of the stored hashes whose sessions are valid and whose users are active."""
    alive: set[str] = set()
    query = (
        select(SignInSession.token_hash)
        .join(User, col(SignInSession.user_id) == col(User.id))
        .where(col(SignInSession.token_hash).in_(bindparam("hashes", expanding=True)), *lives())
    )
    for slice_ in in_slices(list(hashes)):
        alive.update((await session.exec(query, params={"hashes": slice_})).all())
    return alive


def lives() -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a session is valid now and its user active.

    The query joins both.
    """
    now = clock.now()
    role = col(User.role)
    since = case((role == Role.ADMIN, now - IDLE[Role.ADMIN]), else_=now - IDLE[Role.CLIPPER])
    return (
        col(SignInSession.expires_at) > now,
        func.coalesce(SignInSession.last_seen_at, SignInSession.created_at) > since,
        col(User.status) == UserStatus.ACTIVE,
    )


async def end_ways_in(session: AsyncSession, user_id: int, *, except_session: str = "") -> None:
    """End every way into an account except the session with this hash.

    These are sessions with their open pages, API tokens, sign-ins that await a code, and links to
    choose a new password. Every change of password, role, status or second step calls this.
    """
    now = clock.now()
    # Lock the user first: a sign-in that is about to finish locks them too, so that one waits for
    # the other.
    await session.execute(update(User).where(col(User.id) == user_id).values(ways_in_ended_at=now))
    others = col(SignInSession.token_hash) != except_session
    await session.execute(delete(HalfSignIn).where(col(HalfSignIn.user_id) == user_id))
    await session.execute(
        delete(SignInSession).where(col(SignInSession.user_id) == user_id, others)
    )
    await session.execute(
        update(ApiToken)
        .where(col(ApiToken.user_id) == user_id, col(ApiToken.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    changes.mark(session, users=[user_id])


async def is_proven(session: AsyncSession, session_hash: str) -> bool:
    """Return whether the password was entered in this browser within PROVEN_FOR."""
    recently = (
        SignInSession.token_hash == session_hash,
        col(SignInSession.proven_at) > clock.now() - PROVEN_FOR,
    )
    return (await session.exec(select(SignInSession.id).where(*recently))).first() is not None


async def must_be_proven(session: AsyncSession, session_hash: str) -> None:
    """Raise PasswordNeeded unless the password was entered in this browser within PROVEN_FOR."""
    if not await is_proven(session, session_hash):
        raise PasswordNeeded


async def prove(session: AsyncSession, session_hash: str) -> None:
    """Store that the password was entered in this browser now."""
    await session.execute(
        update(SignInSession)
        .where(col(SignInSession.token_hash) == session_hash)
        .values(proven_at=clock.now())
    )
