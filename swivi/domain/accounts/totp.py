"""The second step of signing in: codes of an app (TOTP), recovery codes, and the moment between the
two steps.

A code counts once, and only within half a minute before and after its own (RFC 6238, section 5.2).
Its key is in the database as it is: with a key of its own in the environment it would be safe from
whoever has the database alone, but who has a copy of that is not who guesses at passwords, against
which this stands.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import segno
from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import insert_or, refused_as
from swivi.core.guarded import changed_one
from swivi.core.text import is_storable
from swivi.domain.accounts import sessions
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import CodeNeeded, SetupEnded, TotpIsOn, WrongCode
from swivi.domain.accounts.models import (
    Authenticator,
    HalfSignIn,
    PendingAuthenticator,
    RecoveryCode,
    User,
    UserStatus,
)
from swivi.domain.accounts.sessions import actor_of, hash_token
from swivi.domain.ledger import audit_log

ISSUER = "Swivi"
STEP_SECONDS = 30
"""How long an app shows a code; apps know no other."""
TOLERATED_STEPS = (0, -1, 1)
"""Clocks that go a little wrong, and people who type slowly."""
RECOVERY_CODES = 10
HALF_LIFE = timedelta(minutes=5)
"""How long after the password the code may come."""

SETUP_LIFE = timedelta(minutes=30)
"""How long a key that was shown may be turned on."""

HALF_COOKIE = "swivi_half"
"""The browser's part of a HalfSignIn."""


@dataclass(frozen=True, slots=True)
class TotpStatus:
    """Since when the second step is on, and how many recovery codes are left."""

    since: datetime
    codes_left: int


@dataclass(frozen=True, slots=True)
class TotpSetup:
    """What an app takes a new key in by: the key as people type it, and as a picture (a data
    URI).
    """

    key: str
    picture: str


async def begin_setup(session: AsyncSession, actor: Actor) -> TotpSetup:
    """Make a new key for the actor's app.

    It counts for nothing until `turn_on` is called with a code of it.
    """
    setup = new_setup(actor.email)
    # Here, and not in the page's state: states are kept in Redis. An earlier set-up that was left
    # ends.
    fresh = {"key": setup.key, "expires_at": clock.now() + SETUP_LIFE}
    await session.execute(
        insert_or(session, PendingAuthenticator)
        .values(user_id=actor.user_id, **fresh)
        .on_conflict_do_update(index_elements=["user_id"], set_=fresh)
    )
    return setup


def new_setup(email: str) -> TotpSetup:
    """A new key, and the picture that an app takes it in by."""
    key = pyotp.random_base32()
    uri = pyotp.TOTP(key).provisioning_uri(name=email, issuer_name=ISSUER)
    return TotpSetup(key, segno.make(uri, error="m").svg_data_uri(scale=4, border=4, light="white"))


async def standing(session: AsyncSession, user_id: int) -> TotpStatus | None:
    """How it stands with a user's second step; None if it is off."""
    found = await _authenticator(session, user_id)
    if found is None:
        return None
    left = select(func.count()).where(
        col(RecoveryCode.user_id) == user_id, col(RecoveryCode.used_at).is_(None)
    )
    return TotpStatus(found.created_at, (await session.exec(left)).one())


async def turn_on(
    session: AsyncSession, actor: Actor, code: object, *, except_session: str
) -> list[str]:
    """From now on a code is asked for; every other session ends.

    Returns the recovery codes, which are shown once.

    `code` is of the key of `begin_setup`. `except_session` is the hash of the session that stays.
    Raises SetupEnded, WrongCode, TotpIsOn.
    """
    if await is_on(session, actor.user_id):
        raise TotpIsOn
    pending = await _pending(session, actor.user_id)
    if pending is None:
        raise SetupEnded
    step = _step_of(pending.key, code)
    if step is None:
        raise WrongCode
    session.add(
        Authenticator(
            user_id=actor.user_id, key=pending.key, last_step=step, created_at=clock.now()
        )
    )
    # One per user: the constraint refuses the second of two tabs at the same moment, too.
    with refused_as("uq_authenticators_user_id", TotpIsOn):
        await session.flush()
    await session.delete(pending)
    await sessions.end_ways_in(session, actor.user_id, except_session=except_session)
    _record(session, "totp.on", actor.user_id, actor.user_id)
    return await _make_recovery_codes(session, actor.user_id)


async def turn_off(
    session: AsyncSession, actor: Actor, code: object, *, except_session: str
) -> None:
    """The password is enough again; every other session ends.

    `except_session` is the hash of the one that stays.

    Raises CodeNeeded, WrongCode.
    """
    await must_match(session, actor.user_id, code)
    await _remove(session, actor.user_id)
    await sessions.end_ways_in(session, actor.user_id, except_session=except_session)
    _record(session, "totp.off", actor.user_id, actor.user_id)


async def take_off(session: AsyncSession, user: User) -> bool:
    """The operator takes it off somebody who lost their app and their codes; whether it was on."""
    if await _authenticator(session, user.id) is None:
        return False
    await _remove(session, user.id)
    await sessions.end_ways_in(session, user.id)
    _record(session, "totp.taken_off", user.id, None)
    return True


