"""The books as admins' pages hold them: the last audit, rule by rule, what it found, and the audits
before it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import reflex as rx
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.outages import Outage
from swivi.domain.accounts.models import Role
from swivi.domain.ledger.invariants import INVARIANTS
from swivi.domain.reconciliation.models import AuditTrigger, Reconciliation
from swivi.domain.reconciliation.service import ReconciliationUnderWay, newest
from swivi.domain.seals import sealing
from swivi.domain.seals.models import Seal, SealCheck
from swivi.pages.engine.acting import refusal
from swivi.pages.engine.gate import admins_only, public
from swivi.pages.engine.listing import PAGE_SIZE, Listing
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.types import Handler

_HANDLED_AT: Final = {
    "campaign": "/admin/campaigns/{}",
    "clip": "/admin/audit?subject=clip&id={}",
    "submission": "/admin/audit?subject=submission&id={}",
    "payout request": "/admin/audit?subject=payout_request&id={}",
    "payouts": "/admin/payouts",
    "user": "/admin/audit?subject=user&id={}",
    "run": "/admin/tracking/{}",
}
"""Where an admin sees more of what a finding is about.

Transfers, leases and the database itself have no page.
"""

SEALED: Final = "I19"
"""The rule that compares rows with their seals."""

PATIENCE: Final = timedelta(seconds=30)
"""How long an admin waits for an audit that began before theirs."""

WHY: Final = {
    AuditTrigger.RUN: "After tracking",
    AuditTrigger.NIGHTLY: "Every night",
    AuditTrigger.ADMIN: "By an admin",
}


@dataclass(frozen=True)
class FindingRow:
    """A broken invariant: which, what it demands, what is wrong, and where to look ("" for
    nowhere).
    """

    invariant: str
    rule: str
    sentence: str
    place: str


@dataclass(frozen=True)
class RuleRow:
    """How one invariant fared. `took` is milliseconds."""

    invariant: str
    rule: str
    checks: int
    rows: int
    took: int
    found: int


@dataclass(frozen=True)
class AuditRow:
    """One audit. `took` is milliseconds."""

    id: int
    at: str
    why: str
    transfers: int
    took: int
    found: int


@dataclass(frozen=True)
class SealView:
    """The newest seal, what it covers, and up to which seals the rows were compared with them, and
    when.

    `number` is 0 before the first seal; times are "" where there is none.
    """

    number: int
    digest: str
    made_at: str
    since: str
    """When the first seal was made."""
    transfers: int
    audit_entries: int
    readings: int
    checked: int
    checked_at: str
    whole: int
    whole_at: str


NO_SEAL: Final = SealView(0, "", "", "", 0, 0, 0, 0, "", 0, "")


class ReconciliationState(rx.State):
    """Live: the last audit. `checked_at` is "" before the first; `took` is milliseconds.

    `compared` is how many sealed rows it compared with their seals, and `is_whole` whether those
    were all.
    """

    checking: bool = False
    loading: bool = True
    problem: str = ""
    checked_at: str = ""
    checks: int = 0
    transfers: int = 0
    took: int = 0
    found: int = 0
    listed: int = 0
    compared: int = 0
    is_whole: bool = False
    rules: list[RuleRow] = []
    findings: list[FindingRow] = []
    seal: SealView = NO_SEAL

    @public
    async def load(self) -> None:
        """A page that shows it opens."""
        actor = await visitor(self, Role.ADMIN)
        if actor is None:
            return
        hub.watch(self, users={actor.user_id}, runs=True)
        async with loading(self, "The last audit") as session:
            await self._refresh_live(session)

    @rx.event(background=True)
    @admins_only
    async def check(self) -> AsyncIterator[Handler]:
        """Check every invariant now. In the background: large books take a while."""
        async with self:
            if self.checking:
                return
            self.checking = True
        try:
            audit = await runtime().auditor.audit(AuditTrigger.ADMIN, patience=PATIENCE)
            async with runtime().database.reading() as session:
                seal = await _seal(session)
            async with self:
                self._show(audit)
                self.seal = seal
            yield _outcome(audit)
        except (ReconciliationUnderWay, Outage) as refused:
            yield refusal(refused)
        except SQLAlchemyError:
            yield toast_error("The books could not be read. Please try again.")
        finally:
            async with self:
                self.checking = False
        yield ReconciliationHistory.load

    async def _refresh_live(self, session: AsyncSession) -> None:
        audit = await newest(session)
        if audit is not None:
            self._show(audit)
        self.seal = await _seal(session)

    def _show(self, audit: Reconciliation) -> None:
        self.checks, self.transfers, self.took = audit.checks, audit.transfers, audit.duration_ms
        self.found, self.listed = audit.found, len(audit.findings)
        self.rules = [_rule(result) for result in audit.results]
        self.compared = sum(rule.rows for rule in self.rules if rule.invariant == SEALED)
        self.is_whole = audit.trigger is not AuditTrigger.RUN
        self.findings = [_finding(finding) for finding in audit.findings]
        self.checked_at = audit.started_at.isoformat()


class ReconciliationHistory(Listing, rx.State):
    """One page of all audits that are kept, newest first."""

    rows: list[AuditRow] = []

    @public
    async def load(self) -> None:
        """The page opens, or there is a new audit."""
        if await visitor(self, Role.ADMIN) is None:
            return
        offset = self._read_place()
        async with loading(self, "The audits") as session:
            self._found(
                (await session.exec(select(func.count()).select_from(Reconciliation))).one()
            )
            found = await session.exec(
                select(Reconciliation)
                .order_by(col(Reconciliation.id).desc())
                .limit(PAGE_SIZE)
                .offset(offset)
            )
            self.rows = [_row(audit) for audit in found.all()]


async def _seal(session: AsyncSession) -> SealView:
    seal, known = await sealing.newest(session), await session.get(SealCheck, 1)
    if seal is None:
        return NO_SEAL
    covered = (seal.transfers_rows, seal.entries_rows, seal.readings_rows)
    checked = (known.seal_id, known.at.isoformat()) if known else (0, "")
    whole = (
        (known.whole_seal_id, known.whole_at.isoformat()) if known and known.whole_at else (0, "")
    )
    first = await session.get(Seal, 1)
    since = first.made_at.isoformat() if first else ""
    return SealView(
        seal.id, seal.digest, seal.made_at.isoformat(), since, *covered, *checked, *whole
    )


def _rule(result: dict[str, Any]) -> RuleRow:
    name = result["invariant"]
    return RuleRow(
        name, INVARIANTS[name], result["checks"], result["rows"], result["ms"], result["found"]
    )


def _finding(finding: dict[str, Any]) -> FindingRow:
    place = _HANDLED_AT.get(finding["subject"], "").format(finding["subject_id"])
    return FindingRow(
        finding["invariant"], INVARIANTS[finding["invariant"]], finding["sentence"], place
    )


def _row(audit: Reconciliation) -> AuditRow:
    at, why = audit.started_at.isoformat(), WHY[audit.trigger]
    return AuditRow(audit.id, at, why, audit.transfers, audit.duration_ms, audit.found)


def _outcome(audit: Reconciliation) -> Handler:
    if not audit.found:
        return toast_success(f"The books are right: {audit.checks} checks, no findings")
    return toast_error(
        "One finding in the books" if audit.found == 1 else f"{audit.found:,} findings in the books"
    )
