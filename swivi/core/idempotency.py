"""Answers kept for 24 hours under the `Idempotency-Key` they were asked for with, so that asking
again does nothing.

A row exists if and only if the work is done: it is written in the transaction that does the work.
Of several requests with one key at the same moment, the others wait on that row's lock until the
first has committed.

An answer may hold a secret (a new API token is shown once), and a request a password. So the table
keeps neither them nor the key: answers are sealed with the key, which only the caller has.
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
    """JSON, sealed with the key."""
    under_way_until: datetime | None = moment(nullable=True)
    """While the answer may still change: until it is given, or until a process that died would have
    given it.
    """
    kept_until: datetime = moment(index=True)


class IdempotencyConflict(Conflict):
    """The key was used with another request."""

    code = "idempotency_conflict"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used for another request already.")


class RequestUnderWay(Conflict):
    """The first request with this key has not been answered yet."""

    code = "request_under_way"

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key is still under way. Ask again in a moment."
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered again: an HTTP status and a body of JSON."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """One request with its key.

    `caller` says whose key it is; `request` is all that makes it this request.
    """

    caller: str
    key: str
    request: bytes

    @property
    def id(self) -> str:
        """The row's id."""
        return hashlib.sha256(json.dumps([self.caller, self.key]).encode()).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Tells this request from another one with the same key."""
        return hmac.new(self.key.encode(), self.request, hashlib.sha256).hexdigest()

    def sealed(self, body: str) -> str:
        """What is stored of a body."""
        return self._seal.encrypt(body.encode()).decode()

    def opened(self, body: str) -> str:
        """The body that was stored."""
        return self._seal.decrypt(body.encode()).decode()

    @property
    def _seal(self) -> Fernet:
        secret = hmac.new(self.key.encode(), f"answer to {self.caller}".encode(), hashlib.sha256)
        return Fernet(urlsafe_b64encode(secret.digest()))


async def earlier(session: AsyncSession, asked: KeyedRequest) -> Answer | None:
    """The answer this request was given before, if any.

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
    """Where the transaction that does the work begins; an answer means that it was done before.

    Closes the race of two requests with one key: the second waits here for the first's transaction,
    on SQLite since BEGIN IMMEDIATE. Whoever is given None must `keep` an answer. Raises
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
    """Keep the answer to what `begin` began, or a later one in its place."""
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
    """Remove the answers whose time is over."""
    await session.execute(
        delete(IdempotentAnswer).where(col(IdempotentAnswer.kept_until) <= clock.now())
    )
