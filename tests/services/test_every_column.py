"""Every column has an answer: the audit names a change, the database refuses it, or it cannot touch
money.

The walk changes one cell of each column by raw SQL, on tables that were disarmed, and makes the
audit. Run with `-s` to see the table of all columns.
"""

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Enum,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    or_,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from swivi.core.db import Database, UtcDateTime
from swivi.domain.ledger import invariants
from swivi.runtime.database.tables import METADATA
from tests.services.harmless import HARMLESS
from tests.services.test_invariants import disarmed, history, history_url

__all__ = ["history", "history_url"]  # fixtures

REFUSALS = (
    "is append-only",
    "a test campaign stays one",
    "generated column",
    "can only be updated to DEFAULT",
)
"""What the database says to a change that it refuses whatever the value is."""

WHAT_TO_DO = """
The audit would not name a change of these cells by SQL. For each of these columns, do one of:
1. The cell steers, records or explains money, and changes by an action: add it to its table's
   cells in swivi/domain/ledger/states.py, give `row=` to each audit_log.entry about a change of it,
   and write a migration that records all rows once more (as
   alembic/versions/2026_12_01_recorded_states.py does).
2. It follows from other rows: add a check to swivi/domain/ledger/checks and a corruption to
   tests/services/corruptions.py.
3. It is a column of an append-only table: add it to swivi/domain/seals/content.py.
4. It cannot touch money: add it to tests/services/harmless.py, with the reason.
If the history of tests/services/test_invariants.py has no row of its table, add one there for
1 to 3."""

RANDOM_CHANGES = 200

RESTS = [
    ("clips", name)
    for name in ("not_found_runs", "not_found_since", "resting_since", "next_look_at")
]
"""When a clip is read again. A revoked clip never is, so they steer nothing there."""

PLANNED = ("tracking_run_campaigns", "campaign_id")
"""A run that credited a campaign nothing may be said to have been another's: the next run reads it
all the same.
"""

TOTALS = {
    "payout_tallies",
    "submission_tallies",
    "clip_tallies",
    "user_tallies",
    "campaign_clippers",
    "account_days",
}


class Answer(StrEnum):
    """What happens to a change of a column."""

    NAMED = "named by the audit"
    REFUSED = "refused by the database"
    HARMLESS = "cannot touch money"
    NONE = "NOBODY SEES IT"


@dataclass(frozen=True)
class Cell:
    """One cell of one row, by the values of its primary key."""

    table: Table
    column: str
    key: tuple[Any, ...]

    def where(self, key: tuple[Any, ...] | None = None) -> tuple[str, dict[str, Any]]:
        names = [column.name for column in self.table.primary_key.columns]
        given = {f"key_{name}": value for name, value in zip(names, key or self.key, strict=True)}
        return " AND ".join(f'"{name}" = :key_{name}' for name in names), given

    def key_with(self, value: Any) -> tuple[Any, ...]:
        names = [column.name for column in self.table.primary_key.columns]
        return tuple(
            value if name == self.column else known
            for name, known in zip(names, self.key, strict=True)
        )


def is_harmless(table: str, column: str) -> bool:
    return column in HARMLESS.get(table, {})


