"""Run every check on one snapshot of the database, and name rows and amounts. Repair nothing."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database, UtcDateTime
from swivi.core.money import format_dollars
from swivi.core.outages import Outage
from swivi.domain.ledger import triggers
from swivi.domain.ledger.checks import CHECKS, TABLES, sums
from swivi.domain.ledger.checks.ledger import KNOWN_ACCOUNTS
from swivi.domain.ledger.checks.parts import Check, Unit, of_dialect
from swivi.domain.ledger.checks.recorded import unrecorded
from swivi.domain.ledger.states import RECORDED
from swivi.domain.seals.verifying import SealVerification, verify

log = logging.getLogger("swivi.audits")

LONGEST_LEASE = timedelta(hours=1)

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
    "I19": "transfers, audit entries and readings are as they were sealed",
    "I20": "rows that steer money are as the audit log recorded them",
    "I21": "each total that pages read is what its rows sum to",
    "I22": "clips and tracking runs are as readings and transfers left them",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken invariant: its number, the row, and a sentence with the amounts."""

    invariant: str
    subject: str
    subject_id: int | str
    sentence: str


@dataclass(slots=True)
class Result:
    """The result of one invariant: numbers of checks, rows and findings, and seconds."""

    invariant: str
    checks: int = 0
    rows: int = 0
    seconds: float = 0.0
    found: int = 0


@dataclass(slots=True)
class Report:
    """The result of all checks, in all and by invariant."""

    checks: int = 0
    transfers: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    sealed: SealVerification | None = None
    """The result of the seals; None if that check failed."""

    @property
    def clean(self) -> bool:
        """Return whether every invariant holds."""
        return not self.findings


SPECIAL = {"I3": ("database",), "I16": ("lease",), "I20": tuple(one.called for one in RECORDED)}
"""Checks besides `CHECKS`. The seals (I19) count their rows themselves."""

Findings = list[Finding]


async def check(database: Database, *, whole: bool = True, since: str | None = None) -> Report:
    """Check every invariant on one snapshot, so that a concurrent settlement is seen whole or not
    at all.

    With `whole` False, rows whose seals were checked before are checked again in parts, in turn.
    `since` is the digest of a seal, kept outside of the database, that must be in the chain. A
    check that fails is a finding, and the others run. Raise Outage.
    """
    started = perf_counter()
    report = Report()
    async with database.reading() as session:
        prepared = False
        if not database.is_sqlite:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            prepared = await sums.prepare(session)
        rows = await _rows(session)
        for invariant in INVARIANTS:
            result = Result(invariant, rows=_covered(invariant, rows))
            began = perf_counter()
            before = len(report.findings)
            sealed = partial(_sealed, report, whole=whole, since=since)
            async for made in _look(session, invariant, sealed, prepared=prepared):
                result.checks += 1
                report.findings += made
            if invariant == "I19" and report.sealed is not None:
                result.rows = report.sealed.rows
            result.seconds, result.found = perf_counter() - began, len(report.findings) - before
            report.results.append(result)
    report.checks = sum(result.checks for result in report.results)
    report.transfers = rows["transfer"]
    report.seconds = perf_counter() - started
    return report


Making = Callable[[AsyncSession], Awaitable[Findings]]


async def _look(
    session: AsyncSession, invariant: str, sealed: Making, *, prepared: bool
) -> AsyncIterator[Findings]:
    for one in CHECKS:
        if one.invariant == invariant:
            yield await _made(
                session, invariant, one.says, partial(_broken, one=one, prepared=prepared)
            )
    if invariant == "I3":
        yield await _made(session, invariant, "triggers", _wrong_triggers)
    if invariant == "I16":
        yield await _made(session, invariant, "leases", _endless_leases)
    if invariant == "I19":
        yield await _made(session, invariant, "seals", sealed)
    if invariant == "I20":
        yield await _made(session, invariant, "recorded states", _unrecorded)


