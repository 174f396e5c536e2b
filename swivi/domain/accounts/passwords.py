"""Passwords: Argon2id hashes, computed off the event loop because they are slow on purpose."""

import secrets
from base64 import b64encode
from math import prod
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE

from swivi.core.cpu_work import off_loop
from swivi.domain.accounts.errors import WeakPassword

SHORTEST = 8
LONGEST = 200
"""Bounded, so that nobody makes the server hash a megabyte."""
LOOKED_AT = 40
"""Characters that zxcvbn checks: enough to judge, and its time grows with their square."""
MAX_READINGS = 8
"""Readings of a password's symbols as letters that zxcvbn tries.

Each costs as much as a password.
"""
STRONG_ENOUGH = 2
"""Of zxcvbn's scores 0 to 4: more than a million guesses by someone who knows common passwords."""

_hasher = PasswordHasher()
_zxcvbn = Lock()
"""zxcvbn keeps the user's own words in a global variable."""
_ONE_SYMBOL_PER_LETTER = str.maketrans("@{[<!|$+", "4(((1157")


def check_strength(password: object, email: object) -> str:
    """Return the password if it is strong enough. Raises WeakPassword.

    Takes up to 40 ms of processor time: call it by `off_loop`.
    """
    if not isinstance(password, str) or len(password) < SHORTEST:
        raise WeakPassword.of("password", f"Use at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise WeakPassword.of("password", f"Use at most {LONGEST} characters.")
    known = ["swivi", str(email)[:LOOKED_AT].strip()]
    with _zxcvbn:
        guessed = zxcvbn(_plainer(password[:LOOKED_AT]), user_inputs=known)
    if guessed["score"] < STRONG_ENOUGH:
        because = guessed["feedback"]["warning"]
        raise WeakPassword.of("password", f"This password is too easy to guess. {because}".strip())
    return password


def _plainer(password: str) -> str:
    """Return the password with one symbol per letter, if zxcvbn would take seconds.

    zxcvbn multiplies the symbols that may stand for each letter: "4@({[<1!|7+5$69" has 576
    readings.
    """
    readings = prod(
        max(1, sum(symbol in password for symbol in symbols)) for symbols in L33T_TABLE.values()
    )
    return password if readings <= MAX_READINGS else password.translate(_ONE_SYMBOL_PER_LETTER)


async def hash_password(password: str) -> str:
    """Return the Argon2id hash to store. Raises Overloaded."""
    return await off_loop(_hasher.hash, password)


async def matches(password: str, password_hash: str) -> bool:
    """Return whether the password belongs to the hash. Raises Overloaded."""
    if len(password) > LONGEST:
        return False
    return await off_loop(_verify, password, password_hash)


def is_hash(stored: str) -> bool:
    """Return whether this is a hash that a password can be compared with."""
    return stored.startswith("$argon2")


def is_outdated(password_hash: str) -> bool:
    """Return whether the hash has outdated parameters, so that the next sign-in should renew it."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password: str, password_hash: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def nobodys_hash() -> str:
    """Return a hash that no password matches, as costly to compare with as a real one."""
    # Assembled instead of computed: an unknown address must not cost one hash more than a known
    # one.
    salt, digest = (
        b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
        for length in (_hasher.salt_len, _hasher.hash_len)
    )
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


def generate() -> str:
    """Return a strong password for a new account."""
    return secrets.token_urlsafe(15)
