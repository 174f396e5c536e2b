"""Find the id below which no open transaction can still commit a row.

SQLite has one writer at a time, so rows are committed in the order of their ids. On PostgreSQL they
are not. The race: A takes id 5 from the sequence, B takes 6 and commits. A job that seals up to 6
now misses 5, which A commits a second later. `pg_snapshot_xmin` does not close this race, because a
transaction can take an id from the sequence before it has a transaction id. By then it does hold
the table's lock (ROW EXCLUSIVE, until its end). So a round first reads the sequence and then the
holders of that lock. Once all of them have ended, each id up to there is committed or never will
be.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.seals.content import SEALED, Sealed
from swivi.domain.seals.models import Stream

WRITERS = """
    SELECT l.virtualtransaction FROM pg_locks l
    JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
    WHERE l.locktype = 'relation' AND l.relation = '{table}'::regclass
      AND l.mode = 'RowExclusiveLock' AND l.granted"""


@dataclass(frozen=True, slots=True)
class FrontierNote:
    """The last id at some time, and the transactions that may still commit one before it."""

    last_id: int
    writers: frozenset[str]


class Frontier:
    """Remembers for each stream, from round to round, which writers were active."""

    def __init__(self) -> None:
        self._notes: dict[Stream, FrontierNote] = {}

    async def of(self, session: AsyncSession, stream: Stream) -> int:
        """Return the last id up to which all rows of a stream are known to be committed.

        Later statements of the session see those rows. Needs READ COMMITTED.
        """
        sealed = SEALED[stream]
        if session.get_bind().dialect.name == "sqlite":
            return await _highest(session, sealed)
        note = self._notes.pop(stream, None)
        if note is not None and note.writers & await _writers(session, sealed):
            self._notes[stream] = note
            return 0
        fresh = FrontierNote(
            await taken(session, sealed), await _writers(session, sealed)
        )  # in this order
        if not fresh.writers:
            return fresh.last_id
        self._notes[stream] = fresh
        return note.last_id if note is not None else 0


async def taken(session: AsyncSession, sealed: Sealed) -> int:
    """Return the last id that the sequence gave on PostgreSQL, or the highest id on SQLite."""
    if session.get_bind().dialect.name == "sqlite":
        return await _highest(session, sealed)
    last = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END"
    return int((await session.execute(text(f"{last} FROM {sealed.table}_id_seq"))).scalar_one())


async def _highest(session: AsyncSession, sealed: Sealed) -> int:
    found = await session.execute(text(f"SELECT COALESCE(MAX(id), 0) FROM {sealed.table}"))  # noqa: S608
    return int(found.scalar_one())


async def _writers(session: AsyncSession, sealed: Sealed) -> frozenset[str]:
    found = await session.execute(text(WRITERS.format(table=sealed.table)))
    return frozenset(found.scalars().all())
