"""The checker: runs every check on one snapshot of the database, names rows and amounts, repairs nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database, UtcDateTime
from swivi.core.money import format_dollars
from swivi.ledger.checks import CHECKS, TABLES
from swivi.ledger.checks.ledger import KNOWN_ACCOUNTS
from swivi.ledger.checks.parts import Check, Unit

LONGEST_LEASE = timedelta(hours=1)
APPEND_ONLY_TRIGGERS = 5
"""Update and delete on the ledger and the audit log, update on readings."""

INVARIANTS = {
    "I1": "per campaign, clips' earnings = spent = transfers, within the budget",
    "I2": "per clipper, available = earned - paid - reserved >= 0, each as its transfers say",
    "I3": "all accounts sum to zero, and history cannot be rewritten",
    "I4": "earnings fall only by a reversal that names its original, once",
    "I5": "a run credits a clip at most once",
    "I6": "a run, resumed or not, added what its transfers say",
    "I7": "a payout request has one reservation, at most one resolution, at most one payment",
    "I8": "net + fee = gross",
    "I9": "completed if and only if there is a transaction id, unique per method",
    "I10": "payout requests walk only the listed edges, by the listed roles",
    "I11": "idempotency keys are unique per clipper",
    "I12": "a campaign completes once, its snapshots sum to spent, nothing accrues after",
    "I13": "only plausible readings move money",
    "I14": "every movement has exactly one audit entry",
    "I15": "a budget is what was funded, never below what is spent",
    "I16": "every lease expires",
    "I17": "test money reaches no clipper",
    "I18": "a video is held by one submission",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant: which, of what row, in a sentence with the amounts."""

    invariant: str
    subject: str
    subject_id: int | str
    sentence: str


@dataclass(slots=True)
class Result:
    """How one invariant fared: how many checks over how many rows, in how many seconds, with how many findings."""

    invariant: str
    checks: int = 0
    rows: int = 0
    seconds: float = 0.0
    found: int = 0


@dataclass(slots=True)
class Report:
    """What was checked: numbers of checks and of transfers covered, seconds, and the findings; all by invariant too."""

    checks: int = 0
    transfers: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every invariant holds."""
        return not self.findings


SPECIAL = {"I3": ("database",), "I16": ("lease",)}
"""What is looked at besides `CHECKS`."""


async def check(database: Database) -> Report:
    """Check every invariant on one snapshot, so that a settlement in the meantime looks like neither half."""
    started = perf_counter()
    report = Report()
    async with database.reading() as session:
        if not database.is_sqlite:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        rows = await _rows(session)
        for invariant in INVARIANTS:
            result = Result(invariant, rows=_covered(invariant, rows))
            began = perf_counter()
            findings = [
                finding
                async for found in _look(session, invariant, result, sqlite=database.is_sqlite)
                for finding in found
            ]
            result.seconds, result.found = perf_counter() - began, len(findings)
            report.findings += findings
            report.results.append(result)
    report.checks = sum(result.checks for result in report.results)
    report.transfers = rows["transfer"]
    report.seconds = perf_counter() - started
    return report


async def _look(session: AsyncSession, invariant: str, result: Result, *, sqlite: bool) -> AsyncIterator[list[Finding]]:
    for one in CHECKS:
        if one.invariant == invariant:
            result.checks += 1
            yield await _broken(session, one)
    if invariant == "I3":
        result.checks += 1
        yield await _rewritable_history(session, sqlite=sqlite)
    if invariant == "I16":
        result.checks += 1
        yield await _endless_leases(session)


async def _rows(session: AsyncSession) -> dict[str, int]:
    """How many rows of each subject there are."""
    # The names of the tables are ours.
    parts = [f"SELECT '{subject}' AS subject, COUNT(*) AS number FROM {name}" for subject, name in TABLES.items()]  # noqa: S608
    found = await session.execute(text(" UNION ALL ".join(parts)))
    return {row.subject: row.number for row in found} | {"database": APPEND_ONLY_TRIGGERS}


def _covered(invariant: str, rows: dict[str, int]) -> int:
    subjects = {one.subject for one in CHECKS if one.invariant == invariant} | set(SPECIAL.get(invariant, ()))
    return sum(rows[subject] for subject in subjects)


async def _broken(session: AsyncSession, one: Check) -> list[Finding]:
    rows = await session.execute(text(KNOWN_ACCOUNTS + one.sql if "known_accounts" in one.sql else one.sql))
    return [
        Finding(
            one.invariant,
            one.subject,
            row.id,
            one.says.format(id=row.id, found=_written(row.found, one.unit), expected=_written(row.expected, one.unit)),
        )
        for row in rows
    ]


def _written(value: Any, unit: Unit) -> str:
    if value is None:
        return "nothing"
    return format_dollars(int(value)) if unit is Unit.MONEY else f"{int(value):,}"


async def _rewritable_history(session: AsyncSession, *, sqlite: bool) -> list[Finding]:
    """I3: the triggers that refuse to rewrite history are there."""
    catalogue = (
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' "
        "AND (name LIKE '%_no_update' OR name LIKE '%_no_delete')"
        if sqlite
        # A table's trigger has a clone on each of its partitions, which can be switched off by itself.
        else "SELECT COUNT(*) FROM pg_trigger whole WHERE tgparentid = 0 AND tgenabled <> 'D' "
        "AND (tgname LIKE '%_no_update' OR tgname LIKE '%_no_delete') "
        "AND NOT EXISTS (SELECT FROM pg_trigger clone WHERE clone.tgparentid = whole.oid AND clone.tgenabled = 'D')"
    )
    present = (await session.execute(text(catalogue))).scalar_one()
    if present == APPEND_ONLY_TRIGGERS:
        return []
    sentence = f"{present} of {APPEND_ONLY_TRIGGERS} triggers that refuse to rewrite history are in place"
    return [Finding("I3", "database", "triggers", sentence)]


async def _endless_leases(session: AsyncSession) -> list[Finding]:
    """I16: a lease that expires in the far future would stop the work it guards."""
    far = text("SELECT name, expires_at FROM leases WHERE expires_at > :far").columns(expires_at=UtcDateTime)
    rows = await session.execute(far.bindparams(far=_bindable(session)))
    return [
        Finding("I16", "lease", row.name, f"lease {row.name}: expires only at {row.expires_at:%Y-%m-%d %H:%M} UTC")
        for row in rows
    ]


def _bindable(session: AsyncSession) -> Any:
    return UtcDateTime().process_bind_param(clock.now() + LONGEST_LEASE, session.get_bind().dialect)