def of_no_row(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1_000_003
    if isinstance(value, str):
        return f"{value}x"
    return value + timedelta(days=3_653)


def another(table: Table, column: str, value: Any) -> Any:
    """Another plausible value of the column's type."""
    kind = table.c[column].type
    if table.c[
        column
    ].primary_key:  # one that no other row has, or the row could not be found again
        return of_no_row(value)
    if isinstance(kind, Enum):
        return next(one for one in kind.enums if one != value)
    if isinstance(kind, Boolean):
        return not value
    if isinstance(kind, Date):
        return value + timedelta(days=1)
    if isinstance(kind, UtcDateTime):
        return datetime(2026, 1, 2, tzinfo=UTC) if value is None else value + timedelta(hours=5)
    if isinstance(kind, Integer):
        return 1 if value is None else value + 1
    if isinstance(kind, JSON):
        return {"youtube": 7} if not isinstance(value, list) else ["youtube", "and more"]
    if isinstance(kind, LargeBinary):
        return (value or b"") + b"x"
    return "another" if value is None else f"{value}x"


def changing(cell: Cell, value: Any, key: tuple[Any, ...] | None = None) -> Any:
    where, given = cell.where(key)
    changed = text(f'UPDATE {cell.table.name} SET "{cell.column}" = :value WHERE {where}')
    keys = [
        bindparam(f"key_{column.name}", given[f"key_{column.name}"], type_=column.type)
        for column in cell.table.primary_key.columns
    ]
    kind = cell.table.c[cell.column].type
    as_text = isinstance(kind, Enum)  # also values that the application does not know
    return changed.bindparams(bindparam("value", value, type_=None if as_text else kind), *keys)


async def keys_of(database: Database, table: Table) -> list[tuple[Any, ...]]:
    """The keys of a table's rows.

    Rows of a table of totals that are all zero are left out: they total nothing.
    """
    columns = list(table.primary_key.columns)
    totals = [column for column in table.columns if not column.primary_key]
    not_empty = [or_(*(column != 0 for column in totals))] if table.name in TOTALS else []
    if table.name == "campaign_days":
        not_empty = [table.c.spent != 0]
    async with database.reading() as session:
        found = await session.execute(select(*columns).where(*not_empty).order_by(*columns))
        return [tuple(row) for row in found]


async def value_of(database: Database, cell: Cell) -> Any:
    column = cell.table.c[cell.column]
    where = [
        one == value for one, value in zip(cell.table.primary_key.columns, cell.key, strict=True)
    ]
    async with database.reading() as session:
        return (await session.execute(select(column).where(*where))).scalar_one()


async def is_refused(database: Database, cell: Cell, value: Any) -> bool:
    try:
        async with database.writing() as session:
            await session.execute(changing(cell, value))
            await session.rollback()
    except DBAPIError as refusal:
        return any(words in str(refusal.orig) for words in REFUSALS)
    return False


async def sentences(database: Database) -> frozenset[str]:
    return frozenset(one.sentence for one in (await invariants.check(database)).findings)


async def is_named(
    database: Database, cell: Cell, before: Any, value: Any, known: frozenset[str]
) -> bool:
    """Whether the audit says more than `known` once the cell is changed. Puts it back."""
    async with database.writing() as session:
        await session.execute(changing(cell, value))
    named = await sentences(database) - known
    async with database.writing() as session:
        await session.execute(changing(cell, before, cell.key_with(value)))
    return bool(named)


async def disarm_all(database: Database) -> None:
    for table in METADATA.sorted_tables:
        await disarmed(database, table.name)


def told(answers: dict[tuple[str, str], Answer]) -> str:
    lines = [
        f"{table + '.' + column:45} {answer}" for (table, column), answer in sorted(answers.items())
    ]
    counts = {answer: sum(1 for one in answers.values() if one is answer) for answer in Answer}
    return "\n".join([*lines, *(f"{count:5} {answer}" for answer, count in counts.items())])


@pytest.mark.timeout(1_200)
async def test_each_change_is_named_or_refused_or_cannot_touch_money(history: Database) -> None:
    answers: dict[tuple[str, str], Answer] = {}
    cells: list[tuple[Cell, Any, Any]] = []
    for table in METADATA.sorted_tables:
        keys = await keys_of(history, table)
        for column in table.columns:
            answers[table.name, column.name] = Answer.NONE
            if is_harmless(table.name, column.name):
                answers[table.name, column.name] = Answer.HARMLESS
                continue
            if not keys:
                continue
            cell = Cell(table, column.name, keys[0])
            before = await value_of(history, cell)
            value = another(table, column.name, before)
            if await is_refused(history, cell, value):
                answers[table.name, column.name] = Answer.REFUSED
            cells.append((cell, before, value))
    await disarm_all(history)
    known = await sentences(history)
    for cell, before, value in cells:
        if column_is_computed(cell):
            continue
        if await is_named(history, cell, before, value, known):
            answers[cell.table.name, cell.column] = Answer.NAMED

    sys.stdout.write(f"{told(answers)}\n")
    unseen = [
        f"{table}.{column}"
        for (table, column), answer in sorted(answers.items())
        if answer is Answer.NONE
    ]
    assert unseen == [], WHAT_TO_DO
    assert await sentences(history) == known, "the walk puts back what it changes"


def column_is_computed(cell: Cell) -> bool:
    return cell.table.c[cell.column].computed is not None


def test_every_column_that_is_listed_as_harmless_exists_and_has_a_reason() -> None:
    there = {
        (table.name, column.name) for table in METADATA.sorted_tables for column in table.columns
    }
    listed = {
        (table, column): why
        for table, columns in HARMLESS.items()
        for column, why in columns.items()
    }

    assert listed.keys() - there == set()
    assert [cell for cell, why in listed.items() if len(why.split()) < 3] == []


@pytest.mark.timeout(1_200)
async def test_random_changes_of_single_cells_are_named(history: Database) -> None:
    """Of any row. The seed is fixed, so that a failure can be repeated."""
    choose = random.Random(20)
    pool: list[tuple[Table, str, Sequence[tuple[Any, ...]]]] = []
    for table in METADATA.sorted_tables:
        keys = await keys_of(history, table)
        wanted = [
            one.name
            for one in table.columns
            if not is_harmless(table.name, one.name) and not one.computed
        ]
        pool += [
            (table, name, keys)
            for name in wanted
            if keys and (table.name, name) not in [*RESTS, PLANNED]
        ]
    clips = METADATA.tables["clips"]
    async with history.reading() as session:
        read = await session.execute(
            select(clips.c.id).where(clips.c.state != "REVOKED").order_by(clips.c.id)
        )
        pool += [
            (clips, name, [(clip_id,) for clip_id in ids])
            for ids in [read.scalars().all()]
            for _, name in RESTS
        ]
        plans = METADATA.tables[PLANNED[0]]
        credited = await session.execute(
            select(plans.c.id).where(plans.c.earnings_added > 0).order_by(plans.c.id)
        )
        pool.append((plans, PLANNED[1], [(plan_id,) for plan_id in credited.scalars()]))
    await disarm_all(history)
    known = await sentences(history)
    unseen: list[str] = []
    for _ in range(RANDOM_CHANGES):
        table, name, keys = choose.choice(pool)
        cell = Cell(table, name, choose.choice(keys))
        before = await value_of(history, cell)
        value = another(table, name, before)
        if not await is_named(history, cell, before, value, known):
            unseen.append(f"{table.name}.{name} of {cell.key}: {before!r} -> {value!r}")

    sys.stdout.write(
        f"{RANDOM_CHANGES - len(unseen)} of {RANDOM_CHANGES} random changes were named\n"
    )
    assert unseen == []
