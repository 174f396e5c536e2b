"""Translate driver errors of an unusable database into an Outage with a sentence.

It covers every statement, commit and connection of an engine. So each interface answers 503 with a
sentence, and interrupted work is told from failed work.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asyncpg import PostgresError
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine, ExceptionContext

from swivi.core.errors import Unavailable

log = logging.getLogger("swivi.database")


class Outage(Unavailable):
    """The database cannot do its work now. `told` is the driver's message, for operators."""

    code = "database_unavailable"
    what = "the database cannot be used"
    advice = "Try again in a minute."

    def __init__(self, told: str) -> None:
        super().__init__(f"{self.what[0].upper()}{self.what[1:]}. {self.advice}")
        self.told = told


class DatabaseAway(Outage):
    """The database does not answer, or broke off. An interrupted commit may have succeeded."""

    code = "database_away"
    what = "the database did not answer"
    advice = "Check whether your last action went through, and try again in a minute."


class DatabaseBusy(Outage):
    """Other work kept the database busy for too long, or caused a deadlock."""

    code = "database_busy"
    what = "the database is busy"
    advice = "Nothing was changed. Try again in a minute."


class DatabaseFull(Outage):
    """The disk is full or broken."""

    code = "database_full"
    what = "the database cannot write: its disk is full or broken"
    advice = "Nothing was changed."


SQLITE: dict[int, type[Outage]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_IOERR: DatabaseFull,
    sqlite3.SQLITE_CANTOPEN: DatabaseAway,
}
"""Outages by SQLite's primary result code: https://www.sqlite.org/rescode.html"""

POSTGRES: dict[str, type[Outage]] = {
    "08": DatabaseAway,  # connection exceptions
    "40": DatabaseBusy,  # transaction rollbacks, such as deadlocks
    "53": DatabaseBusy,  # insufficient resources
    "53100": DatabaseFull,
    "55P03": DatabaseBusy,
    "57P": DatabaseAway,  # server shutting down, starting up or crashed
    "58": DatabaseFull,  # system errors, such as I/O
}
"""Outages by the longest matching prefix of SQLSTATE.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""


@contextmanager
def unlogged() -> Iterator[None]:
    """Do not log outages within this block: the caller reports them."""
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


def translate_errors(engine: Engine) -> None:
    """Make this engine log database failures and raise them as an Outage."""
    event.listen(engine, "handle_error", _replace)
    event.listen(engine, "do_connect", _connect)


def _replace(failing: ExceptionContext) -> None:
    if failing.is_pre_ping:  # the pool replaces a connection that died while it was idle
        return
    if not isinstance(failing.original_exception, Exception):
        return  # the work was cancelled; SQLAlchemy drops the connection
    kind = DatabaseAway if failing.is_disconnect else kind_of(failing.original_exception)
    if kind is not None:
        raise _logged(kind, failing.original_exception)


def _connect(dialect: Dialect, _record: object, arguments: list[Any], named: dict[str, Any]) -> Any:
    try:
        return dialect.connect(*arguments, **named)
    except (OSError, PostgresError) as problem:  # SQLAlchemy wraps neither here
        kind = DatabaseAway if isinstance(problem, OSError) else kind_of(problem)
        if kind is None:
            raise
        raise _logged(kind, problem) from problem


def kind_of(problem: BaseException) -> type[Outage] | None:
    """Return the Outage that a driver's error means, or None."""
    if isinstance(problem, sqlite3.Error):
        # Errors raised by the driver itself have no code.
        return SQLITE.get(getattr(problem, "sqlite_errorcode", 0) & 0xFF)
    state: str = getattr(problem, "sqlstate", None) or ""
    return next(
        (POSTGRES[state[:end]] for end in range(len(state), 1, -1) if state[:end] in POSTGRES), None
    )


def _logged(kind: type[Outage], problem: BaseException) -> Outage:
    # Only the first line of the driver's message: later lines may hold parameters.
    told = (str(problem) or type(problem).__name__).splitlines()[0]
    log.error("%s%s: %s", kind.what[0].upper(), kind.what[1:], told)
    return kind(told)
