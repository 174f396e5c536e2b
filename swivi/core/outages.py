"""The database cannot work at the moment: what its driver says of that becomes an error with a
sentence.

Done once for every statement, commit and connection of an engine, so that each door answers in
words (503), and work that was cut off is told from work that went wrong.
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
    """The database cannot do its work at the moment.

    `told` is what its driver said, for operators.
    """

    code = "database_unavailable"
    what = "the database cannot be used"
    advice = "Please try again in a minute."

    def __init__(self, told: str) -> None:
        super().__init__(f"{self.what[0].upper()}{self.what[1:]}. {self.advice}")
        self.told = told


class DatabaseAway(Outage):
    """It does not answer, or went away in the middle: of a commit, nobody knows then whether it was
    made.
    """

    code = "database_away"
    what = "the database did not answer"
    advice = "Please try again in a minute, and look first whether it was done after all."


class DatabaseBusy(Outage):
    """Others had it for too long, or stood in each other's way."""

    code = "database_busy"
    what = "the database is busy"
    advice = "Nothing was changed. Please try again in a minute."


class DatabaseFull(Outage):
    """There is no room to write in, or the disk does not take it."""

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
"""By SQLite's primary result code, see https://www.sqlite.org/rescode.html."""

POSTGRES: dict[str, type[Outage]] = {
    "08": DatabaseAway,  # connection exceptions
    "40": DatabaseBusy,  # deadlocks and the like: rolled back
    "53": DatabaseBusy,  # insufficient resources
    "53100": DatabaseFull,
    "55P03": DatabaseBusy,
    "57P": DatabaseAway,  # shut down, starting up, crashed
    "58": DatabaseFull,  # its own input and output
}
"""By SQLSTATE, the longest beginning counts, see
https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""


@contextmanager
def unlogged() -> Iterator[None]:
    """Within this block an Outage is raised and not logged as well: whoever catches it says what it
    told.
    """
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = False


def tell(engine: Engine) -> None:
    """From now on, this engine raises an Outage where the database cannot work, and logs it."""
    event.listen(engine, "handle_error", _replace)
    event.listen(engine, "do_connect", _connect)


def _replace(failing: ExceptionContext) -> None:
    if (
        failing.is_pre_ping
    ):  # a pooled connection that died meanwhile is replaced, and nobody needs to know
        return
    if not isinstance(
        failing.original_exception, Exception
    ):  # the work was called off; SQLAlchemy drops the connection
        return
    kind = DatabaseAway if failing.is_disconnect else kind_of(failing.original_exception)
    if kind is not None:
        raise _logged(kind, failing.original_exception)


def _connect(dialect: Dialect, _record: object, arguments: list[Any], named: dict[str, Any]) -> Any:
    try:
        return dialect.connect(*arguments, **named)
    except (OSError, PostgresError) as problem:  # asyncpg's own, which SQLAlchemy lets through
        kind = DatabaseAway if isinstance(problem, OSError) else kind_of(problem)
        if kind is None:
            raise
        raise _logged(kind, problem) from problem


def kind_of(problem: BaseException) -> type[Outage] | None:
    """Which outage a driver's error tells of; None for one that is none."""
    if isinstance(problem, sqlite3.Error):
        # Errors of the driver itself have no code.
        return SQLITE.get(getattr(problem, "sqlite_errorcode", 0) & 0xFF)
    state: str = getattr(problem, "sqlstate", None) or ""
    return next(
        (POSTGRES[state[:end]] for end in range(len(state), 1, -1) if state[:end] in POSTGRES), None
    )


def _logged(kind: type[Outage], problem: BaseException) -> Outage:
    # Only the driver's own words: what follows them may be parameters.
    told = (str(problem) or type(problem).__name__).splitlines()[0]
    log.error("%s%s: %s", kind.what[0].upper(), kind.what[1:], told)
    return kind(told)
