"""Looking for what somebody typed."""

from sqlalchemy import ColumnElement, SQLColumnExpression, or_
from sqlmodel.ext.asyncio.session import AsyncSession


def holding(session: AsyncSession, typed: str, *columns: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """That `typed` stands in one of the columns, in capitals or not (SQLite knows those of ASCII only)."""
    if session.get_bind().dialect.name == "sqlite":
        # Its LIKE does not tell capitals apart by itself; lower() on both sides would take three times as long.
        return or_(*(column.contains(typed, autoescape=True) for column in columns))
    return or_(*(column.icontains(typed, autoescape=True) for column in columns))
