"""The statements and transactions of a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from swivi.core.db import Database


@contextmanager
def asked(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements within the block, each with its values."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        statements.append((statement, values))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@contextmanager
def transactions(database: Database) -> Iterator[list[list[str]]]:
    """The transactions within the block, each with its statements."""
    begun: list[list[str]] = []
    open_on: dict[int, list[str]] = {}

    def begin(connection: Any) -> None:
        open_on[id(connection)] = []
        begun.append(open_on[id(connection)])

    def note(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):  # which the database may send before `begin` hears
            open_on[id(connection)].append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", note)
    yield begun
    event.remove(engine, "begin", begin)
    event.remove(engine, "before_cursor_execute", note)


def user_look_ups(begun: list[list[str]]) -> int:
    """Count the statements that read a whole user, as looking up the signed-in one does."""
    return sum(
        statement.startswith("SELECT") and "users.password_hash" in statement
        for statements in begun
        for statement in statements
    )
