"""Check the chain: recompute each seal from the rows, and name the rows that differ."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.outages import Outage
from swivi.domain.seals.chain import BEFORE_THE_FIRST, seal_digest, slice_digest
from swivi.domain.seals.content import LEAF, SEALED, Sealed, ids_of, leaves
from swivi.domain.seals.frontier import taken
from swivi.domain.seals.models import Seal, SealCheck, SealedSlice, Stream, ThinnedReadings
from swivi.domain.seals.sealing import MOST_ROWS, newest

log = logging.getLogger("swivi.audits")

SEALS_AT_ONCE = 500
ROTATED_ROWS = 100_000
"""Rows of older seals that a scheduled check checks again: about a second of work."""
DENSE = (Stream.TRANSFERS, Stream.ENTRIES)
MOST_NAMED = 500
"""Most rows that one check names."""


@dataclass(frozen=True, slots=True)
class SealDifference:
    """One difference from the sealed state: the row and a sentence."""

    subject: str
    subject_id: int | str
    sentence: str


@dataclass(slots=True)
class SealVerification:
    """The result of a check: the newest seal, the numbers of seals and rows, the differences."""

    newest: Seal | None
    is_whole: bool
    since: Seal | None = None
    """The seal that the caller asked for, if it is in the chain."""
    seals: int = 0
    rows: int = 0
    rotated_to: int = 0
    differences: list[SealDifference] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Return whether the result names enough rows."""
        return len(self.differences) >= MOST_NAMED


async def verify(
    session: AsyncSession, *, whole: bool = True, since: str | None = None
) -> SealVerification:
    """Check the chain on the session's snapshot.

    By default check all of it. Otherwise check new seals, and the next part of the older ones.
    `since` is the digest of a seal that must be in the chain.

    PostgreSQL compares rows itself where it can, which is faster. This process hashes the part that
    is checked in turn, and all rows if `since` is given. So it finds out a database whose own
    functions lie.
    """
    known = None if whole else await session.get(SealCheck, 1)
    verified = SealVerification(await newest(session), is_whole=known is None)
    if since is not None:
        verified.since = await _named(session, since, verified)
    if known is None:
        await _check(session, verified, after=0, until=None, trusting=since is None)
    elif await _is_still_there(session, known, verified):
        await _check(session, verified, after=known.seal_id, until=None, trusting=since is None)
        await _rotate(session, verified, known)
    await _unsealed(session, verified)
    return verified


async def note(session: AsyncSession, verified: SealVerification, at: datetime) -> None:
    """Store up to where rows are known to be unchanged. Do nothing if there is a difference."""
    last = verified.newest
    if last is None or verified.differences:
        return
    known = await session.get(SealCheck, 1) or SealCheck(
        id=1, seal_id=0, digest="", at=at, rotated_to=0
    )
    known.seal_id, known.digest, known.at = last.id, last.digest, at
    known.rotated_to = verified.rotated_to
    if verified.is_whole:
        known.whole_seal_id, known.whole_at = last.id, at
    session.add(known)


async def _named(session: AsyncSession, digest: str, verified: SealVerification) -> Seal | None:
    found = (await session.exec(select(Seal).where(Seal.digest == digest))).first()
    if found is None:
        sentence = (
            f"no seal {digest} is in the chain: rows from before it were rewritten since, or it is "
            "of another database"
        )
        verified.differences.append(SealDifference("seal", digest, sentence))
    return found


async def _is_still_there(
    session: AsyncSession, known: SealCheck, verified: SealVerification
) -> bool:
    seal = await session.get(Seal, known.seal_id)
    if seal is not None and seal.digest == known.digest:
        return True
    sentence = f"seal {known.seal_id}: was checked before, and is another one now or gone"
    verified.differences.append(SealDifference("seal", known.seal_id, sentence))
    return False


async def _rotate(session: AsyncSession, verified: SealVerification, known: SealCheck) -> None:
    """Check the next part of the older seals again, starting over after the last one."""
    start = known.rotated_to if known.rotated_to < known.seal_id else 0
    first = await session.get(Seal, start)
    floor = first.all_rows if first else 0
    rows = sum(col(getattr(Seal, f"{stream.lower()}_rows")) for stream in Stream)
    part = select(Seal.id).where(
        Seal.id > start, Seal.id <= known.seal_id, rows <= floor + ROTATED_ROWS
    )
    until = (await session.exec(part.order_by(col(Seal.id).desc()).limit(1))).first() or start + 1
    await _check(session, verified, after=start, until=min(until, known.seal_id), trusting=False)
    verified.rotated_to = until


async def _check(
    session: AsyncSession,
    verified: SealVerification,
    *,
    after: int,
    until: int | None,
    trusting: bool,
) -> None:
    """Check the seals after one, up to another.

    With `trusting`, PostgreSQL may compare rows itself.
    """
    before = await session.get(Seal, after) if after else None
    if after and before is None:
        verified.differences.append(SealDifference("seal", after, f"seal {after}: is missing"))
        return
    async for seals in _batches(session, before, until):
        for seal in seals:
            _check_link(seal, before, verified)
            before = seal
        await _check_batch(session, seals, verified, trusting=trusting)
        verified.seals += len(seals)
        if verified.is_full:
            sentence = (
                f"seal {seals[-1].id}: there is more that differs; later seals were not checked"
            )
            verified.differences.append(SealDifference("seal", seals[-1].id, sentence))
            return


