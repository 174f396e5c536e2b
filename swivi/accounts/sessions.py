"""Proof of who is asking: browser sessions and API tokens, both random and stored as hashes only."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.actor import Actor
from swivi.accounts.models import ApiToken, SignInSession, User, UserStatus
from swivi.core import clock

SESSION_COOKIE = "swivi_session"
SESSION_LIFE = timedelta(days=14)
TOKEN_LIFE = timedelta(days=90)
TOKEN_PREFIX = "swivi_"  # noqa: S105 -- what secret scanners recognise it by, not a secret
LONGEST_USER_AGENT = 400
"""Characters; browsers stay below, and anybody may send more."""
LAST_USE_RESOLUTION = timedelta(minutes=1)
"""`last_used_at` is written at most this often, so that reading the API does not write all the time."""


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


async def create_token(session: AsyncSession, user_id: int) -> tuple[str, datetime]:
    """A new API token and when it expires (UTC). The token is shown once."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    expires_at = now + TOKEN_LIFE
    session.add(ApiToken(user_id=user_id, token_hash=hash_token(token), created_at=now, expires_at=expires_at))
    return token, expires_at


async def actor_by_token(session: AsyncSession, token: str) -> Actor | None:
    """Who an API token belongs to, if it lives and the user is active."""
    found = await session.exec(
        select(User)
        .join(ApiToken, col(ApiToken.user_id) == col(User.id))
        .where(
            ApiToken.token_hash == hash_token(token),
            ApiToken.expires_at > clock.now(),
            col(ApiToken.revoked_at).is_(None),
            User.status == UserStatus.ACTIVE,
        )
    )
    user = found.one_or_none()
    return actor_of(user) if user else None


async def token_use_is_noted(session: AsyncSession, token: str) -> bool:
    """Whether `note_token_use` has nothing to write, so that reading the API need not wait for a writer."""
    recent = clock.now() - LAST_USE_RESOLUTION
    found = await session.exec(
        select(ApiToken.id).where(ApiToken.token_hash == hash_token(token), col(ApiToken.last_used_at) >= recent)
    )
    return found.first() is not None


async def note_token_use(session: AsyncSession, token: str) -> None:
    """Remember when a token was last used, to the minute."""
    now = clock.now()
    stale = col(ApiToken.last_used_at).is_(None) | (col(ApiToken.last_used_at) < now - LAST_USE_RESOLUTION)
    await session.execute(
        update(ApiToken).where(col(ApiToken.token_hash) == hash_token(token), stale).values(last_used_at=now)
    )
