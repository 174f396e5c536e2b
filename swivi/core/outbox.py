"""The outbox: rows that are written in one transaction and sent after it has committed.

A claim is a lease on one row. If the process that holds it dies, the claim expires and another
process sends the row. So a row may be sent twice, but never by two processes at the same moment.
"""

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import uuid4

from sqlalchemy import ColumnElement, SelectBase, delete, or_, true, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database
from swivi.core.guarded import changed_one
from swivi.core.outages import Outage

log = logging.getLogger("swivi.outbox")

LOOK_SECONDS = 5.0
"""Seconds between two looks for rows that became due or that another process wrote."""

STOP_SECONDS = 3.0
"""Seconds that attempts under way may take to end when the process stops."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses between attempts. `jitter` is the largest random deviation, as a part of one."""

    pauses: tuple[timedelta, ...]
    jitter: float = 0.0

    def after(self, attempts: int) -> timedelta | None:
        """Return how long to wait after `attempts` failed attempts. None means: give up."""
        if attempts > len(self.pauses):
            return None
        return self.pauses[attempts - 1] * random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311


@dataclass(frozen=True)
class Outbox:
    """A table of rows to send.

    `table` needs the columns `id`, `attempts`, `next_attempt_at`, `claim` and `claimed_until`.
    """

    table: Any
    claimed_for: timedelta
    """The life of a claim. It must be much longer than an attempt may take."""
    is_waiting: ColumnElement[bool] = field(default_factory=true)
    """A further condition of a due row, for a table whose index covers only waiting rows."""

    def is_due(self, now: datetime) -> ColumnElement[bool]:
        """Return the condition that a row may be claimed at `now`."""
        return self.is_waiting & (col(self.table.next_attempt_at) <= now) & self.is_free(now)

    def is_free(self, now: datetime) -> ColumnElement[bool]:
        """Return the condition that nobody holds a claim on the row at `now`."""
        until = col(self.table.claimed_until)
        return or_(until.is_(None), until <= now)

    async def claim(self, session: AsyncSession, claim: str, chosen: SelectBase) -> list[int]:
        """Claim those of the `chosen` row ids that are still due. Return their ids."""
        now = clock.now()
        # Repeats the condition: of two processes that chose the same row, the second waits for the
        # first and then finds the row claimed.
        claimed = await session.execute(
            update(self.table)
            .where(col(self.table.id).in_(chosen), self.is_due(now))
            .values(claim=claim, claimed_until=now + self.claimed_for)
            .returning(col(self.table.id))
            .execution_options(synchronize_session=False)
        )
        return [row_id for (row_id,) in claimed.all()]

    async def record(
        self,
        session: AsyncSession,
        row_id: int,
        claim: str,
        *,
        attempts: int,
        pause: timedelta | None,
        **outcome: object,
    ) -> bool:
        """Record an attempt and release the claim. Return False if the claim was lost meanwhile.

        The next attempt is due after `pause`; None means that there is none. `outcome` holds values
        for the table's own columns.
        """
        return await changed_one(
            session,
            update(self.table)
            .where(col(self.table.id) == row_id, col(self.table.claim) == claim)
            .values(
                attempts=attempts,
                next_attempt_at=None if pause is None else clock.now() + pause,
                claim=None,
                claimed_until=None,
                **outcome,
            ),
        )


async def delete_older(session: AsyncSession, table: Any, kept: timedelta) -> None:
    """Delete the rows of `table` that were created at least `kept` ago."""
    await session.execute(delete(table).where(col(table.created_at) <= clock.now() - kept))


Item = TypeVar("Item")


class Dispatcher(ABC, Generic[Item]):
    """Sends the due rows of an outbox. One dispatcher per process and outbox.

    Commits of this process wake it, and it looks for itself every LOOK_SECONDS. An `Item` is all
    that is needed to send one claimed row.
    """

    def __init__(self, database: Database, *, most_at_once: int) -> None:
        self._database = database
        self._most_at_once = most_at_once
        self._woken = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], Item] = {}

    def wake(self) -> None:
        """Look for due rows now. Call it in the event loop; it returns at once."""
        self._woken.set()

    async def run(self) -> None:
        """Send due rows until cancelled. Then let attempts end for up to STOP_SECONDS."""
        try:
            while True:
                self._woken.clear()
                with suppress(Outage):  # logged already; the next look asks the database again
                    await self._begin()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._woken.wait()
        finally:
            await self._stop()

    async def send_due(self) -> None:
        """Send what is due now, and return when all of it was attempted."""
        while begun := await self._begin():
            await asyncio.gather(*begun)

    @abstractmethod
    async def _is_any_due(self, session: AsyncSession) -> bool:
        """Return whether there is a row to claim, without taking a lock."""

    @abstractmethod
    async def _claim(self, session: AsyncSession, claim: str, limit: int) -> Sequence[Item]:
        """Claim at most `limit` due rows, the longest waiting first."""

    @abstractmethod
    async def _send(self, item: Item) -> None:
        """Attempt to send `item` and record the outcome."""

    @abstractmethod
    def _label(self, item: Item) -> str:
        """Return what the log calls `item`. It must hold no secret."""

    async def _begin(self) -> Sequence[asyncio.Task[None]]:
        free = self._most_at_once - len(self._under_way)
        if free <= 0:
            return []
        async with self._database.reading() as session:
            if not await self._is_any_due(session):
                return []
        async with self._database.writing() as session:
            items = await self._claim(session, uuid4().hex, free)
        return [self._send_in_background(item) for item in items]

    def _send_in_background(self, item: Item) -> asyncio.Task[None]:
        task = asyncio.create_task(self._send_or_log(item))
        self._under_way[task] = item
        task.add_done_callback(self._on_end)
        return task

    async def _send_or_log(self, item: Item) -> None:
        try:
            await self._send(item)
        except Exception:  # the row is sent again once the claim has expired
            log.exception("%s could not be sent or recorded", self._label(item))

    def _on_end(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._woken.set()

    async def _stop(self) -> None:
        """Wait for attempts under way, and cancel late ones: their claims expire."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