async def _batches(
    session: AsyncSession, before: Seal | None, until: int | None
) -> AsyncIterator[Sequence[Seal]]:
    """Yield seals in order, in batches that cover the rows of one full seal."""
    at, rows = (before.id, before.all_rows) if before else (0, 0)
    while True:
        wanted = select(Seal).where(Seal.id > at).order_by(col(Seal.id)).limit(SEALS_AT_ONCE)
        if until is not None:
            wanted = wanted.where(Seal.id <= until)
        found = (await session.exec(wanted)).all()
        if not found:
            return
        for _, group in groupby(found, key=lambda seal: (seal.all_rows - rows - 1) // MOST_ROWS):
            yield list(group)
        at = found[-1].id
        session.expunge_all()


def _check_link(seal: Seal, before: Seal | None, verified: SealVerification) -> None:
    expected_id, previous = (before.id + 1, before.digest) if before else (1, BEFORE_THE_FIRST)
    for missing in range(expected_id, seal.id)[:MOST_NAMED]:
        verified.differences.append(SealDifference("seal", missing, f"seal {missing}: is missing"))
    if seal.id == expected_id and seal.previous != previous:
        sentence = f"seal {seal.id}: does not name the seal before it as the one that it follows"
        verified.differences.append(SealDifference("seal", seal.id, sentence))


async def _check_batch(
    session: AsyncSession, seals: Sequence[Seal], verified: SealVerification, *, trusting: bool
) -> None:
    """Check these seals' rows. A failure is a difference too, and the other seals are checked."""
    first, last = seals[0].id, seals[-1].id
    try:
        async with session.begin_nested():
            await _check_rows(session, seals, verified, trusting=trusting)
    except Outage:
        raise
    except Exception as failure:
        log.exception("Seals %d to %d could not be checked", first, last)
        why = str(getattr(failure, "orig", None) or failure).splitlines()[0]
        sentence = f"seal {first}: could not be checked, with those up to seal {last}: {why}"
        verified.differences.append(SealDifference("seal", first, sentence))


async def _check_rows(
    session: AsyncSession, seals: Sequence[Seal], verified: SealVerification, *, trusting: bool
) -> None:
    first, last = seals[0].id, seals[-1].id
    within = select(SealedSlice).where(SealedSlice.seal_id >= first, SealedSlice.seal_id <= last)
    slices = (
        await session.exec(within.order_by(col(SealedSlice.seal_id), col(SealedSlice.id)))
    ).all()
    by_seal = {
        number: list(group) for number, group in groupby(slices, key=lambda one: one.seal_id)
    }
    comparable: list[SealedSlice] = []
    for seal in seals:
        own = by_seal.get(seal.id, [])
        intact = [one for one in own if slice_digest(one) == one.digest]
        if len(intact) < len(own) or seal_digest(seal, own) != seal.digest:
            sentence = f"seal {seal.id}: its own record was changed after it was made"
            verified.differences.append(SealDifference("seal", seal.id, sentence))
        else:
            comparable += own if trusting else ()
    for stream, sealed in SEALED.items():
        same = await _compared_by_postgresql(
            session, sealed, [one for one in comparable if one.stream == stream]
        )
        verified.rows += sum(one.rows for one in slices if one.id in same)
        own = [one for one in slices if one.stream == stream]
        # Consecutive slices are read together.
        for done, group in groupby(own, key=lambda one: one.id in same):
            if not done:
                await _compare(session, sealed, list(group), seals, verified)


async def _compared_by_postgresql(
    session: AsyncSession, sealed: Sealed, slices: Sequence[SealedSlice]
) -> set[int]:
    """Return the ids of the slices that PostgreSQL finds complete and unchanged.

    The other slices may be unchanged too: retention or a new column changes what PostgreSQL
    compares.
    """
    ids = [one.id for one in slices if one.sent_digest is not None]
    if not ids:
        return set()
    # The first slice also covers rows inserted with an id of zero or less.
    query = text(f"""
        SELECT s.id FROM sealed_slices s CROSS JOIN LATERAL (
            SELECT encode(pg_catalog.sha256(string_agg({sealed.sent}, ''::bytea ORDER BY t.id)),
                'hex') AS digest
            FROM {sealed.table} t
            WHERE t.id > CASE WHEN s.after_id = 0 THEN -9223372036854775808 ELSE s.after_id END
                AND t.id <= s.last_id
        ) r WHERE s.id = ANY(:ids) AND s.sent_digest = r.digest""")  # noqa: S608 - our own names
    return set((await session.execute(query, {"ids": ids})).scalars())


async def _compare(
    session: AsyncSession,
    sealed: Sealed,
    slices: Sequence[SealedSlice],
    seals: Sequence[Seal],
    verified: SealVerification,
) -> None:
    """Compare consecutive slices of one stream with the rows."""
    if not slices:
        return
    # The first slice also covers rows inserted with an id of zero or less.
    after = slices[0].after_id
    lower = "id > :after" if after > 0 else "(id > :after OR id <= 0)"
    query = text(f"{sealed.select} WHERE {lower} AND id <= :last ORDER BY id")
    found = (await session.execute(query, {"after": after, "last": slices[-1].last_id})).all()
    there = await asyncio.to_thread(_hashed, sealed, found)
    verified.rows += len(there)
    verified.differences += _skipped(session, sealed, slices)
    if there == [pair for one in slices for pair in _pairs(one)]:
        return
    verified.differences += await _differences(
        session, sealed, slices, there, {one.id: one for one in seals}
    )


def _skipped(
    session: AsyncSession, sealed: Sealed, slices: Sequence[SealedSlice]
) -> Iterator[SealDifference]:
    """Return the sealed rows whose id leaves a gap, on SQLite.

    SQLite gives each row the next id, and nothing deletes transfers or audit entries.
    """
    if session.get_bind().dialect.name != "sqlite" or sealed.stream not in DENSE:
        return
    for one in slices:
        if one.rows < one.last_id - one.after_id:
            ids = [one.after_id, *(row_id for row_id, _ in _pairs(one))]
            for before, row_id in pairwise(ids):
                if row_id != before + 1:
                    sentence = (
                        f"{sealed.subject} {row_id}: was inserted with an id that was never given "
                        "out"
                    )
                    yield SealDifference(sealed.subject, row_id, sentence)


def _hashed(sealed: Sealed, rows: Sequence[Sequence[Any]]) -> list[tuple[int, bytes]]:
    return list(zip((row[sealed.id_at] for row in rows), leaves(sealed, rows), strict=True))


def _pairs(one: SealedSlice) -> list[tuple[int, bytes]]:
    """Return the ids of a slice with their leaves; none if its record is malformed."""
    try:
        ids = ids_of(one.ids)
        return [(ids[at], one.leaves[at * LEAF : (at + 1) * LEAF]) for at in range(len(ids))]
    except ValueError:
        return []


async def _differences(
    session: AsyncSession,
    sealed: Sealed,
    slices: Sequence[SealedSlice],
    there: Sequence[tuple[int, bytes]],
    seals: dict[int, Seal],
) -> list[SealDifference]:
    expected = {
        row_id: (leaf, seals[one.seal_id]) for one in slices for row_id, leaf in _pairs(one)
    }
    thinned = await _thinned(session, sealed, slices)
    named: list[SealDifference] = []
    seen: set[int] = set()
    for row_id, leaf in there:
        as_sealed = expected.get(row_id)
        if as_sealed is None or row_id in seen:
            sentence = f"{sealed.subject} {row_id}: was inserted among rows that were sealed before"
            named.append(SealDifference(sealed.subject, row_id, sentence))
        elif leaf != as_sealed[0]:
            sentence = (
                f"{sealed.subject} {row_id}: was changed after it was sealed "
                f"({_when(as_sealed[1])})"
            )
            named.append(SealDifference(sealed.subject, row_id, sentence))
        seen.add(row_id)
    for row_id in expected.keys() - seen - thinned:
        sentence = (
            f"{sealed.subject} {row_id}: was removed after it was sealed "
            f"({_when(expected[row_id][1])})"
        )
        named.append(SealDifference(sealed.subject, row_id, sentence))
    return sorted(named, key=lambda one: int(one.subject_id))[:MOST_NAMED]


async def _thinned(
    session: AsyncSession, sealed: Sealed, slices: Sequence[SealedSlice]
) -> set[int]:
    """Return the ids in these slices that retention deleted."""
    if sealed.stream is not Stream.READINGS:
        return set()
    overlapping = select(ThinnedReadings.ids).where(
        ThinnedReadings.last_id > slices[0].after_id, ThinnedReadings.first_id <= slices[-1].last_id
    )
    return {row_id for ids in (await session.exec(overlapping)).all() for row_id in ids_of(ids)}


def _when(seal: Seal) -> str:
    return f"seal {seal.id}, {seal.made_at:%Y-%m-%d %H:%M} UTC"


async def _unsealed(session: AsyncSession, verified: SealVerification) -> None:
    """Check unsealed rows: on PostgreSQL the sequence must have given each id."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for sealed in SEALED.values():
        beyond = text(
            f"SELECT id FROM {sealed.table} WHERE id > :last ORDER BY id LIMIT {MOST_NAMED}"  # noqa: S608
        )
        for row_id in (
            await session.execute(beyond, {"last": await taken(session, sealed)})
        ).scalars():
            sentence = (
                f"{sealed.subject} {row_id}: was inserted with an id that was never given out"
            )
            verified.differences.append(SealDifference(sealed.subject, row_id, sentence))
