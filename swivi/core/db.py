"""The database: one async engine per process, and the two kinds of transaction.

`DATABASE_URL` is accepted as users write it (`sqlite:///path`, `postgresql://...`), and the async
drivers are chosen here. Nothing is opened at import time, because production servers fork after
importing the app.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from asyncpg import PostgresError
from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    DateTime,
    Enum,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Dialect, ExceptionContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator
from sqlalchemy.util import await_only
from sqlalchemy.util.concurrency import in_greenlet
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, outages
from swivi.core.changes import ChangeSet

BUSY_TIMEOUT_SECONDS = 30
"""Seconds that a SQLite connection waits for another write transaction."""

ID = BigInteger().with_variant(Integer, "sqlite")
"""Row ids and cents: 64 bits on both databases.

On SQLite only INTEGER autoincrements, and it has 64.
"""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMES


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC moments on both databases: timestamptz on PostgreSQL, naive UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def row_id() -> Any:
    """Return an autoincrementing primary key."""
    return Field(default=None, sa_column=Column(ID, primary_key=True, autoincrement=True))


def reference(
    target: str, *, nullable: bool = False, index: bool = False, unique: bool = False
) -> Any:
    """Return a foreign key to `target`, such as `users.id`."""
    column = Column(ID, ForeignKey(target), nullable=nullable, index=index, unique=unique)
    return Field(default=None if nullable else ..., sa_column=column)


def cents(*, default: int | None = 0, nullable: bool = False) -> Any:
    """Return a column of integer cents."""
    if default is None and not nullable:
        return Field(sa_column=Column(ID, nullable=False))
    return Field(default=default, sa_column=Column(ID, nullable=nullable))


counted = cents
"""A column of a 64-bit count (views)."""


def digits(table: Table, name: str, amount: str) -> Column[int]:
    """Return a computed column: the number of decimal digits of an amount.

    Amounts change with each settlement and are in no index, so that PostgreSQL need not update any
    (HOT). The number of digits seldom changes. An index of it narrows a search for the largest
    amounts to few rows.
    """
    column: Column[int] = Column(name, Integer, Computed(f"length(CAST({amount} AS TEXT))"))
    table.append_column(column)
    return column


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """Return a column of an aware UTC moment."""
    column = Column(UtcDateTime, nullable=nullable, index=index)
    return Field(default=None if nullable else ..., sa_column=column)


def choice(
    options: type[StrEnum], *, default: StrEnum | None = None, nullable: bool = False
) -> Any:
    """Return a column for one of `options`, stored as readable text with a CHECK."""
    kind = Enum(
        options,
        native_enum=False,
        create_constraint=True,
        name=f"{options.__name__.lower()}_known",
        length=32,
        values_callable=lambda known: [option.value for option in known],
    )
    column: Column[Any] = Column(kind, nullable=nullable)
    return Field(default=default if default or nullable else ..., sa_column=column)


def driver_url(database_url: str) -> URL:
    """Return the URL with Swivi's async driver: aiosqlite or asyncpg."""
    url = make_url(database_url)
    if url.get_backend_name() in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+asyncpg")
    return url.set(drivername="sqlite+aiosqlite")