async def _made(session: AsyncSession, invariant: str, name: str, make: Making) -> Findings:
    """Return the check's findings.

    A check that fails is a finding itself, for example because numbers are too large to add.
    """
    try:
        # PostgreSQL ends a transaction in which a statement failed; a savepoint keeps the snapshot.
        async with session.begin_nested():
            return await make(session)
    except Outage:
        raise
    except Exception as failure:
        log.exception("The check %s %r failed", invariant, name)
        why = str(getattr(failure, "orig", None) or failure).splitlines()[0]
        return [Finding(invariant, "check", name, f'the check "{name}" could not be made: {why}')]


async def _rows(session: AsyncSession) -> dict[str, int]:
    """Return the number of rows per subject; 0 if counting fails."""
    counted = {subject: await _counted(session, table) for subject, table in TABLES.items()}
    sqlite = session.get_bind().dialect.name == "sqlite"
    return counted | {"database": len(triggers.expected(sqlite=sqlite))}


async def _counted(session: AsyncSession, table: str) -> int:
    try:
        async with session.begin_nested():
            # The names of the tables are ours.
            return int((await session.execute(text(f"SELECT COUNT(*) FROM {table}"))).scalar_one())  # noqa: S608
    except DBAPIError:
        return 0


def _covered(invariant: str, rows: dict[str, int]) -> int:
    subjects = {one.subject for one in CHECKS if one.invariant == invariant} | set(
        SPECIAL.get(invariant, ())
    )
    return sum(rows[subject] for subject in subjects)


async def _broken(session: AsyncSession, *, one: Check, prepared: bool) -> Findings:
    sqlite = session.get_bind().dialect.name == "sqlite"
    sql = KNOWN_ACCOUNTS + one.sql if "known_accounts" in one.sql else one.sql
    rows = await session.execute(
        text(of_dialect(sql if prepared else sums.with_definitions(sql), sqlite=sqlite))
    )
    return [
        Finding(
            one.invariant,
            one.subject,
            row.id,
            one.says.format(
                id=row.id,
                found=_written(row.found, one.unit),
                expected=_written(row.expected, one.unit),
            ),
        )
        for row in rows
    ]


def _written(value: Any, unit: Unit) -> str:
    if value is None:
        return "nothing"
    return format_dollars(int(value)) if unit is Unit.MONEY else f"{int(value):,}"


async def _wrong_triggers(session: AsyncSession) -> Findings:
    """I3: the triggers that protect history, and those that keep totals, are as migrated."""
    return [
        Finding("I3", "database", one.name, one.sentence) for one in await triggers.wrong(session)
    ]


async def _sealed(
    report: Report, session: AsyncSession, *, whole: bool, since: str | None
) -> Findings:
    """I19: the rows are as sealed."""
    report.sealed = await verify(session, whole=whole, since=since)
    return [
        Finding("I19", one.subject, one.subject_id, one.sentence)
        for one in report.sealed.differences
    ]


async def _unrecorded(session: AsyncSession) -> Findings:
    """I20: each row is as the last audit entry about it recorded."""
    return [
        Finding("I20", one.subject, one.row_id, one.sentence) for one in await unrecorded(session)
    ]


async def _endless_leases(session: AsyncSession) -> Findings:
    """I16: a lease that expires in the far future would block the work that it guards."""
    far = text("SELECT name, expires_at FROM leases WHERE expires_at > :far").columns(
        expires_at=UtcDateTime
    )
    rows = await session.execute(far.bindparams(far=_bindable(session)))
    return [
        Finding(
            "I16",
            "lease",
            row.name,
            f"lease {row.name}: expires only at {row.expires_at:%Y-%m-%d %H:%M} UTC",
        )
        for row in rows
    ]


def _bindable(session: AsyncSession) -> Any:
    return UtcDateTime().process_bind_param(clock.now() + LONGEST_LEASE, session.get_bind().dialect)
