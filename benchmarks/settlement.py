"""Settlement of many clips against a floor: the same rows written by the database's driver alone.

Swivi reads the readings, computes accruals and shares, and writes through the ledger. The floor
gets Swivi's rows and only writes them, in bulk and in the quickest way that we know of each
driver: executemany of sqlite3; COPY of new rows and unnested arrays for changed rows of asyncpg.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.crowd import BASELINE, NOW, approved_clips, insert_all
from swivi.core.db import Database
from swivi.domain.clips.models import ViewTracking
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking.models import PlannedCampaign, RunStatus, TrackingRun, Trigger
from swivi.domain.tracking.settlement import settle_campaign
from swivi.runtime.database import migrations

GROWTH = 4_000
ROUNDS = 3
NO_RUN = 0
"""The id of a run that does not exist and settles nothing."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One database's result: medians of ROUNDS rounds, in seconds of wall time.

    `kib_per_clip` is the growth of the settling process at its peak.
    """

    database: str
    clips: int
    campaigns: int
    seconds: float
    floor_seconds: float
    ratio: float
    """Return Swivi's time as a multiple of the floor's: the median of the rounds' ratios."""
    kib_per_clip: float

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the results file."""
        return asdict(self) | {"benchmark": "settlement"}


async def measure(url: str, *, clips: int, campaigns: int) -> Figures:
    """ROUNDS times, settle with Swivi, undo it, write the same rows raw, and undo that."""
    database = Database(url)
    await migrations.upgrade(database)
    await read_but_unsettled(database, clips, campaigns)
    rounds = []
    for _ in range(ROUNDS):
        seconds, grown = settled_by_a_process(url, campaigns)
        rows = await _written_rows(database)
        await _undo(database)
        floor = await (
            _sqlite_floor(url, rows) if database.is_sqlite else _postgres_floor(url, rows)
        )
        await _undo(database)
        rounds.append((seconds, floor, seconds / floor, grown / clips))
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    await database.dispose()
    return Figures(
        name, clips, campaigns, *(median(values) for values in zip(*rounds, strict=True))
    )


def settled_by_a_process(url: str, campaigns: int) -> tuple[float, int]:
    """Return the seconds of settling run 1, and the KiB by which its process grew."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.settlement", url, str(campaigns)],
        stdout=subprocess.PIPE,
        check=True,
    )
    seconds, grown = json.loads(told.stdout)
    return seconds, grown


async def _settle(url: str, campaigns: int) -> tuple[float, int]:
    database = Database(url)
    async with database.writing() as session:  # what every process needs once is no part of it
        await settle_campaign(session, NO_RUN, 1)
    before = _peak_kib()
    started = perf_counter()
    for campaign_id in range(1, campaigns + 1):
        async with database.writing() as session:
            await settle_campaign(session, 1, campaign_id)
    seconds = perf_counter() - started
    await database.dispose()
    return seconds, _peak_kib() - before


def _peak_kib() -> int:
    # Not getrusage: it counts what the process was forked from.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


async def read_but_unsettled(database: Database, clips: int, campaigns: int) -> None:
    """Make approved clips, and a run that has read all of them and settled none."""
    await approved_clips(database, clips, campaigns)
    share = clips // campaigns
    async with database.writing() as session:
        run = TrackingRun(trigger=Trigger.CLI, status=RunStatus.RUNNING, started_at=NOW)
        session.add(run)
        await session.flush()
        planned = [
            {"run_id": run.id, "campaign_id": number, "clips": share}
            for number in range(1, campaigns + 1)
        ]
        await insert_all(session, PlannedCampaign, planned)
        await insert_all(
            session, ViewTracking, [_reading(number, run.id) for number in range(1, clips + 1)]
        )
    async with database.engine.connect() as connection:
        await connection.execute(text("ANALYZE"))


