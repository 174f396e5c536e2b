"""Auditing a large Swivi on PostgreSQL: all of it, and after a run only what is new.

One process asks, one backend of PostgreSQL answers, and it starts no workers for it. Seconds are of
the clock and of the processor, both processes together. The floor reads the same tables once and
does nothing with their rows. Memory is what each process has for itself, at its highest.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from os import getpid, sysconf
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import text

from benchmarks.data import make
from benchmarks.scale import LAST_RUN
from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.ledger import invariants
from swivi.domain.ledger.invariants import Report
from swivi.domain.seals.sealing import Sealer
from swivi.domain.seals.verifying import note

TABLES = ("ledger_transfers", "view_tracking", "audit_log", "clip_submissions", "clips")
"""The large ones, which the floor reads."""

RUN = LAST_RUN + 1
NEW = (
    f"""
    INSERT INTO tracking_runs (id, trigger, status, started_at, finished_at, clips_planned,
        clips_read, clips_failed,
        campaigns_planned, campaigns_settled, campaigns_completed, earnings_added, cost_micro_usd)
    SELECT {RUN}, 'SCHEDULE', 'COMPLETED', NOW(), NOW(), COUNT(*), COUNT(*), 0,
        COUNT(DISTINCT campaign_id),
        COUNT(DISTINCT campaign_id), 0, 0, 0 FROM clips WHERE campaign_id % 4 = 3""",
    f"""
    INSERT INTO tracking_run_campaigns (run_id, campaign_id, share, clips, status, earnings_added)
    SELECT {RUN}, campaign_id, 1, COUNT(*), 'SETTLED', 0 FROM clips WHERE campaign_id % 4 = 3
        GROUP BY campaign_id""",
    f"""
    INSERT INTO view_tracking (clip_id, run_id, attempt, date, outcome, views, metric, source,
        detail)
    SELECT id, {RUN}, 1, NOW(), 'ok', views, 'playCount', 'apify:bench', ''
    FROM clips WHERE campaign_id % 4 = 3 AND state = 'TRACKED'""",
)
"""One more run, of every fourth campaign, in which no clip grew."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One audit."""

    what: str
    clips: int
    sealed_rows: int
    """Rows that were compared with their seals."""
    seconds: float
    processor_seconds: float
    floor_seconds: float
    process_mb: float
    backend_mb: float
    slowest: dict[str, float]
    """Seconds of the rules that took longest."""

    def as_json(self) -> dict[str, Any]:
        """For the results file."""
        return asdict(self) | {"benchmark": "audit"}


async def measure(url: str, *, clips: int) -> list[Figures]:
    """Make a Swivi with so many clips in an empty database, seal it, and audit it three times."""
    await make(url, clips)
    return await measure_filled(url, clips=clips)


async def measure_filled(url: str, *, clips: int) -> list[Figures]:
    """Audit a Swivi that `data.make` filled."""
    database = Database(url, pool_size=1)
    await Sealer(database).seal_new()
    audits = [await _audited(database, "whole", clips, whole=True)]
    audits.append(await _audited(database, "nothing new", clips, whole=False))
    async with database.writing() as session:
        for statement in NEW:
            await session.execute(text(statement))
    await Sealer(database).seal_new()
    audits.append(await _audited(database, "a run's readings are new", clips, whole=False))
    await database.dispose()
    return audits


async def _audited(database: Database, what: str, clips: int, *, whole: bool) -> Figures:
    floor = await _floor(database)
    processes = getpid(), await _backend(database)
    async with _memory(processes) as highest:
        used, started = _processor(processes), perf_counter()
        report = await invariants.check(database, whole=whole)
        seconds, processor = perf_counter() - started, _processor(processes) - used
    assert report.findings == [], report.findings[:5]
    assert report.sealed is not None
    async with database.writing() as session:
        await note(session, report.sealed, clock.now())
    rows = report.sealed.rows
    return Figures(
        what, clips, rows, seconds, processor, floor, *highest.values(), _slowest(report)
    )


async def _floor(database: Database) -> float:
    started = perf_counter()
    async with database.reading() as session:
        for table in TABLES:
            await session.execute(text(f"SELECT COUNT(t.*) FROM {table} t"))
    return perf_counter() - started


def _slowest(report: Report) -> dict[str, float]:
    results = sorted(report.results, key=lambda one: one.seconds, reverse=True)
    return {one.invariant: round(one.seconds, 2) for one in results[:8]}


async def _backend(database: Database) -> int:
    """The process of PostgreSQL that serves the pool's only connection."""
    async with database.reading() as session:
        return int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())


def _processor(processes: tuple[int, ...]) -> float:
    """Seconds of user and system time."""
    ticks = 0
    for pid in processes:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / sysconf("SC_CLK_TCK")


def _own_memory(pid: int) -> float:
    """MB that a process shares with no other."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


@asynccontextmanager
async def _memory(processes: tuple[int, ...]) -> AsyncIterator[dict[int, float]]:
    """The most MB that each had for itself during the block, looked at ten times a second."""
    highest = dict.fromkeys(processes, 0.0)

    async def watch() -> None:
        while True:
            for pid in processes:
                highest[pid] = max(highest[pid], _own_memory(pid))
            await asyncio.sleep(0.1)

    watching = asyncio.create_task(watch())
    yield highest
    watching.cancel()
