"""Tables of totals: rows that are added to what is there already."""

from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import ID, insert_or

Rows = Any
"""A query whose columns are named as the table's, whatever their types."""


def total(name: str) -> Column[int]:
    """A column of a sum or a number of rows."""
    return Column(name, ID, nullable=False)


def key_to(name: str, target: str) -> Column[int]:
    """A part of the primary key that refers to a row, such as `users.id`."""
    return Column(name, ID, ForeignKey(target), primary_key=True)


def key_word(name: str) -> Column[str]:
    """A part of the primary key that is one of a few words."""
    return Column(name, String(32), primary_key=True)


async def add(session: AsyncSession, table: Table, rows: Rows) -> None:
    """Insert these rows; where there is one of that key, add to it all that is no part of the
    key.
    """
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
    """Insert these rows; where there is one of that key that says otherwise, change it to that."""
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