def _reading(number: int, run_id: int) -> dict[str, Any]:
    return {
        "clip_id": number,
        "run_id": run_id,
        "date": NOW,
        "outcome": Outcome.OK,
        "views": BASELINE + GROWTH,
    }


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a settlement wrote, as plain tuples for the drivers."""

    audits: list[tuple[Any, ...]]
    transfers: list[tuple[Any, ...]]
    clips: list[tuple[Any, ...]]
    users: list[tuple[Any, ...]]
    campaigns: list[tuple[Any, ...]]


TRANSFER = (
    "debit_account, credit_account, amount, kind, idempotency_key, campaign_id, user_id, clip_id, "
    "run_id, audit_id, created_at"
)
AUDIT = "id, at, action, subject, subject_id, before, after, reason, amount"
CLIP = "views, peak_views, not_found_runs, flag, last_tracked_at, earnings, gross_credited, id"
USER = "total_earnings, total_views, id"
CAMPAIGN = "spent, last_tracked_at, id"


async def _written_rows(database: Database) -> Rows:
    async with database.engine.connect() as connection:

        async def rows(columns: str, table: str) -> list[tuple[Any, ...]]:
            found = await connection.exec_driver_sql(f"SELECT {columns} FROM {table} ORDER BY id")
            return [tuple(row) for row in found]

        return Rows(
            await rows(AUDIT, "audit_log"),
            await rows(TRANSFER, "ledger_transfers"),
            await rows(CLIP, "clips"),
            await rows(USER, "users"),
            await rows(CAMPAIGN, "campaigns"),
        )


UNDO = (
    "DELETE FROM ledger_transfers",
    "DELETE FROM audit_log",
    (
        "UPDATE clips SET views = 100, peak_views = 100, earnings = 0, gross_credited = 0, "
        "last_tracked_at = NULL"
    ),
    "UPDATE users SET total_earnings = 0, total_views = 0",
    "UPDATE campaigns SET spent = 0, last_tracked_at = NULL",
    "UPDATE tracking_run_campaigns SET status = 'PLANNED', earnings_added = 0",
    "UPDATE tracking_runs SET earnings_added = 0, campaigns_settled = 0",
)


async def _undo(database: Database) -> None:
    """Undo the settlement, so that the next side writes into the same tables and indexes."""
    async with database.engine.execution_options(swivi_writes=True).begin() as connection:
        kept = await _without_triggers(connection, is_sqlite=database.is_sqlite)
        for statement in (*UNDO, *kept):
            await connection.execute(text(statement))
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.execute(
            text("PRAGMA wal_checkpoint(TRUNCATE)" if database.is_sqlite else "VACUUM ANALYZE")
        )


async def _without_triggers(connection: AsyncConnection, *, is_sqlite: bool) -> list[str]:
    """Drop the triggers that protect history, and return the statements that create them again."""
    if is_sqlite:
        named = (
            "SELECT name, sql FROM sqlite_master WHERE name IN ('ledger_transfers_no_delete', "
            "'audit_log_no_delete')"
        )
        triggers = [tuple(row) for row in await connection.execute(text(named))]
        for name, _ in triggers:
            await connection.execute(text(f"DROP TRIGGER {name}"))
        return [sql for _, sql in triggers]
    tables = ("ledger_transfers", "audit_log")
    for table in tables:
        await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]


def _by_campaign(rows: Rows) -> list[Rows]:
    """Write one transaction per campaign, as Swivi does."""
    position = TRANSFER.split(", ").index("campaign_id")
    parts = []
    for audit, campaign in zip(rows.audits, rows.campaigns, strict=True):
        transfers = [row for row in rows.transfers if row[position] == campaign[-1]]
        ids = {row[7] for row in transfers}
        clips = [row for row in rows.clips if row[-1] in ids]
        users = [row for row in rows.users if row[-1] in {row[6] for row in transfers}]
        parts.append(Rows([audit], transfers, clips, users, [campaign]))
    return parts


async def _sqlite_floor(url: str, rows: Rows) -> float:
    parts = _by_campaign(rows)
    statements = (
        _insert_into("audit_log", AUDIT),
        _insert_into("ledger_transfers", TRANSFER),
        _update_of("clips", CLIP),
        _update_of("users", USER),
        _update_of("campaigns", CAMPAIGN),
    )

    def write() -> float:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        started = perf_counter()
        for part in parts:
            connection.execute("BEGIN IMMEDIATE")
            for statement, values in zip(statements, _in_order(part), strict=True):
                connection.executemany(statement, values)
            connection.execute("COMMIT")
        seconds = perf_counter() - started
        connection.close()
        return seconds

    return await asyncio.to_thread(write)


def _insert_into(table: str, columns: str) -> str:
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' for _ in columns.split(', '))})"


def _update_of(table: str, columns: str) -> str:
    *names, key = columns.split(", ")
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)} WHERE {key} = ?"


async def _postgres_floor(url: str, rows: Rows) -> float:
    parts = _by_campaign(rows)
    connection = await asyncpg.connect(url)
    await connection.set_type_codec(
        "json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
    )
    started = perf_counter()
    for part in parts:
        async with connection.transaction():
            await connection.executemany(_numbered("audit_log", AUDIT), part.audits)
            await connection.copy_records_to_table(
                "ledger_transfers", records=part.transfers, columns=TRANSFER.split(", ")
            )
            await _update_all(connection, "clips", CLIP, CLIP_TYPES, part.clips)
            await _update_all(connection, "users", USER, USER_TYPES, part.users)
            await _update_all(connection, "campaigns", CAMPAIGN, CAMPAIGN_TYPES, part.campaigns)
    seconds = perf_counter() - started
    await connection.close()
    return seconds


CLIP_TYPES = "bigint, bigint, int, text, timestamptz, bigint, bigint, bigint"
USER_TYPES = "bigint, bigint, bigint"
CAMPAIGN_TYPES = "bigint, timestamptz, bigint"


def _numbered(table: str, columns: str) -> str:
    marks = ", ".join(f"${number}" for number in range(1, len(columns.split(", ")) + 1))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"


async def _update_all(
    connection: asyncpg.Connection,
    table: str,
    columns: str,
    types: str,
    rows: list[tuple[Any, ...]],
) -> None:
    *names, key = columns.split(", ")
    changes = ", ".join(f"{name} = new.{name}" for name in names)
    arrays = ", ".join(
        f"${number}::{of_type}[]" for number, of_type in enumerate(types.split(", "), 1)
    )
    statement = (
        f"UPDATE {table} SET {changes} FROM unnest({arrays}) AS new({columns}) WHERE {table}.{key} "
        f"= new.{key}"
    )
    await connection.execute(statement, *(list(values) for values in zip(*rows, strict=True)))


def _in_order(part: Rows) -> tuple[list[tuple[Any, ...]], ...]:
    return part.audits, part.transfers, part.clips, part.users, part.campaigns


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_settle(sys.argv[1], int(sys.argv[2])))))
