"""Browsers that are signed in: a random cookie, stored as a hash only. Programs have `tokens`."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.actor import Actor
from swivi.accounts.models import SignInSession, User, UserStatus
from swivi.core import clock

SESSION_COOKIE = "swivi_session"
SESSION_LIFE = timedelta(days=14)
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
        )
    )
    await session.execute(delete(SignInSession).where(col(SignInSession.expires_at) <= now))
    return token


def cookie_in(header: str) -> str:
    """The session cookie's value in a `Cookie` header; "" if there is none."""
    try:
        cookie = SimpleCookie(header).get(SESSION_COOKIE)
    except CookieError:
        return ""
    return "" if cookie is None else cookie.value


async def close_session(session: AsyncSession, token: str) -> None:
    """Sign a browser out; harmless for an unknown token."""
    await session.execute(delete(SignInSession).where(col(SignInSession.token_hash) == hash_token(token)))


async def actor_by_session(session: AsyncSession, token: str) -> Actor | None:
    """Who the cookie's value belongs to, if the session lives and the user is active."""
    found = await session.exec(
        select(User)
        .join(SignInSession, col(SignInSession.user_id) == col(User.id))
        .where(
            SignInSession.token_hash == hash_token(token),
            SignInSession.expires_at > clock.now(),
            User.status == UserStatus.ACTIVE,
        )
    )
    user = found.one_or_none()
    return actor_of(user) if user else None


async def living(session: AsyncSession, hashes: Iterable[str]) -> set[str]:
    """Those of these stored hashes whose sessions live, of users who are active."""
    found = await session.exec(
        select(SignInSession.token_hash)
        .join(User, col(SignInSession.user_id) == col(User.id))
        .where(
            col(SignInSession.token_hash).in_(hashes),
            SignInSession.expires_at > clock.now(),
            User.status == UserStatus.ACTIVE,
        )
    )
    return set(found.all())
