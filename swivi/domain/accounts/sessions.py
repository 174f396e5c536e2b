"""Browsers that are signed in: a random cookie, stored as a hash only. Programs have `tokens`.

A function that takes a `session_hash` takes what `hash_token` makes of the cookie's value: the
value itself stays in the door that received it.
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
"""However often it is used, a session ends after this."""
IDLE = {Role.CLIPPER: timedelta(days=7), Role.ADMIN: timedelta(hours=12)}
"""A session ends when no page was opened for so long: sooner for those who decide on other people's
money.
"""
PROVEN_FOR = timedelta(minutes=10)
"""How long after the password was entered it is not asked for again, before money goes or where it
goes changes.
"""
LONGEST_USER_AGENT = 400
"""Characters; browsers stay below, and anybody may send more."""


def hash_token(token: str) -> str:
    """What is stored of a token."""
    # A fast hash is right here: the token has 256 random bits, so there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()


def actor_of(user: User) -> Actor:
    """The actor that a user is."""
    return Actor(user_id=user.id, role=user.role, name=user.name, email=user.email)


async def open_session(session: AsyncSession, user_id: int, *, user_agent: str = "") -> str:
    """Sign a browser in; returns the cookie's value, which is stored nowhere."""
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
    """The value of a cookie, by default the session's, in a `Cookie` header; "" if there is
    none.
    """
    try:
        cookie = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return "" if cookie is None else cookie.value


async def close_session(session: AsyncSession, session_hash: str) -> None:
    """Sign a browser out; harmless for an unknown session."""
    mine = col(SignInSession.token_hash) == session_hash
    closed = await session.execute(
        delete(SignInSession).where(mine).returning(col(SignInSession.user_id))
    )
    changes.mark(session, users=closed.scalars().all())


async def actor_by_session(session: AsyncSession, session_hash: str) -> Actor | None:
    """Return whose session this is, if it lives and the user is active."""
    found = await session.exec(
        select(User)
        .join(SignInSession, col(SignInSession.user_id) == col(User.id))
        .where(SignInSession.token_hash == session_hash, *lives())
    )
    user = found.one_or_none()
    return actor_of(user) if user else None


async def living(session: AsyncSession, hashes: Iterable[str]) -> set[str]:
    """Those of these stored hashes whose sessions live, of users who are active."""
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
    """The session lives now, by the clock and by its use, and its user is active; for a query of
    both.
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
    """End every way into an account but the session with this hash.

    That is: sessions and, through them, open pages; API tokens; sign-ins that wait for a code; and
    links in mails to choose a new password. Every change of password, role, status or second step
    calls this.
    """
    now = clock.now()
    # The user first: a sign-in that is about to finish locks them too, so one waits for the other's
    # end.
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
    """Whether the password was entered in this browser a moment ago."""
    recently = (
        SignInSession.token_hash == session_hash,
        col(SignInSession.proven_at) > clock.now() - PROVEN_FOR,
    )
    return (await session.exec(select(SignInSession.id).where(*recently))).first() is not None


async def must_be_proven(session: AsyncSession, session_hash: str) -> None:
    """Raises PasswordNeeded if the password was not entered in this browser a moment ago."""
    if not await is_proven(session, session_hash):
        raise PasswordNeeded


async def prove(session: AsyncSession, session_hash: str) -> None:
    """The password was entered in this browser just now."""
    await session.execute(
        update(SignInSession)
        .where(col(SignInSession.token_hash) == session_hash)
        .values(proven_at=clock.now())
    )
