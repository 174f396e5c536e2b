"""Many rows in one statement: values of Python's that a statement reads like a table.

One statement for all of them, instead of one for each: what a row costs is then the database's work
on it alone.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    FromClause,
    any_,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, String
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import UtcDateTime, in_slices


def number(name: str) -> ColumnClause[int]:
    """A column of `listed` that holds whole numbers of at most 64 bits."""
    return column(name, BigInteger)


def words(name: str) -> ColumnClause[str]:
    """A column of `listed` that holds text or None."""
    return column(name, String)


def moment(name: str) -> ColumnClause[datetime]:
    """A column of `listed` that holds moments (aware, UTC) or None."""
    return column(name, UtcDateTime)


ROWS_AT_A_TIME = 5_000
"""How many rows of `listed` there are as such at one moment: they are far larger than what is sent
of them.
"""


def listed(
    session: AsyncSession, columns: Sequence[ColumnClause[Any]], rows: Iterable[tuple[Any, ...]]
) -> FromClause:
    """`rows` as something to select from or to update from, with these columns (see `number` and
    `words`).

    PostgreSQL unnests an array for each column, SQLite reads one text of JSON.
    """
    slices = in_slices(rows, ROWS_AT_A_TIME)
    if session.get_bind().dialect.name == "sqlite":
        text = ",".join(json.dumps(some, default=_stored)[1:-1] for some in slices)
        each = func.json_each(bindparam(None, f"[{text}]")).table_valued("value")
        return select(
            *(
                func.json_extract(each.c.value, f"$[{place}]", type_=listed_one.type).label(
                    listed_one.name
                )
                for place, listed_one in enumerate(columns)
            )
        ).subquery("listed")
    values: list[list[Any]] = [[] for _ in columns]
    for some in slices:
        for of_column, more in zip(values, zip(*some, strict=True), strict=True):
            of_column.extend(more)
    arrays = [
        bindparam(None, of_column, ARRAY(listed_one.type))
        for listed_one, of_column in zip(columns, values, strict=True)
    ]
    return func.unnest(*arrays).table_valued(*columns, name="listed").render_derived()


def _stored(value: object) -> str:
    """Return a moment as SQLite holds it, so that a statement can copy it without a look at it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    raise TypeError(f"a value of a listed row is {type(value)}")


def among(session: AsyncSession, one: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether a column of ids is one of these, however many they are, so that an index of it
    answers.
    """
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(bindparam(None, json.dumps(ids))).table_valued("value")
        return col(one).in_(select(each.c.value))
    # Not a join with `listed`: its planner might then read everything else that there is, and look
    # for these in it.
    return col(one) == any_(bindparam(None, list(ids), ARRAY(BigInteger)))


ADDED = (number("row_id"), number("added"))


async def add_to_each(
    session: AsyncSession, table: Any, amounts: Sequence[tuple[int, int]], *columns: str
) -> None:
    """Add each `(row id, number)` to the named columns of a table, in one statement.

    It locks the rows in whatever order the database likes. So who changes several has locked what
    guards them before: a settlement its campaign, and its clippers in the order of their ids.
    """
    if not amounts:
        return
    each = listed(session, ADDED, amounts)
    await change_each(
        session, table, each.c.row_id, {name: table.c[name] + each.c.added for name in columns}
    )


async def change_each(
    session: AsyncSession,
    table: Any,
    row_id: ColumnElement[int],
    changes: Mapping[str, ColumnElement[Any]],
) -> None:
    """Give the rows of a table whose ids stand in `row_id`, a column of `listed`, new values by
    column name.
    """
    new: dict[ColumnElement[Any], ColumnElement[Any]] = {
        column(name): value for name, value in changes.items()
    }
    connection = await session.connection()
    await connection.execute(update(table).where(table.c.id == row_id).values(new))
