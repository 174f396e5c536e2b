"""The rows of the reconciliation page."""

from dataclasses import dataclass
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.domain.ledger.invariants import INVARIANTS
from swivi.domain.reconciliation.models import AuditTrigger, Reconciliation
from swivi.domain.seals import sealing
from swivi.domain.seals.models import Seal, SealCheck

_HANDLED_AT: Final = {
    "campaign": routes.admin_campaign("{}"),
    "clip": f"{routes.ADMIN_AUDIT_LOG}?subject=clip&id={{}}",
    "submission": f"{routes.ADMIN_AUDIT_LOG}?subject=submission&id={{}}",
    "payout request": f"{routes.ADMIN_AUDIT_LOG}?subject=payout_request&id={{}}",
    "payouts": routes.ADMIN_PAYOUTS,
    "user": f"{routes.ADMIN_AUDIT_LOG}?subject=user&id={{}}",
    "run": routes.admin_run("{}"),
}
"""The page of a finding's subject. Transfers, leases and the database itself have none."""

WHY: Final = {
    AuditTrigger.RUN: "After tracking",
    AuditTrigger.NIGHTLY: "Nightly",
    AuditTrigger.ADMIN: "By an admin",
}


@dataclass(frozen=True)
class FindingRow:
    """A broken invariant. `place` is the page of its subject, "" if there is none."""

    invariant: str
    rule: str
    sentence: str
    place: str


@dataclass(frozen=True)
class RuleRow:
    """The result for one invariant. `took` is milliseconds."""

    invariant: str
    rule: str
    checks: int
    rows: int
    took: int
    found: int


@dataclass(frozen=True)
class ReconciliationRow:
    """One reconciliation. `took` is milliseconds."""

    id: int
    at: str
    why: str
    transfers: int
    took: int
    found: int


@dataclass(frozen=True)
class NewestSeal:
    """The newest seal, and the last seals that were compared with their rows.

    `checked` is the last seal compared in any check, `whole` the last in a check of all seals.
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


NO_SEAL: Final = NewestSeal(0, "", "", "", 0, 0, 0, 0, "", 0, "")


async def newest_seal(session: AsyncSession) -> NewestSeal:
    """Return the newest seal, or `NO_SEAL`."""
    seal = await sealing.newest(session)
    known = await session.get(SealCheck, 1)
    if seal is None:
        return NO_SEAL
    covered = (seal.transfers_rows, seal.entries_rows, seal.readings_rows)
    checked = (known.seal_id, known.at.isoformat()) if known else (0, "")
    whole = (
        (known.whole_seal_id, known.whole_at.isoformat()) if known and known.whole_at else (0, "")
    )
    first = await session.get(Seal, 1)
    since = first.made_at.isoformat() if first else ""
    made_at = seal.made_at.isoformat()
    return NewestSeal(seal.id, seal.digest, made_at, since, *covered, *checked, *whole)


def rule_row(result: dict[str, Any]) -> RuleRow:
    """Return the row of one invariant's result."""
    name = result["invariant"]
    return RuleRow(
        name, INVARIANTS[name], result["checks"], result["rows"], result["ms"], result["found"]
    )


def finding_row(finding: dict[str, Any]) -> FindingRow:
    """Return the row of a finding."""
    place = _HANDLED_AT.get(finding["subject"], "").format(finding["subject_id"])
    return FindingRow(
        finding["invariant"], INVARIANTS[finding["invariant"]], finding["sentence"], place
    )


def reconciliation_row(audit: Reconciliation) -> ReconciliationRow:
    """Return the row of a reconciliation."""
    at = audit.started_at.isoformat()
    why = WHY[audit.trigger]
    return ReconciliationRow(audit.id, at, why, audit.transfers, audit.duration_ms, audit.found)
