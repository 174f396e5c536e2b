"""Search conditions that ignore case (SQLite: of ASCII letters only)."""

from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, or_
from sqlmodel.ext.asyncio.session import AsyncSession

SHORT = 3
"""Shorter searches match most words, and no index covers the middle of a word."""


def holding(
    session: AsyncSession, typed: str, *columns: SQLColumnExpression[str]
) -> ColumnElement[bool]:
    """Return the condition that one of the columns contains `typed`."""
    return or_(*(_look(session, column, "contains", typed) for column in columns))


def beginning(
    session: AsyncSession, typed: str, column: SQLColumnExpression[str]
) -> ColumnElement[bool]:
    """Return the condition that the column begins with `typed`."""
    return _look(session, column, "startswith", typed)


def with_word(
    session: AsyncSession, typed: str, column: SQLColumnExpression[str]
) -> ColumnElement[bool]:
    """Return the condition that a word in the column begins with `typed`."""
    return or_(beginning(session, typed, column), holding(session, f" {typed}", column))


def _look(
    session: AsyncSession, column: SQLColumnExpression[str], how: str, typed: str
) -> ColumnElement[bool]:
    # SQLite's LIKE ignores case by itself; lower() on both sides would take three times as long.
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    look: Any = getattr(column, how if is_sqlite else f"i{how}")
    found: ColumnElement[bool] = look(typed, autoescape=True)
    return found
