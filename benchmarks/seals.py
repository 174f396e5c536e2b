"""Sealing and checking many transfers, against a floor: SHA-256 of the same contents alone.

Also settlements with and without the job sealing beside them: campaigns of one run, in turns.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import text

from benchmarks.settlement import read_but_unsettled
from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.seals.content import TRANSFERS, contents
from swivi.domain.seals.sealing import Sealer
from swivi.domain.seals.verifying import note, verify
from swivi.domain.tracking.settlement import settle_campaign
from swivi.runtime.database import migrations

CAMPAIGNS = 20
CLIPS = 10_000
SAMPLE = 20_000
"""Rows that the floor hashes repeatedly, up to the number of all rows."""
NEW = 1_000
"""Transfers that an incremental check finds unchecked."""

MANY = """
    INSERT INTO ledger_transfers (debit_account, credit_account, amount, kind, idempotency_key,
        audit_id, campaign_id, user_id, clip_id, created_at)
    WITH RECURSIVE numbers(n) AS (
        SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM numbers
        WHERE n < CAST(:last AS INTEGER))
    SELECT 'campaign:1', 'available:1', 1 + n % 100000, 'ACCRUAL', 'many:' || CAST(n AS TEXT), a.id,
        1, c.user_id, c.id, a.at
    FROM numbers, (SELECT id, at FROM audit_log ORDER BY id LIMIT 1) a,
        (SELECT id, user_id FROM clips WHERE id = 1) c"""


@dataclass(frozen=True, slots=True)
class Figures:
    """One database's result, in seconds of wall time; settlements are medians of CAMPAIGNS / 2."""

    database: str
    rows: int
    seal_seconds: float
    check_seconds: float
    incremental_seconds: float
    floor_seconds: float
    settlement_seconds: float
    settlement_while_sealing_seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the results file."""
        return asdict(self) | {"benchmark": "seals"}


async def measure(url: str, *, transfers: int) -> Figures:
    """Settle campaigns with and without the job, then seal and check so many transfers."""
    database = Database(url)
    await migrations.upgrade(database)
    await read_but_unsettled(database, CLIPS, CAMPAIGNS)
    without, beside = await _settlements(database)
    await _insert(database, 1, transfers)
    sealer = Sealer(database)
    started = perf_counter()
    sealed = await sealer.seal_new()
    seal_seconds = perf_counter() - started
    checked, check_seconds = await _checked(database, whole=True)
    assert checked >= sealed >= transfers
    await _insert(database, transfers + 1, transfers + NEW)
    await sealer.seal_new()
    _, incremental_seconds = await _checked(database, whole=False)
    floor = await _floor(database, sealed)
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    await database.dispose()
    return Figures(
        name,
        sealed,
        seal_seconds,
        check_seconds * sealed / checked,
        incremental_seconds,
        floor,
        without,
        beside,
    )


async def _settlements(database: Database) -> tuple[float, float]:
    taken: dict[bool, list[float]] = {True: [], False: []}
    for campaign_id in range(1, CAMPAIGNS + 1):
        is_beside = campaign_id % 2 == 0
        async with _sealing(database if is_beside else None):
            started = perf_counter()
            async with database.writing() as session:
                await settle_campaign(session, 1, campaign_id)
            taken[is_beside].append(perf_counter() - started)
    return median(taken[False]), median(taken[True])


@asynccontextmanager
async def _sealing(database: Database | None) -> AsyncIterator[None]:
    """Seal without a pause while the block runs; every 10 seconds is what a server does."""

    ended = asyncio.Event()

    async def seal(behind: Database) -> None:
        sealer = Sealer(behind)
        while not ended.is_set():
            await sealer.seal_new()
            await asyncio.sleep(0)

    task = asyncio.create_task(seal(database)) if database is not None else None
    await asyncio.sleep(0)
    yield
    ended.set()  # not cancelled: its lease would last for a minute
    if task is not None:
        await task


async def _insert(database: Database, first: int, last: int) -> None:
    async with database.writing() as session:
        await session.execute(text(MANY), {"first": first, "last": last})


async def _checked(database: Database, *, whole: bool) -> tuple[int, float]:
    started = perf_counter()
    async with database.reading() as session:
        verified = await verify(session, whole=whole)
    seconds = perf_counter() - started
    assert verified.differences == []
    async with database.writing() as session:
        await note(session, verified, clock.now())
    return verified.rows, seconds


async def _floor(database: Database, rows: int) -> float:
    async with database.reading() as session:
        found = (
            await session.execute(text(f"{TRANSFERS.select} ORDER BY id DESC LIMIT {SAMPLE}"))
        ).all()
    sample = list(contents(TRANSFERS, found))
    started = perf_counter()
    for start in range(0, rows, SAMPLE):
        for content in sample[: rows - start]:
            sha256(content).digest()
    return perf_counter() - started
