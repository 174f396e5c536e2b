"""The job that seals new rows in order. One process at a time runs it, and writers never wait.

It reads committed rows in a read-only transaction, hashes them in a thread, and adds the seal in a
short transaction. A killed job leaves complete seals, and the next job continues.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock, leases
from swivi.core.db import Database, refused_as
from swivi.core.leases import LeaseHold, LeaseLost
from swivi.domain.seals.chain import BEFORE_THE_FIRST, seal_digest, slice_digest
from swivi.domain.seals.content import SEALED, Sealed, leaves, ranges
from swivi.domain.seals.frontier import Frontier, taken
from swivi.domain.seals.models import Seal, SealedSlice, Stream

log = logging.getLogger("swivi.seals")

MOST_ROWS = 20_000
"""Rows per seal: a fifth of a second of hashing, and 320 kB in one transaction."""
SLICE = 1_000
"""Rows per slice. A check that finds a difference reads one slice's leaves to name the row."""

LEASE = "sealing"
LEASE_TTL = timedelta(seconds=60)

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Unsealed:
    """New rows, and each one's binary form on PostgreSQL; none on SQLite."""

    rows: Rows
    sent: Sequence[bytes]


class Sealer:
    """Seals the new rows of one database. One object per process, because it remembers writers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._frontier = Frontier()
        self._settled: Mapping[Stream, int] = dict.fromkeys(Stream, 0)
        """The ids that were examined, including those of rows that were never committed."""

    async def seal_new(self) -> int:
        """Seal every row that can be sealed, and return their number.

        Return at once while another process seals, or without new rows. Raise LeaseLost, Outage.
        """
        async with self._database.reading() as session:
            if not await self._is_behind(session):
                return 0
        hold = await leases.acquire(self._database, LEASE, LEASE_TTL)
        if hold is None:
            return 0
        async with leases.held(hold):
            return await self._seal_all(hold)

    async def _is_behind(self, session: AsyncSession) -> bool:
        """Return whether there are new ids. The check is cheap, because processes repeat it."""
        before = await newest(session)
        for stream, sealed in SEALED.items():
            known = max(self._settled[stream], before.last(stream) if before else 0)
            if await taken(session, sealed) > known:
                return True
        return False

    async def _seal_all(self, hold: LeaseHold) -> int:
        async with self._database.reading() as session:
            bounds = {stream: await self._frontier.of(session, stream) for stream in Stream}
        sealed = 0
        while (rows := await self._seal_next(hold, bounds)) > 0:
            sealed += rows
        self._settled = bounds
        return sealed

    async def _seal_next(self, hold: LeaseHold, bounds: Mapping[Stream, int]) -> int:
        async with self._database.reading() as session:
            before = await newest(session)
            found = await _unsealed(session, before, bounds)
        if not found:
            return 0
        slices = await asyncio.to_thread(_slices, found, before)
        seal = _seal(before, slices)
        async with self._database.writing() as session:
            await hold.assert_held(session)
            session.add(seal)
            with refused_as("uq_seals_previous", _sealed_by_another):
                await session.flush()
            session.add_all(slices)
        log.debug("Seal %d: %s", seal.id, seal.digest)
        return sum(one.rows for one in slices)


def _sealed_by_another() -> LeaseLost:
    return LeaseLost("Another process sealed the same rows.")


async def newest(session: AsyncSession) -> Seal | None:
    """Return the newest seal; None before the first."""
    return (await session.exec(select(Seal).order_by(col(Seal.id).desc()).limit(1))).first()


async def _unsealed(
    session: AsyncSession, before: Seal | None, bounds: Mapping[Stream, int]
) -> dict[Stream, Unsealed]:
    """Return the next rows of each stream in order, at most those of one seal."""
    found: dict[Stream, Unsealed] = {}
    room = MOST_ROWS
    sqlite = session.get_bind().dialect.name == "sqlite"
    for stream, sealed in SEALED.items():
        after = before.last(stream) if before else 0
        # One statement reads both forms, so that they are of the same row.
        columns = sealed.select if sqlite else sealed.select_with_sent
        query = text(f"{columns} WHERE id > :after AND id <= :until ORDER BY id LIMIT :room")
        given = {"after": after, "until": bounds[stream], "room": room}
        rows = (
            (await session.execute(query, given)).all()
            if room > 0 and bounds[stream] > after
            else []
        )
        if rows:
            found[stream] = Unsealed(rows, []) if sqlite else _divided(rows)
            room -= len(rows)
    return found


def _divided(rows: Rows) -> Unsealed:
    return Unsealed([row[:-1] for row in rows], [row[-1] for row in rows])


def _slices(found: Mapping[Stream, Unsealed], before: Seal | None) -> list[SealedSlice]:
    made = []
    for stream, unsealed in found.items():
        after = before.last(stream) if before else 0
        for start in range(0, len(unsealed.rows), SLICE):
            part = slice(start, start + SLICE)
            one = _slice(SEALED[stream], Unsealed(unsealed.rows[part], unsealed.sent[part]), after)
            made.append(one)
            after = one.last_id
    return made


def _slice(sealed: Sealed, unsealed: Unsealed, after: int) -> SealedSlice:
    ids = [row[sealed.id_at] for row in unsealed.rows]
    made = SealedSlice(
        seal_id=0,  # of the seal that is made from it
        stream=sealed.stream,
        after_id=after,
        last_id=ids[-1],
        rows=len(ids),
        ids=ranges(ids),
        leaves=b"".join(leaves(sealed, unsealed.rows)),
        sent_digest=sha256(b"".join(unsealed.sent)).hexdigest() if unsealed.sent else None,
        digest="",
    )
    made.digest = slice_digest(made)
    return made


def _seal(before: Seal | None, slices: Sequence[SealedSlice]) -> Seal:
    covered: dict[str, int] = {}
    for stream in Stream:
        own = [one for one in slices if one.stream == stream]
        last, rows = (before.last(stream), before.rows(stream)) if before else (0, 0)
        covered[f"{stream.lower()}_last"] = own[-1].last_id if own else last
        covered[f"{stream.lower()}_rows"] = rows + sum(one.rows for one in own)
    seal = Seal(
        id=before.id + 1 if before else 1,
        previous=before.digest if before else BEFORE_THE_FIRST,
        digest="",
        made_at=clock.now(),
        **covered,
    )
    seal.digest = seal_digest(seal, slices)
    for one in slices:
        one.seal_id = seal.id
    return seal
