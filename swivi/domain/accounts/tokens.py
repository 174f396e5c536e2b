"""API tokens: a program's way in, made and revoked by whom it acts for.

Random, shown once, stored as a hash only.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.errors import InvalidInput, NotFound, NotSignedIn
from swivi.core.numbers import typed_number
from swivi.core.text import parse_all, parse_line
from swivi.domain.accounts import sessions
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import TooManyTokens
from swivi.domain.accounts.models import ApiToken, SignInSession, TokenScope, User, UserStatus
from swivi.domain.accounts.sessions import actor_of, hash_token
from swivi.domain.ledger import audit_log

TOKEN_PREFIX = "swivi_"  # noqa: S105 -- what secret scanners recognise it by, not a secret
LIFE_DAYS = 90
LONGEST_LIFE_DAYS = 365
LONGEST_NAME = 60
MOST_TOKENS = 50
"""Tokens of one user that live at the same time, those made by signing in included."""
LAST_USE_RESOLUTION = timedelta(minutes=1)
"""`last_used_at` is written at most this often, so that reading the API does not write all the
time.
"""


@dataclass(frozen=True, slots=True)
class TokenOwner:
    """Whom a token belongs to, and what it may do."""

    actor: Actor
    scope: TokenScope
    token_id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token's row, and the token itself, which is stored nowhere."""

    row: ApiToken
    token: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What a token is made by: a session, named by its hash, or another token, named by its id.

    A token that was made in a session ends with it, unless it `outlives_session`. One that was made
    with a token ends with that one: with its session, when it is revoked, and when it expires.
    """

    session_hash: str | None = None
    token_id: int | None = None
    outlives_session: bool = False


OPERATOR = Origin()
"""The command line."""


async def create(
    session: AsyncSession,
    user_id: int,
    *,
    name: object,
    made_by: int | None,
    origin: Origin,
    scope: object = None,
    days: object = None,
) -> NewToken:
    """Make a token of a user's, as typed: WRITE and 90 days unless said.

    `made_by` is the user themselves; None is the operator at the command line.
    Raise InvalidInput, TooManyTokens; NotSignedIn if its origin has ended meanwhile.
    """
    typed: dict[str, Callable[[], Any]] = {
        "name": lambda: _parse_name(name),
        "scope": lambda: TokenScope.WRITE if scope is None else parse_scope(scope),
        "expires_in_days": lambda: LIFE_DAYS if days is None else parse_days(days),
    }
    called, may, life = parse_all(typed).values()
    await _lock(session, user_id)
    ends_with, made_with, no_later_than = await _bonds(session, user_id, origin)
    made = await issue(session, user_id, name=called, scope=may, days=life)
    made.row.session_hash, made.row.made_with = ends_with, made_with
    made.row.expires_at = min(made.row.expires_at, no_later_than or made.row.expires_at)
    _record(session, "created", made.row, made_by)
    return made


async def issue(
    session: AsyncSession,
    user_id: int,
    *,
    name: str = "",
    scope: TokenScope = TokenScope.WRITE,
    days: int = LIFE_DAYS,
) -> NewToken:
    """Make a token for somebody who has proved who they are. Raise TooManyTokens."""
    await _must_have_room(session, user_id)
    token, now = TOKEN_PREFIX + secrets.token_urlsafe(32), clock.now()
    row = ApiToken(
        user_id=user_id,
        name=name,
        scope=scope,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    await session.flush()
    changes.mark(session, users=[user_id])
    return NewToken(row, token)


async def living(
    session: AsyncSession, user_id: int, *, limit: int, offset: int = 0
) -> tuple[Sequence[ApiToken], int]:
    """One page of the tokens that open something, newest first, and how many there are."""
    mine = _living(user_id)
    total = (await session.exec(select(func.count()).select_from(ApiToken).where(*mine))).one()
    found = await session.exec(
        select(ApiToken).where(*mine).order_by(col(ApiToken.id).desc()).limit(limit).offset(offset)
    )
    return found.all(), total


async def revoke(session: AsyncSession, actor: Actor, token_id: int) -> ApiToken:
    """End one of the actor's own tokens, and those that were made with it. Raises NotFound."""
    await _lock(session, actor.user_id)
    found = await session.exec(
        select(ApiToken).where(*_living(actor.user_id), ApiToken.id == token_id).with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("You have no such token; perhaps it has ended already.")
    row.revoked_at = clock.now()
    made_with_it = [row.id]
    while made_with_it:
        ended = await session.execute(
            update(ApiToken)
            .where(
                col(ApiToken.user_id) == actor.user_id,
                col(ApiToken.made_with).in_(made_with_it),
                col(ApiToken.revoked_at).is_(None),
            )
            .values(revoked_at=row.revoked_at)
            .returning(col(ApiToken.id))
        )
        made_with_it = list(ended.scalars())
    changes.mark(session, users=[actor.user_id])
    _record(session, "revoked", row, actor.user_id)
    return row


async def holder(session: AsyncSession, token: str) -> TokenOwner | None:
    """Who a token belongs to, if it lives and the user is active."""
    found = await session.exec(
        select(User, ApiToken)
        .join(ApiToken, col(ApiToken.user_id) == col(User.id))
        .where(
            ApiToken.token_hash == hash_token(token), *_lives(), User.status == UserStatus.ACTIVE
        )
    )
    pair = found.one_or_none()
    return TokenOwner(actor_of(pair[0]), pair[1].scope, pair[1].id) if pair else None


async def use_is_noted(session: AsyncSession, token: str) -> bool:
    """Whether `note_use` has nothing to write, so that reading the API need not wait for a
    writer.
    """
    recent = clock.now() - LAST_USE_RESOLUTION
    found = await session.exec(
        select(ApiToken.id).where(
            ApiToken.token_hash == hash_token(token), col(ApiToken.last_used_at) >= recent
        )
    )
    return found.first() is not None


async def note_use(session: AsyncSession, token: str) -> None:
    """Remember when a token was last used, to the minute."""
    now = clock.now()
    stale = col(ApiToken.last_used_at).is_(None) | (
        col(ApiToken.last_used_at) < now - LAST_USE_RESOLUTION
    )
    await session.execute(
        update(ApiToken)
        .where(col(ApiToken.token_hash) == hash_token(token), stale)
        .values(last_used_at=now)
    )


def parse_scope(value: object) -> TokenScope:
    """A scope by name, in any case. Raises InvalidInput."""
    name = value.upper() if isinstance(value, str) else value
    if name not in list(TokenScope):
        raise InvalidInput.of("scope", "Choose read or write.")
    return TokenScope(str(name))


def parse_days(value: object) -> int:
    """How long a token lives, as a number or as typed. Raises InvalidInput."""
    days = typed_number(value, largest=LONGEST_LIFE_DAYS)
    if not days:
        raise InvalidInput.of("expires_in_days", f"Choose 1 to {LONGEST_LIFE_DAYS} days.")
    return days


def _parse_name(value: object) -> str:
    otherwise = f"Name what will use the token, in 1 to {LONGEST_NAME} characters."
    return parse_line(value, "name", longest=LONGEST_NAME, otherwise=otherwise)


async def _lock(session: AsyncSession, user_id: int) -> None:
    """Make changes of one user's tokens wait for each other, and for whatever ends all of them."""
    await session.exec(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


async def _must_have_room(session: AsyncSession, user_id: int) -> None:
    # Two at the same moment wait for each other here, or both would take the last place.
    await _lock(session, user_id)
    living = select(func.count()).select_from(ApiToken).where(*_living(user_id))
    if (await session.exec(living)).one() >= MOST_TOKENS:
        raise TooManyTokens(MOST_TOKENS)


async def _bonds(
    session: AsyncSession, user_id: int, origin: Origin
) -> tuple[str | None, int | None, datetime | None]:
    """Return the session and the token that a new token ends with, and when it ends at the latest.

    Raise NotSignedIn if its origin has ended since the request came in.
    """
    if origin.session_hash is not None:
        if not await sessions.living(session, [origin.session_hash]):
            raise NotSignedIn
        return None if origin.outlives_session else origin.session_hash, None, None
    if origin.token_id is not None:
        found = await session.exec(
            select(ApiToken).where(*_living(user_id), ApiToken.id == origin.token_id)
        )
        parent = found.one_or_none()
        if parent is None:
            raise NotSignedIn
        return parent.session_hash, parent.id, parent.expires_at
    return None, None, None


def _living(user_id: int) -> tuple[Any, ...]:
    return ApiToken.user_id == user_id, *_lives()


def _lives() -> tuple[Any, ...]:
    its_session = (
        select(SignInSession.id)
        .select_from(SignInSession)
        .join(User, col(SignInSession.user_id) == col(User.id))
        .where(SignInSession.token_hash == ApiToken.session_hash, *sessions.lives())
        .correlate(ApiToken)
        .exists()
    )
    return (
        ApiToken.expires_at > clock.now(),
        col(ApiToken.revoked_at).is_(None),
        or_(col(ApiToken.session_hash).is_(None), its_session),
    )


def _record(session: AsyncSession, what: str, row: ApiToken, actor_id: int | None) -> None:
    said = {"name": row.name, "scope": row.scope, "expires_at": row.expires_at.isoformat()}
    audit_log.record(
        session,
        audit_log.entry(f"token.{what}", "user", row.user_id, actor_id=actor_id, after=said),
    )
