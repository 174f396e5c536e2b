"""Two-step sign-in: codes of an app (TOTP), recovery codes, and the state between the two steps.

A code is accepted once, and only within half a minute before and after its own time (RFC 6238,
section 5.2).

The key is stored readable. Encrypting it with a key from the environment would protect it from
someone who has only the database. But codes defend against guessed and stolen passwords, not
against that.
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
"""How long an app shows a code. Apps support no other value in practice."""
TOLERATED_STEPS = (0, -1, 1)
"""Steps that allow for inaccurate clocks and slow typing."""
RECOVERY_CODES = 10
HALF_LIFE = timedelta(minutes=5)
"""How long after the password a code is accepted."""

SETUP_LIFE = timedelta(minutes=30)
"""How long after it was shown a key can be turned on."""

HALF_COOKIE = "swivi_half"
"""The cookie of a HalfSignIn."""


@dataclass(frozen=True, slots=True)
class TotpStatus:
    """When two-step sign-in was turned on, and how many recovery codes are left."""

    since: datetime
    codes_left: int


@dataclass(frozen=True, slots=True)
class TotpSetup:
    """A new key for an app: as text to type, and as a picture (a data URI)."""

    key: str
    picture: str


async def begin_setup(session: AsyncSession, actor: Actor) -> TotpSetup:
    """Make a new key for the actor's app.

    It has no effect until `turn_on` is called with one of its codes.
    """
    setup = new_setup(actor.email)
    # Stored here, not in the page's state, because states are kept in Redis. It replaces an
    # unfinished set-up.
    fresh = {"key": setup.key, "expires_at": clock.now() + SETUP_LIFE}
    await session.execute(
        insert_or(session, PendingAuthenticator)
        .values(user_id=actor.user_id, **fresh)
        .on_conflict_do_update(index_elements=["user_id"], set_=fresh)
    )
    return setup


def new_setup(email: str) -> TotpSetup:
    """Return a new key and its picture."""
    key = pyotp.random_base32()
    uri = pyotp.TOTP(key).provisioning_uri(name=email, issuer_name=ISSUER)
    return TotpSetup(key, segno.make(uri, error="m").svg_data_uri(scale=4, border=4, light="white"))


async def standing(session: AsyncSession, user_id: int) -> TotpStatus | None:
    """Return the status of a user's two-step sign-in. None if it is off."""
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
    """Turn two-step sign-in on, and end every other session.

    Returns the recovery codes, which are shown once. `code` is of the key of `begin_setup`.
    `except_session` is the hash of the session that stays. Raises SetupEnded, WrongCode, TotpIsOn.
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
    # The constraint also refuses the second of two concurrent requests: a user has one app.
    with refused_as("uq_authenticators_user_id", TotpIsOn):
        await session.flush()
    await session.delete(pending)
    await sessions.end_ways_in(session, actor.user_id, except_session=except_session)
    _record(session, "totp.on", actor.user_id, actor.user_id)
    return await _make_recovery_codes(session, actor.user_id)


async def turn_off(
    session: AsyncSession, actor: Actor, code: object, *, except_session: str
) -> None:
    """Turn two-step sign-in off, and end every other session.

    `except_session` is the hash of the session that stays. Raises CodeNeeded, WrongCode.
    """
    await must_match(session, actor.user_id, code)
    await _remove(session, actor.user_id)
    await sessions.end_ways_in(session, actor.user_id, except_session=except_session)
    _record(session, "totp.off", actor.user_id, actor.user_id)


async def take_off(session: AsyncSession, user: User) -> bool:
    """Turn two-step sign-in off as the operator, for a user who lost app and codes.

    Returns whether it was on.
    """
    if await _authenticator(session, user.id) is None:
        return False
    await _remove(session, user.id)
    await sessions.end_ways_in(session, user.id)
    _record(session, "totp.taken_off", user.id, None)
    return True


async def renew_recovery_codes(session: AsyncSession, actor: Actor, code: object) -> list[str]:
    """Replace the recovery codes. Raises CodeNeeded, WrongCode."""
    await must_match(session, actor.user_id, code)
    _record(session, "totp.codes_renewed", actor.user_id, actor.user_id)
    return await _make_recovery_codes(session, actor.user_id)


async def must_match(session: AsyncSession, user_id: int, code: object) -> None:
    """Use up a code of the user's app or a recovery code. Do nothing if two-step sign-in is off.

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
    """Return whether a code is asked for after the password."""
    return await _authenticator(session, user_id) is not None


async def begin(session: AsyncSession, user_id: int) -> str:
    """Begin the second step after a right password. Return the cookie's value for this browser."""
    token, now = secrets.token_urlsafe(32), clock.now()
    await session.execute(delete(HalfSignIn).where(col(HalfSignIn.expires_at) <= now))
    session.add(
        HalfSignIn(user_id=user_id, token_hash=hash_token(token), expires_at=now + HALF_LIFE)
    )
    return token


async def awaited(session: AsyncSession, token: str) -> Actor | None:
    """Return the user who gave the password in the browser with this cookie."""
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
    """End the state between the two steps. Return whether it was still valid."""
    mine = col(HalfSignIn.token_hash) == hash_token(token)
    # Lock the user first, as every change that ends sessions does, so that one waits for the other.
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
    """Return the time step of this code, if it is near the present one."""
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
    # Guarded: of two concurrent sign-ins with one code, one succeeds.
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
    # 128 bits each, in groups that are easy to read and type.
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
