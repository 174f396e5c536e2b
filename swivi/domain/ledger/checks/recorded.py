"""Compare rows with the states that audit entries recorded of them (I20)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.ledger.states import RECORDED, Recorded, cell

MOST_NAMED = 1_000
"""Most rows of one table that one check names."""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A row that contradicts the audit log, and a sentence that says how."""

    subject: str
    row_id: int
    sentence: str


async def unrecorded(session: AsyncSession) -> list[Unrecorded]:
    """Return the contradictions between rows and audit entries.

    A row differs from the last entry about it, has no entry, or is gone. Or an entry changes a
    fixed cell.
    """
    rows = [one for recorded in RECORDED async for one in _of(session, recorded)]
    return rows + [
        one
        for recorded in RECORDED
        if recorded.fixed
        async for one in _rewritten(session, recorded)
    ]


async def _of(session: AsyncSession, recorded: Recorded) -> AsyncIterator[Unrecorded]:
    names = list(recorded.cells)
    query = differing(recorded, sqlite=session.get_bind().dialect.name == "sqlite")
    for row_id, table_id, entry_id, *cells in await session.execute(text(query)):
        who = f"{recorded.called} {row_id}"
        if entry_id is None:
            yield Unrecorded(recorded.called, row_id, f"{who}: no audit entry records it")
        elif table_id is None and recorded.may_go:
            continue
        elif table_id is None:
            yield Unrecorded(
                recorded.called, row_id, f"{who}: is gone, and audit entry {entry_id} records it"
            )
        else:
            found, expected, known = cells[0::3], cells[1::3], cells[2::3]
            for at, name in enumerate(names):
                if known[at] and found[at] != expected[at]:
                    says = (
                        f"{name} is {_said(found[at])}, audit entry {entry_id} says "
                        f"{_said(expected[at])}"
                    )
                    yield Unrecorded(recorded.called, row_id, f"{who}: {says}")


def differing(recorded: Recorded, *, sqlite: bool) -> str:
    """Return the SQL for rows that differ from their last entry.

    Its columns are the ids of subject, row and entry, then for each cell: found, expected, known.
    """
    found = [cell(name, kind, sqlite=sqlite) for name, kind in recorded.cells.items()]
    expected = [f"CAST(a.state ->> '{name}' AS TEXT)" for name in recorded.cells]
    # Entries of an earlier release lack the cells that a later one added.
    known = [f"(a.state -> '{name}') IS NOT NULL" for name in recorded.cells]
    parts = list(zip(found, expected, known, strict=True))
    columns = ", ".join(column for part in parts for column in part)
    differs = " OR ".join(f"({has} AND {is_} IS DISTINCT FROM {was})" for is_, was, has in parts)
    parsed = ""
    if not sqlite:
        # Each `->>` parses the whole state again. One parse is enough for the rows that agree.
        cells = ", ".join(f'"{name}" TEXT' for name in recorded.cells)
        parsed = f"LEFT JOIN LATERAL json_to_record(a.state) AS s({cells}) ON TRUE"
        read = ", ".join(f's."{name}"' for name in recorded.cells)
        differs = f"(ROW({', '.join(found)}) IS DISTINCT FROM ROW({read}) AND ({differs}))"
    # The names of tables and columns are constants.
    return f"""
        SELECT COALESCE(t.id, n.subject_id), t.id, a.id, {columns}
        FROM {recorded.table} t FULL JOIN (
            SELECT subject_id, MAX(id) AS id FROM audit_log
            WHERE subject = '{recorded.subject}' AND state IS NOT NULL GROUP BY subject_id
        ) n ON n.subject_id = t.id LEFT JOIN audit_log a ON a.id = n.id {parsed}
        WHERE t.id IS NULL OR a.id IS NULL OR {differs}
        LIMIT {MOST_NAMED}"""  # noqa: S608


async def _rewritten(session: AsyncSession, recorded: Recorded) -> AsyncIterator[Unrecorded]:
    names = sorted(recorded.fixed)
    for row_id, earlier, later, *cells in await session.execute(text(rewriting(recorded, names))):
        for name, was, is_ in zip(names, cells[0::2], cells[1::2], strict=True):
            if was is not None and was != is_:
                says = (
                    f"{name} was {was} in audit entry {earlier} and never changes, entry {later} "
                    f"says {_said(is_)}"
                )
                yield Unrecorded(recorded.called, row_id, f"{recorded.called} {row_id}: {says}")


def rewriting(recorded: Recorded, names: Sequence[str]) -> str:
    """Return the SQL for entries that change fixed cells.

    Its columns are the ids of the subject and of both entries, then both values of each cell.
    """
    # As text: services record numbers as numbers, `record_many` records them as text.
    was = [f"CAST(b.state ->> '{name}' AS TEXT)" for name in names]
    is_ = [f"CAST(a.state ->> '{name}' AS TEXT)" for name in names]
    known = [f"(a.state -> '{name}') IS NOT NULL" for name in names]
    values = ", ".join(column for pair in zip(was, is_, strict=True) for column in pair)
    changes = " OR ".join(
        f"({has} AND {before} <> COALESCE({after}, ''))"
        for has, before, after in zip(known, was, is_, strict=True)
    )
    # The names of the cells are constants.
    return f"""
        SELECT a.subject_id, b.id, a.id, {values}
        FROM (
            SELECT id, LAG(id) OVER (PARTITION BY subject_id ORDER BY id) AS before_id
                FROM audit_log
            WHERE subject = '{recorded.subject}' AND state IS NOT NULL
        ) n JOIN audit_log b ON b.id = n.before_id JOIN audit_log a ON a.id = n.id
        WHERE {changes} LIMIT {MOST_NAMED}"""  # noqa: S608


def _said(value: str | None) -> str:
    return "nothing" if value is None else value
