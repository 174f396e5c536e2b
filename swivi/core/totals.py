"""Tables of running totals."""

from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import ID, insert_or

Rows = Any
"""A query whose columns have the names of the table's columns."""


def total(name: str) -> Column[int]:
    """Return a column of a sum or a count."""
    return Column(name, ID, nullable=False)


def key_to(name: str, target: str) -> Column[int]:
    """Return a primary key column that refers to a row, such as `users.id`."""
    return Column(name, ID, ForeignKey(target), primary_key=True)


def key_word(name: str) -> Column[str]:
    """Return a primary key column that holds one of a few words."""
    return Column(name, String(32), primary_key=True)


async def add(session: AsyncSession, table: Table, rows: Rows) -> None:
    """Insert `rows`. Where the key exists, add their values to the row."""
    inserted = insert_or(session, table).from_select(
        [column.name for column in rows.selected_columns], rows
    )
    added = {
        column.name: column + inserted.excluded[column.name]
        for column in table.c
        if not column.primary_key
    }
    await session.execute(
        inserted.on_conflict_do_update(index_elements=table.primary_key.columns, set_=added)
    )


async def replace(session: AsyncSession, table: Table, rows: Rows) -> None:
    """Insert `rows`. Where the key exists with other values, replace them."""
    inserted = insert_or(session, table).from_select(
        [column.name for column in rows.selected_columns], rows
    )
    values = [column for column in table.c if not column.primary_key]
    differs = values[0] != inserted.excluded[values[0].name]
    for column in values[1:]:
        differs |= column != inserted.excluded[column.name]
    changed = {column.name: inserted.excluded[column.name] for column in values}
    keys = table.primary_key.columns
    await session.execute(
        inserted.on_conflict_do_update(index_elements=keys, set_=changed, where=differs)
    )
