"""Passwords: Argon2id hashes, computed off the event loop because they are slow on purpose."""

import asyncio
import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from swivi.accounts.errors import WeakPassword

SHORTEST = 8
LONGEST = 200
"""Bounded, so that nobody makes the server hash a megabyte."""

_hasher = PasswordHasher()


def check_strength(password: object, email: object) -> str:
    """The password, if it may be used. Raises WeakPassword."""
    if not isinstance(password, str) or len(password) < SHORTEST:
        raise WeakPassword.of("password", f"Use at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise WeakPassword.of("password", f"Use at most {LONGEST} characters.")
    if password.casefold() == str(email).strip().casefold() or len(set(password)) < 3:
        raise WeakPassword.of("password", "This password is too easy to guess.")
    return password


async def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return await asyncio.to_thread(_hasher.hash, password)


async def matches(password: str, password_hash: str) -> bool:
    """Whether the password belongs to the hash."""
    if len(password) > LONGEST:
        return False
    return await asyncio.to_thread(_verify, password, password_hash)


def _verify(password: str, password_hash: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())


async def pretend_to_match(password: str) -> None:
    """Spend the time of a comparison, so that an unknown address answers as slowly as a known one."""
    await asyncio.to_thread(_verify, password[:LONGEST], await asyncio.to_thread(_nobodys_hash))


def generate() -> str:
    """A strong password for a new account."""
    return secrets.token_urlsafe(15)
