"""The states of the reconciliation page: the newest reconciliation, and those before it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import ClassVar, Final

import reflex as rx
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.outages import Outage
from swivi.domain.reconciliation.models import AuditTrigger, Reconciliation
from swivi.domain.reconciliation.service import ReconciliationUnderWay, newest
from swivi.insights.operations.reconciliations import reconciliations
from swivi.pages.admin.reconciliation.rows import (
    NO_SEAL,
    FindingRow,
    NewestSeal,
    ReconciliationRow,
    RuleRow,
    finding_row,
    newest_seal,
    reconciliation_row,
    rule_row,
)
from swivi.pages.engine.acting import refusal
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import PAGE_SIZE, Listing
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.types import Handler

SEALED: Final = "I19"
"""The rule that compares rows with their seals."""

PATIENCE: Final = timedelta(seconds=30)
"""How long an admin waits for a reconciliation that began before theirs."""


class ReconciliationState(AdminLive, rx.State):
    """The newest reconciliation, live. `checked_at` is "" before the first; `took` is in ms.

    `compared` is how many sealed rows it compared with their seals. `is_whole` says whether those
    were all.
    """

    _content: ClassVar[str] = "The reconciliation"
    busy: bool = False
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
    seal: NewestSeal = NO_SEAL

    async def _arrive(self) -> None:
        hub.watch(self, users={self._user_id}, runs=True)

    async def _refresh_live(self, session: AsyncSession) -> None:
        audit = await newest(session)
        if audit is not None:
            self._show(audit)
        self.seal = await newest_seal(session)

    @rx.event(background=True)
    @admins_only
    async def check(self) -> AsyncIterator[Handler]:
        """Check every invariant now. In the background, because a large ledger takes a while."""
        async with self:
            if self.busy:
                return
            self.busy = True
        try:
            audit = await runtime().auditor.audit(AuditTrigger.ADMIN, patience=PATIENCE)
            async with runtime().database.reading() as session:
                seal = await newest_seal(session)
            async with self:
                self._show(audit)
                self.seal = seal
            yield _outcome(audit)
        except (ReconciliationUnderWay, Outage) as refused:
            yield refusal(refused)
        except SQLAlchemyError:
            yield toast_error("The ledger could not be read. Try again.")
        finally:
            async with self:
                self.busy = False
        yield ReconciliationHistory.load

    def _show(self, audit: Reconciliation) -> None:
        self.checks = audit.checks
        self.transfers = audit.transfers
        self.took = audit.duration_ms
        self.found = audit.found
        self.listed = len(audit.findings)
        self.rules = [rule_row(result) for result in audit.results]
        self.compared = sum(rule.rows for rule in self.rules if rule.invariant == SEALED)
        self.is_whole = audit.trigger is not AuditTrigger.RUN
        self.findings = [finding_row(finding) for finding in audit.findings]
        self.checked_at = audit.started_at.isoformat()


class ReconciliationHistory(AdminLive, Listing, rx.State):
    """One page of all reconciliations that are kept, newest first."""

    _content: ClassVar[str] = "The reconciliations"
    rows: list[ReconciliationRow] = []

    async def _arrive(self) -> None:
        self._read_place()

    async def _refresh_live(self, session: AsyncSession) -> None:
        offset = (self.page - 1) * PAGE_SIZE
        found, total = await reconciliations(session, limit=PAGE_SIZE, offset=offset)
        self.rows = [reconciliation_row(audit) for audit in found]
        self._found(total)


def _outcome(audit: Reconciliation) -> Handler:
    if not audit.found:
        return toast_success(f"The ledger is right: {audit.checks} checks, no findings")
    findings = "1 finding" if audit.found == 1 else f"{audit.found:,} findings"
    return toast_error(f"{findings} in the ledger")
