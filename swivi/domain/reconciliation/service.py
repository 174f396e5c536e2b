"""Reconcile by the clock and by hand: one check at a time, new findings sent to admins."""

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock, leases
from swivi.core.db import Database
from swivi.core.errors import Conflict
from swivi.core.leases import LeaseHold
from swivi.domain.ledger import invariants
from swivi.domain.ledger.invariants import Finding, Report
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.reconciliation.models import AuditTrigger, Reconciliation
from swivi.domain.seals import sealing, verifying
from swivi.domain.tracking.models import TrackingRun
from swivi.domain.webhooks import outbox
from swivi.domain.webhooks.events import SealMade

log = logging.getLogger("swivi.audits")

LEASE = "audit"
LEASE_TTL = timedelta(seconds=60)
LOOK_SECONDS = 0.25
"""Seconds between two looks at whether another check has ended."""
MOST_LISTED = 200
"""Most findings kept of one check."""
KEPT = timedelta(days=90)


class ReconciliationUnderWay(Conflict):
    """Another check is running."""

    code = "audit_under_way"

    def __init__(self) -> None:
        super().__init__("A reconciliation is already running. Wait until it ends.")


class Reconciler:
    """Checks the money of one database. A check changes, repairs and blocks nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def audit(
        self, trigger: AuditTrigger, *, patience: timedelta = timedelta()
    ) -> Reconciliation:
        """Check every invariant and keep the result.

        Raise ReconciliationUnderWay if another check outlasts the patience.
        """
        async with leases.held(await self._turn(patience)):
            return await self._audit(trigger)

    async def _turn(self, patience: timedelta) -> LeaseHold:
        until = clock.now() + patience
        while (hold := await leases.acquire(self._database, LEASE, LEASE_TTL)) is None:
            if clock.now() >= until:
                raise ReconciliationUnderWay
            await asyncio.sleep(LOOK_SECONDS)
        return hold

    async def after_runs(self) -> None:
        """Reconcile if a tracking run has ended since the newest check began, once for all such
        runs.
        """
        async with self._database.reading() as session:
            before, run = await newest(session), await _newest_ended_run(session)
        if run is not None and (before is None or before.run_id is None or before.run_id < run.id):
            await self._unless_under_way(AuditTrigger.RUN)

    async def nightly(self) -> None:
        """Reconcile by the clock, unless another process did it within this minute."""
        tick = clock.now().replace(second=0, microsecond=0)
        async with self._database.reading() as session:
            done = await session.exec(
                select(Reconciliation.id)
                .where(
                    Reconciliation.trigger == AuditTrigger.NIGHTLY,
                    col(Reconciliation.started_at) >= tick,
                )
                .limit(1)
            )
            if done.first() is not None:
                return
        await self._unless_under_way(AuditTrigger.NIGHTLY)

    async def _unless_under_way(self, trigger: AuditTrigger) -> None:
        try:
            await self.audit(trigger)
        except ReconciliationUnderWay:
            log.info("No audit now: another one is under way")

    async def _audit(self, trigger: AuditTrigger) -> Reconciliation:
        started_at = clock.now()
        async with self._database.reading() as session:
            run = await _newest_ended_run(session)
        # After a run, compare only rows sealed since the last check; otherwise all sealed rows.
        report = await invariants.check(self._database, whole=trigger is not AuditTrigger.RUN)
        async with self._database.writing() as session:
            before = await newest(session)
            audit = _kept(trigger, run, started_at, report)
            session.add(audit)
            await session.flush()
            if report.sealed is not None:
                await verifying.note(session, report.sealed, started_at)
            if trigger is AuditTrigger.NIGHTLY:
                await _send_seal(session)
            await _tell(session, audit, _new(report.findings, before))
            changes.mark(session, runs=[run.id] if run else ())
        _log(audit)
        return audit


async def newest(session: AsyncSession) -> Reconciliation | None:
    """Return the newest reconciliation; None before the first."""
    return (
        await session.exec(select(Reconciliation).order_by(col(Reconciliation.id).desc()).limit(1))
    ).first()


async def forget_old(session: AsyncSession) -> None:
    """Delete expired reconciliations. Keep the newest one, because the next is compared with it."""
    last = await newest(session)
    if last is not None:
        old = (
            col(Reconciliation.started_at) <= clock.now() - KEPT,
            col(Reconciliation.id) != last.id,
        )
        await session.execute(delete(Reconciliation).where(*old))


async def _newest_ended_run(session: AsyncSession) -> TrackingRun | None:
    ended = select(TrackingRun).where(col(TrackingRun.finished_at).is_not(None))
    return (await session.exec(ended.order_by(col(TrackingRun.id).desc()).limit(1))).first()


def _kept(
    trigger: AuditTrigger, run: TrackingRun | None, started_at: datetime, report: Report
) -> Reconciliation:
    return Reconciliation(
        trigger=trigger,
        run_id=run.id if run else None,
        started_at=started_at,
        duration_ms=round(report.seconds * 1_000),
        checks=report.checks,
        transfers=report.transfers,
        found=len(report.findings),
        results=[
            {
                "invariant": result.invariant,
                "checks": result.checks,
                "rows": result.rows,
                "ms": round(result.seconds * 1_000),
                "found": result.found,
            }
            for result in report.results
        ],
        findings=[
            {
                "invariant": finding.invariant,
                "subject": finding.subject,
                "subject_id": str(finding.subject_id),
                "sentence": finding.sentence,
            }
            for finding in report.findings[:MOST_LISTED]
        ],
    )


def _new(findings: list[Finding], before: Reconciliation | None) -> list[Finding]:
    """Return the findings that the previous check did not list. Nobody is notified twice."""
    known = {
        (one["invariant"], one["subject"], one["subject_id"])
        for one in (before.findings if before else ())
    }
    return [
        one
        for one in findings[:MOST_LISTED]
        if (one.invariant, one.subject, str(one.subject_id)) not in known
    ]


async def _tell(session: AsyncSession, audit: Reconciliation, new: list[Finding]) -> None:
    if not new:
        return
    others = f" And {audit.found - 1:,} more." if audit.found > 1 else ""
    await notifications.tell_admins(
        session,
        NotificationKind.BOOKS_WRONG,
        "Reconciliation found a problem",
        f"{new[0].invariant}: {new[0].sentence}.{others}",
        audit.id,
    )


async def _send_seal(session: AsyncSession) -> None:
    """Send the newest seal to webhooks, so that a copy exists outside of this database."""
    seal = await sealing.newest(session)
    if seal is not None:
        made = SealMade(
            seal_id=str(seal.id),
            digest=seal.digest,
            made_at=seal.made_at,
            transfers=seal.transfers_rows,
            audit_entries=seal.entries_rows,
            readings=seal.readings_rows,
        )
        await outbox.tell(session, made)


def _log(audit: Reconciliation) -> None:
    covered = (audit.checks, audit.transfers, audit.duration_ms / 1_000)
    if audit.found:
        log.error(
            "Audit: %d findings, in %d checks over %d transfers in %.2f s", audit.found, *covered
        )
    else:
        log.info("Audit clean: %d checks over %d transfers in %.2f s", *covered)
