"""Keep answers for 24 hours by their `Idempotency-Key`, so that a repeated request does nothing.

A row exists if and only if the work is done: it is written in the transaction that does the work.
If several requests use one key at once, the others wait on that row's lock until the first commits.

An answer may hold a secret (a new API token is shown once), and a request a password. The table
stores neither, nor the key. Answers are encrypted with the key, which only the caller has.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet
from sqlalchemy import delete, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import insert_or, moment
from swivi.core.errors import Conflict

KEPT = timedelta(hours=24)


class IdempotentAnswer(SQLModel, table=True):
    """The first answer to one caller's key."""

    __tablename__ = "idempotent_answers"

    id: str = Field(primary_key=True)
    """A hash of the caller and the key."""
    request: str
    """A hash of method, path and body, keyed with the key."""
    status: int
    body: str
    """JSON, encrypted with the key."""
    under_way_until: datetime | None = moment(nullable=True)
    """Until when the answer may still change. It covers a process that dies before it answers."""
    kept_until: datetime = moment(index=True)


class IdempotencyConflict(Conflict):
    """The key was used with a different request."""

    code = "idempotency_conflict"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was already used for a different request.")


class RequestUnderWay(Conflict):
    """The first request with this key has not been answered yet."""

    code = "request_under_way"

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key is still being processed. Try again in a "
            "moment."
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored answer: an HTTP status and a JSON body."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request with its key.

    `caller` is the owner of the key. `request` holds all that tells one request from another.
    """

    caller: str
    key: str
    request: bytes

    @property
    def id(self) -> str:
        """Return the row's id."""
        return hashlib.sha256(json.dumps([self.caller, self.key]).encode()).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Return a hash that tells this request from another one with the same key."""
        return hmac.new(self.key.encode(), self.request, hashlib.sha256).hexdigest()

    def sealed(self, body: str) -> str:
        """Return a body as it is stored, encrypted."""
        return self._seal.encrypt(body.encode()).decode()

    def opened(self, body: str) -> str:
        """Return a stored body, decrypted."""
        return self._seal.decrypt(body.encode()).decode()

    @property
    def _seal(self) -> Fernet:
        secret = hmac.new(self.key.encode(), f"answer to {self.caller}".encode(), hashlib.sha256)
        return Fernet(urlsafe_b64encode(secret.digest()))


async def earlier(session: AsyncSession, asked: KeyedRequest) -> Answer | None:
    """Return the earlier answer to this request, or None.

    Raises IdempotencyConflict, RequestUnderWay.
    """
    found = await session.exec(
        select(IdempotentAnswer).where(
            IdempotentAnswer.id == asked.id, IdempotentAnswer.kept_until > clock.now()
        )
    )
    kept = found.one_or_none()
    if kept is None:
        return None
    if not hmac.compare_digest(kept.request, asked.fingerprint):
        raise IdempotencyConflict
    if kept.under_way_until is not None and kept.under_way_until > clock.now():
        raise RequestUnderWay
    return Answer(kept.status, asked.opened(kept.body))


async def begin(session: AsyncSession, asked: KeyedRequest) -> Answer | None:
    """Reserve the key, or return the earlier answer.

    Call it first in the transaction that does the work.

    Closes the race of two requests with one key: the second waits here for the first transaction
    (on SQLite already at BEGIN IMMEDIATE). After None, the caller must `keep` an answer. Raises
    IdempotencyConflict, RequestUnderWay.
    """
    now = clock.now()
    await session.execute(
        delete(IdempotentAnswer).where(
            col(IdempotentAnswer.id) == asked.id, col(IdempotentAnswer.kept_until) <= now
        )
    )
    placed = await session.execute(
        insert_or(session, IdempotentAnswer)
        .values(id=asked.id, request=asked.fingerprint, status=0, body="", kept_until=now + KEPT)
        .on_conflict_do_nothing()
        .returning(col(IdempotentAnswer.id))
    )
    return None if placed.first() else await earlier(session, asked)


async def keep(
    session: AsyncSession,
    asked: KeyedRequest,
    answer: Answer,
    *,
    under_way_until: datetime | None = None,
) -> None:
    """Store the answer to the request that `begin` reserved, or replace it."""
    await session.execute(
        update(IdempotentAnswer)
        .where(
            col(IdempotentAnswer.id) == asked.id, col(IdempotentAnswer.request) == asked.fingerprint
        )
        .values(
            status=answer.status, body=asked.sealed(answer.body), under_way_until=under_way_until
        )
    )


async def forget_old(session: AsyncSession) -> None:
    """Delete expired answers."""
    await session.execute(
        delete(IdempotentAnswer).where(col(IdempotentAnswer.kept_until) <= clock.now())
    )
