"""Settlement of many clips against a floor: the same rows written by the database's driver alone.

Swivi's side reads the readings, computes accruals and shares, and writes through the ledger; the floor only
writes what Swivi wrote, in bulk, with the same statements prepared by hand.
"""

import asyncio
import json
import resource
import sqlite3
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import asyncpg
from sqlalchemy import text

from benchmarks.crowd import BASELINE, NOW, approved_clips, insert_all
from swivi import migrations
from swivi.clips.models import ViewTracking
from swivi.core.db import Database
from swivi.platforms.models import Outcome
from swivi.tracking.models import PlannedCampaign, RunStatus, TrackingRun, Trigger
from swivi.tracking.settlement import settle_campaign

GROWTH = 4_000


@dataclass(frozen=True, slots=True)
class Figures:
    """One database's result. Seconds of wall time; memory is what the process grew by at its peak."""

    database: str
    clips: int
    seconds: float
    floor_seconds: float
    kib_per_clip: float

    @property
    def ratio(self) -> float:
        """How many times the floor's time Swivi takes."""
        return self.seconds / self.floor_seconds

    def as_json(self) -> dict[str, Any]:
        """For the results file."""
        return asdict(self) | {"benchmark": "settlement", "ratio": self.ratio}


async def measure(url: str, *, clips: int, campaigns: int) -> Figures:
    """Settle `clips` clips in `campaigns` campaigns with Swivi, then undo it and write the same rows raw."""
    database = Database(url)
    await migrations.upgrade(database)
    await read_but_unsettled(database, clips, campaigns)
    before = _peak_kib()
    started = perf_counter()
    for campaign_id in range(1, campaigns + 1):
        async with database.writing() as session:
            await settle_campaign(session, 1, campaign_id)
    seconds = perf_counter() - started
    grown = _peak_kib() - before
    rows = await _written_rows(database)
    await _undo(database)
    is_sqlite = database.is_sqlite
    await database.dispose()
    floor = await (_sqlite_floor(url, rows) if is_sqlite else _postgres_floor(url, rows))
    return Figures("SQLite" if is_sqlite else "PostgreSQL", clips, seconds, floor, grown / clips)


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def read_but_unsettled(database: Database, clips: int, campaigns: int) -> None:
    """Approved clips, and a run that has read them all and settled none."""
    await approved_clips(database, clips, campaigns)
    share = clips // campaigns
    async with database.writing() as session:
        run = TrackingRun(trigger=Trigger.CLI, status=RunStatus.RUNNING, started_at=NOW)
        session.add(run)
        await session.flush()
        planned = [{"run_id": run.id, "campaign_id": number, "clips": share} for number in range(1, campaigns + 1)]
        await insert_all(session, PlannedCampaign, planned)
        await insert_all(session, ViewTracking, [_reading(number, run.id) for number in range(1, clips + 1)])
    async with database.engine.connect() as connection:
        await connection.execute(text("ANALYZE"))


def _reading(number: int, run_id: int) -> dict[str, Any]:
    return {"clip_id": number, "run_id": run_id, "date": NOW, "outcome": Outcome.OK, "views": BASELINE + GROWTH}


@dataclass(frozen=True, slots=True)
class Rows:
    """What a settlement wrote, as plain tuples for the drivers."""

    audits: list[tuple[Any, ...]]
    transfers: list[tuple[Any, ...]]
    clips: list[tuple[Any, ...]]
    users: list[tuple[Any, ...]]
    campaigns: list[tuple[Any, ...]]


TRANSFER = (
    "debit_account, credit_account, amount, kind, idempotency_key, campaign_id, user_id, clip_id, run_id, audit_id, "
    "created_at"
)
AUDIT = "id, at, action, subject, subject_id, before, after, reason, amount"
CLIP = "views, peak_views, state, not_found_runs, flag, last_tracked_at, earnings, gross_credited, id"
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
    "UPDATE clips SET views = 100, peak_views = 100, earnings = 0, gross_credited = 0, last_tracked_at = NULL",
    "UPDATE users SET total_earnings = 0, total_views = 0",
    "UPDATE campaigns SET spent = 0, last_tracked_at = NULL",
)


async def _undo(database: Database) -> None:
    """Back to before the settlement, so that the floor writes into the same tables and indexes."""
    async with database.engine.execution_options(swivi_writes=True).begin() as connection:
        if database.is_sqlite:
            for name in ("ledger_transfers_no_delete", "audit_log_no_delete"):
                await connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("ledger_transfers", "audit_log"):
                await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in UNDO:
            await connection.execute(text(statement))
        if not database.is_sqlite:
            for table in ("ledger_transfers", "audit_log"):
                await connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    if not database.is_sqlite:
        async with database.engine.connect() as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await plain.execute(text("VACUUM ANALYZE"))


def _by_campaign(rows: Rows) -> list[Rows]:
    """One transaction for each campaign, as Swivi's."""
    position = TRANSFER.split(", ").index("campaign_id")
    parts = []
    for audit, campaign in zip(rows.audits, rows.campaigns, strict=True):
        transfers = [row for row in rows.transfers if row[position] == campaign[-1]]
        ids = {row[7] for row in transfers}
        clips = [row for row in rows.clips if row[-1] in ids]
        users = [row for row in rows.users if row[-1] in {row[6] for row in transfers}]
        parts.append(Rows([audit], transfers, clips, users, [campaign]))
    return parts


def _statements(mark: Any) -> tuple[str, str, str, str, str]:
    def insert_into(table: str, columns: str) -> str:
        marks = ", ".join(mark(number) for number in range(1, len(columns.split(", ")) + 1))
        return f"INSERT INTO {table} ({columns}) VALUES ({marks})"

    def update_of(table: str, columns: str) -> str:
        *names, key = columns.split(", ")
        changes = ", ".join(f"{name} = {mark(number)}" for number, name in enumerate(names, 1))
        return f"UPDATE {table} SET {changes} WHERE {key} = {mark(len(names) + 1)}"

    return (
        insert_into("audit_log", AUDIT),
        insert_into("ledger_transfers", TRANSFER),
        update_of("clips", CLIP),
        update_of("users", USER),
        update_of("campaigns", CAMPAIGN),
    )


async def _sqlite_floor(url: str, rows: Rows) -> float:
    parts, statements = _by_campaign(rows), _statements(lambda _: "?")

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


async def _postgres_floor(url: str, rows: Rows) -> float:
    parts, statements = _by_campaign(rows), _statements(lambda number: f"${number}")
    connection = await asyncpg.connect(url)
    await connection.set_type_codec("json", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    started = perf_counter()
    for part in parts:
        async with connection.transaction():
            for statement, values in zip(statements, _in_order(part), strict=True):
                await connection.executemany(statement, values)
    seconds = perf_counter() - started
    await connection.close()
    return seconds


def _in_order(part: Rows) -> tuple[list[tuple[Any, ...]], ...]:
    return part.audits, part.transfers, part.clips, part.users, part.campaigns
