"""Use many rows of Python values as a table within one SQL statement.

One statement for all rows avoids a round trip for each.
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
    """Return a column of `listed` for whole numbers of at most 64 bits."""
    return column(name, BigInteger)


def words(name: str) -> ColumnClause[str]:
    """Return a column of `listed` for text or None."""
    return column(name, String)


def moment(name: str) -> ColumnClause[datetime]:
    """Return a column of `listed` for moments (aware, UTC) or None."""
    return column(name, UtcDateTime)


ROWS_AT_A_TIME = 5_000
"""Rows converted at a time. As Python objects they are far larger than the statement's parameters.
"""


def listed(
    session: AsyncSession, columns: Sequence[ColumnClause[Any]], rows: Iterable[tuple[Any, ...]]
) -> FromClause:
    """Return `rows` as a table to select or update from. See `number`, `words` and `moment`.

    PostgreSQL unnests one array per column. SQLite reads one JSON text.
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
    """Return a moment in the format that SQLite stores, so that it can be copied unchanged."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    raise TypeError(f"a value of a listed row is {type(value)}")


def among(session: AsyncSession, one: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a column of ids is one of `ids`. An index can answer it."""
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(bindparam(None, json.dumps(ids))).table_valued("value")
        return col(one).in_(select(each.c.value))
    # Not a join with `listed`: the planner could then scan the other tables and look up each of
    # their rows in the list.
    return col(one) == any_(bindparam(None, list(ids), ARRAY(BigInteger)))


ADDED = (number("row_id"), number("added"))


async def add_to_each(
    session: AsyncSession, table: Any, amounts: Sequence[tuple[int, int]], *columns: str
) -> None:
    """Add each `(row id, number)` to the named columns of a table, in one statement.

    The database locks the rows in any order. Callers that change several rows must first lock what
    guards them: a settlement locks its campaign, and its clippers in the order of their ids.
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
    """Set columns, by name, of the rows whose ids are in `row_id`, a column of `listed`."""
    new: dict[ColumnElement[Any], ColumnElement[Any]] = {
        column(name): value for name, value in changes.items()
    }
    connection = await session.connection()
    await connection.execute(update(table).where(table.c.id == row_id).values(new))