class Database:
    """An engine with its two kinds of transaction.

    `writing()` is one unit of work: it commits at the end of the block, or rolls back if anything
    is raised. On SQLite it starts with BEGIN IMMEDIATE, so that no other writer can change what the
    block has read. PostgreSQL closes the same races with row locks, which are named where they are
    taken.

    `reading()` never commits and, on SQLite, never blocks a writer. Both raise an `Outage` if the
    database cannot do its work.
    """

    def __init__(self, database_url: str, *, pool_size: int = 10) -> None:
        url = driver_url(database_url)
        # Parameters are hidden: errors are logged, and parameters may hold emails and secrets.
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if url.database and url.database != ":memory:":
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            waiting = {"timeout": BUSY_TIMEOUT_SECONDS}
            self.engine = create_async_engine(
                url, connect_args=waiting, pool_size=pool_size, hide_parameters=True
            )
            _prepare_sqlite(self.engine)
        else:
            self.engine = create_async_engine(
                url, pool_size=pool_size, max_overflow=10, pool_pre_ping=True, hide_parameters=True
            )
            _prepare_postgresql(self.engine)
        event.listen(self.engine.sync_engine, "handle_error", _keep_rows_out)
        outages.translate_errors(self.engine.sync_engine)
        self.listeners: list[Callable[[ChangeSet], None]] = []
        """Called after each commit that marked changes. A listener must not block or raise."""
        self._writer = self.engine.execution_options(swivi_writes=True)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that commits at the end of the block. Then call the listeners."""
        async with AsyncSession(self._writer, expire_on_commit=False) as session:
            async with session.begin():
                yield session
            changed = changes.collected(session)
        for listener in self.listeners if changed else ():
            listener(changed)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that only reads."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    async def dispose(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()


def insert_or(
    session: AsyncSession, table: type[SQLModel] | Table
) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that supports `on_conflict_do_nothing` and `on_conflict_do_update`."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


@contextmanager
def refused_as(constraint: str, error: Callable[[], Exception]) -> Iterator[None]:
    """Raise `error()` if a row in this block violates `constraint`.

    Other violations pass unchanged.
    """
    try:
        yield
    except IntegrityError as refused:
        if violated_constraint(refused) != constraint:
            raise
        raise error() from None


def violated_constraint(refused: IntegrityError) -> str | None:
    """Return the name of the constraint or unique index that was violated, or None.

    PostgreSQL reports the name. SQLite reports the name of a CHECK, but of a unique index only the
    columns, which are looked up in our tables. Neither names a missing value, and SQLite names no
    foreign key.
    """
    cause = refused.orig and refused.orig.__cause__
    if isinstance(cause, PostgresError):
        return getattr(cause, "constraint_name", None)
    kind, _, told = str(refused.orig).partition(" constraint failed: ")
    if kind == "CHECK":
        return told
    return _unique_by_columns().get(frozenset(told.split(", "))) if kind == "UNIQUE" else None


def _unique_by_columns() -> dict[frozenset[str], str]:
    """Return the names of all unique constraints and indexes by their columns (`users.email`)."""
    names: dict[frozenset[str], str] = {}
    for table in SQLModel.metadata.tables.values():
        constraints = [
            one
            for one in table.constraints
            if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)
        ]
        for unique in (*constraints, *(index for index in table.indexes if index.unique)):
            names[frozenset(f"{table.name}.{column.name}" for column in unique.columns)] = str(
                unique.name
            )
    return names


def _keep_rows_out(failing: ExceptionContext) -> None:
    """Remove row values, such as a password hash, from PostgreSQL's errors. They are logged."""
    problem = failing.original_exception
    for told in filter(None, (failing.sqlalchemy_exception, problem, problem.__cause__)):
        if isinstance(told, PostgresError):
            told.detail = None
        elif told.args and isinstance(told.args[0], str):
            told.args = (told.args[0].partition("\nDETAIL:")[0], *told.args[1:])


def _sha256_hex(value: str | None) -> str | None:
    return None if value is None else sha256(str(value).encode()).hexdigest()


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        # Switches off the driver's implicit BEGIN. `on_begin` starts each transaction with the
        # right kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        _switch_to_wal(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()
        # PostgreSQL has its own; the audit compares digests of texts.
        connection.create_function("sha256_hex", 1, _sha256_hex, deterministic=True)

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("swivi_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine.sync_engine, "invalidate")
    def on_invalidate(connection: Any, _record: object, _problem: object) -> None:
        # The work was cancelled. Closing the connection is not enough: SQLite keeps it open, with
        # its write lock, while anything refers to one of its statements, such as the traceback.
        if in_greenlet():
            connection.rollback()


def _prepare_postgresql(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        # For a query that it estimates as expensive, PostgreSQL compiled for 0.4 s each time,
        # longer than all queries of a page. Parallel workers take 20 ms to start, longer than a
        # query. Set after connecting, because connection poolers refuse start-up parameters that
        # they do not know.
        quick = "SET jit = off; SET max_parallel_workers_per_gather = 0"
        connection.run_async(lambda driver: driver.execute(quick))


def _switch_to_wal(cursor: Any) -> None:
    """Switch to WAL, with retries.

    SQLite's own timeout does not cover this statement: if two processes open a new file at once,
    one would fail.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            await_only(asyncio.sleep(0.02))
        else:
            return


Item = TypeVar("Item")


def in_slices(items: Iterable[Item], size: int = 500) -> Iterator[list[Item]]:
    """Yield slices of at most `size`. Databases bound the number of parameters of a statement."""
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some
