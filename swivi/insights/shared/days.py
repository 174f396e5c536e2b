"""Calendar days in UTC, the same on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, SQLColumnExpression
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

DAY = timedelta(days=1)


class UtcDay(FunctionElement[date]):
    """The UTC day of a stored time, whatever the time zone of the database's session."""

    type = Date()
    inherit_cache = True

    def __init__(self, moment: SQLColumnExpression[datetime]) -> None:
        super().__init__(moment)


@compiles(UtcDay, "sqlite")
def _on_sqlite(element: UtcDay, compiler: SQLCompiler, **how: Any) -> str:
    return f"date({compiler.process(element.clauses, **how)})"


@compiles(UtcDay, "postgresql")
def _on_postgresql(element: UtcDay, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **how)} AT TIME ZONE 'UTC' AS DATE)"


def start_of(day: date) -> datetime:
    """Return the first moment of a UTC day."""
    return datetime.combine(day, time(), UTC)


def each_day(first: date, last: date) -> Iterator[date]:
    """Return the days from `first` to `last`, both included, oldest first."""
    for number in range((last - first).days + 1):
        yield first + number * DAY
