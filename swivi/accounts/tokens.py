"""API tokens: a program's way in, made and revoked by whom it acts for. Random, shown once, stored as a hash only."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.actor import Actor
from swivi.accounts.errors import TooManyTokens
from swivi.accounts.models import ApiToken, TokenScope, User, UserStatus
from swivi.accounts.sessions import actor_of, hash_token
from swivi.core import changes, clock
from swivi.core.errors import InvalidInput, NotFound
from swivi.core.numbers import typed_number
from swivi.core.text import parse_all, parse_line
from swivi.ledger import audit_log

TOKEN_PREFIX = "swivi_"  # noqa: S105 -- what secret scanners recognise it by, not a secret
LIFE_DAYS = 90
LONGEST_LIFE_DAYS = 365
LONGEST_NAME = 60
MOST_TOKENS = 50
"""Named tokens of one user that live at the same time."""
LAST_USE_RESOLUTION = timedelta(minutes=1)
"""`last_used_at` is written at most this often, so that reading the API does not write all the time."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token belongs to, and what it may do."""

    actor: Actor
    scope: TokenScope


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token's row, and the token itself, which is stored nowhere."""

    row: ApiToken
    token: str


async def create(
    session: AsyncSession,
    user_id: int,
    *,
    name: object,
    made_by: int | None,
    scope: object = None,
    days: object = None,
) -> NewToken:
    """A new token of a user's, as typed: WRITE and 90 days unless said. Raises InvalidInput, TooManyTokens.

    `made_by` is the user themselves; None is the operator at the command line.
    """
    typed: dict[str, Callable[[], Any]] = {
        "name": lambda: _parse_name(name),
        "scope": lambda: TokenScope.WRITE if scope is None else parse_scope(scope),
        "expires_in_days": lambda: LIFE_DAYS if days is None else parse_days(days),
    }
    called, may, life = parse_all(typed).values()
    await _must_have_room(session, user_id)
    made = await issue(session, user_id, name=called, scope=may, days=life)
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
    """A token for somebody who has proved who they are."""
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


async def living(session: AsyncSession, user_id: int, *, limit: int, offset: int = 0) -> tuple[Sequence[ApiToken], int]:
    """One page of the tokens that open something, newest first, and how many there are."""
    mine = _living(user_id)
    total = (await session.exec(select(func.count()).select_from(ApiToken).where(*mine))).one()
    found = await session.exec(
        select(ApiToken).where(*mine).order_by(col(ApiToken.id).desc()).limit(limit).offset(offset)
    )
    return found.all(), total


async def revoke(session: AsyncSession, actor: Actor, token_id: int) -> ApiToken:
    """End one of the actor's own tokens. Raises NotFound."""
    found = await session.exec(
        select(ApiToken).where(*_living(actor.user_id), ApiToken.id == token_id).with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("You have no such token; perhaps it has ended already.")
    row.revoked_at = clock.now()
    changes.mark(session, users=[actor.user_id])
    _record(session, "revoked", row, actor.user_id)
    return row


async def holder(session: AsyncSession, token: str) -> Holder | None:
    """Who a token belongs to, if it lives and the user is active."""
    found = await session.exec(
        select(User, ApiToken)
        .join(ApiToken, col(ApiToken.user_id) == col(User.id))
        .where(
            ApiToken.token_hash == hash_token(token),
            ApiToken.expires_at > clock.now(),
            col(ApiToken.revoked_at).is_(None),
            User.status == UserStatus.ACTIVE,
        )
    )
    pair = found.one_or_none()
    return Holder(actor_of(pair[0]), pair[1].scope) if pair else None


async def use_is_noted(session: AsyncSession, token: str) -> bool:
    """Whether `note_use` has nothing to write, so that reading the API need not wait for a writer."""
    recent = clock.now() - LAST_USE_RESOLUTION
    found = await session.exec(
        select(ApiToken.id).where(ApiToken.token_hash == hash_token(token), col(ApiToken.last_used_at) >= recent)
    )
    return found.first() is not None


async def note_use(session: AsyncSession, token: str) -> None:
    """Remember when a token was last used, to the minute."""
    now = clock.now()
    stale = col(ApiToken.last_used_at).is_(None) | (col(ApiToken.last_used_at) < now - LAST_USE_RESOLUTION)
    await session.execute(
        update(ApiToken).where(col(ApiToken.token_hash) == hash_token(token), stale).values(last_used_at=now)
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


async def _must_have_room(session: AsyncSession, user_id: int) -> None:
    # Two at the same moment wait for each other here, or both would take the last place.
    await session.exec(select(User.id).where(User.id == user_id).with_for_update())
    named = select(func.count()).select_from(ApiToken).where(*_living(user_id), col(ApiToken.name) != "")
    if (await session.exec(named)).one() >= MOST_TOKENS:
        raise TooManyTokens(MOST_TOKENS)


def _living(user_id: int) -> tuple[Any, ...]:
    return ApiToken.user_id == user_id, ApiToken.expires_at > clock.now(), col(ApiToken.revoked_at).is_(None)


def _record(session: AsyncSession, what: str, row: ApiToken, actor_id: int | None) -> None:
    said = {"name": row.name, "scope": row.scope, "expires_at": row.expires_at.isoformat()}
    audit_log.record(session, audit_log.entry(f"token.{what}", "user", row.user_id, actor_id=actor_id, after=said))
