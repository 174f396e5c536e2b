"""Back up and restore a SQLite database: complete, checked, and while the server runs.

A plain copy of the file would miss the write-ahead log, so SQLite's online backup makes the copy
(https://www.sqlite.org/backup.html). For PostgreSQL use its own tools: docs/backup.md.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import make_url

from swivi.core import clock
from swivi.core.db import Database
from swivi.core.errors import Conflict, NotFound
from swivi.domain.ledger import invariants
from swivi.runtime.database import migrations

PAGES_AT_ONCE = 2_000
"""Pages copied per step. A writer waits no longer than one step."""

Told = Callable[[int, int], None]
"""Called with the pages done and the pages in all."""


class NotSqlite(Conflict):
    """The database is PostgreSQL, which has better tools of its own."""

    code = "not_sqlite"

    def __init__(self) -> None:
        super().__init__(
            "This is for SQLite. For PostgreSQL use pg_dump and pg_restore: see docs/backup.md."
        )


class BadBackup(Conflict):
    """The file cannot replace the database."""

    code = "bad_backup"


@dataclass(frozen=True, slots=True)
class BackupResult:
    """A finished backup, with its size in bytes and seconds."""

    path: Path
    size: int
    seconds: float


def file_of(database_url: str) -> Path:
    """Return the database's file. Raise NotSqlite."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise NotSqlite
    return Path(url.database)


def backup(database_url: str, target: Path, told: Told = lambda done, of: None) -> BackupResult:
    """Copy the database, as it is at one moment, into a new file.

    Raise NotSqlite, NotFound, Conflict, BadBackup.
    """
    source = file_of(database_url)
    if not source.exists():
        raise NotFound(f"There is no database at {source}.")
    if target.exists():
        raise Conflict(
            f"{target} exists already and stays as it is. Name a file that does not exist."
        )
    started = perf_counter()
    _copy(source, target, told)
    return BackupResult(target, target.stat().st_size, perf_counter() - started)


def restore(database_url: str, source: Path, *, force: bool = False) -> Path | None:
    """Replace the database by a backup, and return where the replaced file is kept, if there was
    one.

    The backup is checked first: complete, of a known release, all invariants holding. Raise
    NotSqlite, NotFound, BadBackup. Raise Conflict while the database is in use, or holds data
    without `force`.
    """
    target = file_of(database_url)
    if not source.is_file():
        raise NotFound(f"There is no file at {source}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".restore-") as folder:
        prepared = Path(folder) / "swivi.db"
        _take(source, prepared)
        asyncio.run(_must_be_in_order(prepared, source))
        return _swap(prepared, target, force)


def _copy(source: Path, target: Path, told: Told) -> None:
    half_done = target.with_name(f".{target.name}.part")
    half_done.unlink(missing_ok=True)
    try:
        with closing(_open(source)) as database, closing(sqlite3.connect(half_done)) as copy:
            database.backup(
                copy, pages=PAGES_AT_ONCE, progress=lambda _, left, of: told(of - left, of)
            )
            # One file, without a write-ahead log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            _must_be_whole(copy, source)
        os.link(half_done, target)  # unlike a rename, it replaces nothing
    except FileExistsError:
        raise Conflict(f"{target} exists already and stays as it is.") from None
    finally:
        half_done.unlink(missing_ok=True)


def _take(source: Path, prepared: Path) -> None:
    with (
        _known_problems(source),
        closing(_open(source)) as backup_,
        closing(sqlite3.connect(prepared)) as copy,
    ):
        _must_be_whole(backup_, source)
        backup_.backup(copy)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _must_be_whole(database: sqlite3.Connection, path: Path) -> None:
    [said] = database.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise BadBackup(f"{path} is damaged: {said}.")


@contextmanager
def _known_problems(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as problem:
        raise BadBackup(f"{path} cannot be used: {problem}.") from None


async def _must_be_in_order(prepared: Path, source: Path) -> None:
    """Raise BadBackup unless the file upgrades to this release and every invariant holds."""
    database = Database(f"sqlite:///{prepared}")
    try:
        if not await migrations.is_known(database):
            raise BadBackup(f"{source} is not a Swivi database, or is from a newer release.")
        await migrations.upgrade(database)
        report = await invariants.check(database)
    finally:
        await database.dispose()
    if not report.clean:
        first = report.findings[0]
        raise BadBackup(
            f"The books of {source} are wrong: {first.invariant} {first.sentence}. Nothing was "
            "changed."
        )


def _swap(prepared: Path, target: Path, force: bool) -> Path | None:
    kept = None
    if target.exists():
        _must_be_unused(target, force)
        kept = target.with_name(f"{target.name}.before-restore-{clock.now():%Y%m%dT%H%M%SZ}")
        os.link(target, kept)
    # The file contains its log now, so one rename restores it.
    with closing(sqlite3.connect(prepared)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
    os.replace(prepared, target)
    return kept


def _must_be_unused(target: Path, force: bool) -> None:
    """Raise Conflict if the database is in use, or holds data that would be lost."""
    with closing(sqlite3.connect(target, timeout=0)) as database:
        try:
            # Leaving the write-ahead log needs the file for oneself, and takes what stands in it
            # along.
            [mode] = database.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:
            mode = "in use"
        if mode != "delete":
            raise Conflict(f"{target} is in use. Stop the server first.")
        if not force and _holds_anything(database):
            raise Conflict(f"{target} holds data. Use --force to replace it; the old file is kept.")


def _holds_anything(database: sqlite3.Connection) -> bool:
    tables = database.execute("SELECT name FROM sqlite_master WHERE name = 'users'").fetchone()
    return (
        tables is not None
        and database.execute("SELECT 1 FROM users LIMIT 1").fetchone() is not None
    )