async def renew_recovery_codes(session: AsyncSession, actor: Actor, code: object) -> list[str]:
    """New recovery codes; the old ones end. Raises CodeNeeded, WrongCode."""
    await must_match(session, actor.user_id, code)
    _record(session, "totp.codes_renewed", actor.user_id, actor.user_id)
    return await _make_recovery_codes(session, actor.user_id)


async def must_match(session: AsyncSession, user_id: int, code: object) -> None:
    """Use up a code of the user's app, or a recovery code; nothing where the second step is off.

    Raises CodeNeeded, WrongCode.
    """
    found = await _authenticator(session, user_id)
    if found is None:
        return
    if not isinstance(code, str) or not code.strip():
        raise CodeNeeded
    is_right = is_storable(code) and (
        await _use_step(session, found, code) or await _use_recovery_code(session, user_id, code)
    )
    if not is_right:
        raise WrongCode


async def is_on(session: AsyncSession, user_id: int) -> bool:
    """Whether a code is asked for after the password."""
    return await _authenticator(session, user_id) is not None


async def begin(session: AsyncSession, user_id: int) -> str:
    """The password was right; returns the cookie's value for the browser in which the code is to
    follow.
    """
    token, now = secrets.token_urlsafe(32), clock.now()
    await session.execute(delete(HalfSignIn).where(col(HalfSignIn.expires_at) <= now))
    session.add(
        HalfSignIn(user_id=user_id, token_hash=hash_token(token), expires_at=now + HALF_LIFE)
    )
    return token


async def awaited(session: AsyncSession, token: str) -> Actor | None:
    """Who gave the password in the browser with this cookie a moment ago."""
    found = await session.exec(
        select(User)
        .join(HalfSignIn, col(HalfSignIn.user_id) == col(User.id))
        .where(
            HalfSignIn.token_hash == hash_token(token),
            HalfSignIn.expires_at > clock.now(),
            User.status == UserStatus.ACTIVE,
        )
    )
    user = found.one_or_none()
    return actor_of(user) if user else None


async def finish(session: AsyncSession, token: str) -> bool:
    """Whether the browser with this cookie was still between the two steps; it is no more."""
    mine = col(HalfSignIn.token_hash) == hash_token(token)
    # The user first, as in every change that ends ways in: of the two, one waits for the other's
    # end.
    owner = select(HalfSignIn.user_id).where(mine).scalar_subquery()
    await session.exec(select(User.id).where(User.id == owner).with_for_update(key_share=True))
    return await changed_one(
        session,
        delete(HalfSignIn).where(mine, col(HalfSignIn.expires_at) > clock.now()),
    )


async def _pending(session: AsyncSession, user_id: int) -> PendingAuthenticator | None:
    found = await session.exec(
        select(PendingAuthenticator).where(
            PendingAuthenticator.user_id == user_id, PendingAuthenticator.expires_at > clock.now()
        )
    )
    return found.one_or_none()


async def _authenticator(session: AsyncSession, user_id: int) -> Authenticator | None:
    return (
        await session.exec(select(Authenticator).where(Authenticator.user_id == user_id))
    ).one_or_none()


def _step_of(key: str, code: object) -> int | None:
    """The time step whose code this is, if it is about now."""
    typed = "".join(code.split()) if isinstance(code, str) else ""
    totp, now = pyotp.TOTP(key), int(clock.now().timestamp()) // STEP_SECONDS
    for step in (now + shift for shift in TOLERATED_STEPS):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode(errors="replace")):
            return step
    return None


async def _use_step(session: AsyncSession, found: Authenticator, code: str) -> bool:
    step = _step_of(found.key, code)
    if step is None:
        return False
    # Guarded: of two sign-ins with one code at the same moment one counts.
    return await changed_one(
        session,
        update(Authenticator)
        .where(col(Authenticator.id) == found.id, col(Authenticator.last_step) < step)
        .values(last_step=step)
        .execution_options(synchronize_session=False),
    )


async def _use_recovery_code(session: AsyncSession, user_id: int, code: str) -> bool:
    used = await changed_one(
        session,
        update(RecoveryCode)
        .where(
            col(RecoveryCode.user_id) == user_id,
            col(RecoveryCode.code_hash) == _hash_of_code(code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=clock.now()),
    )
    if used:
        _record(session, "totp.recovery_used", user_id, user_id)
    return used


async def _make_recovery_codes(session: AsyncSession, user_id: int) -> list[str]:
    await session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    # 128 bits each, in groups that can be read and typed.
    codes = ["-".join(secrets.token_hex(4) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash_of_code(code)) for code in codes)
    return codes


def _hash_of_code(code: str) -> str:
    return hash_token("".join(code.split()).replace("-", "").lower())


async def _remove(session: AsyncSession, user_id: int) -> None:
    await session.execute(delete(Authenticator).where(col(Authenticator.user_id) == user_id))
    await session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))


def _record(session: AsyncSession, action: str, user_id: int, actor_id: int | None) -> None:
    audit_log.record(session, audit_log.entry(action, "user", user_id, actor_id=actor_id))
