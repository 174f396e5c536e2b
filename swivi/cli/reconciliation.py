"""The command that checks every invariant of the money: `audit`."""

import json
from functools import partial
from typing import Annotated, Any

import typer

from swivi.cli.running import AsJson, do
from swivi.domain.ledger import invariants
from swivi.domain.ledger.invariants import INVARIANTS, Report, Result
from swivi.domain.seals.models import Seal
from swivi.domain.seals.verifying import SealVerification
from swivi.runtime.runtime import Runtime


def audit(
    since: Annotated[
        str,
        typer.Option(
            help=(
                "The digest of an earlier seal, kept outside of the database: whatever it covers "
                "must be unchanged."
            ),
            show_default=False,
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Check every invariant of the money.

    Exit status 0: all hold; 1: each finding is printed. Repairs nothing.
    """
    report = do(partial(_audit, since=since.strip().lower() or None))
    print(json.dumps(_report_for_programs(report)) if as_json else _report_for_people(report))
    if not report.clean:
        raise typer.Exit(1)


async def _audit(running: Runtime, *, since: str | None) -> Report:
    return await invariants.check(running.database, since=since)


def _report_for_programs(report: Report) -> dict[str, Any]:
    findings = [
        {
            "invariant": finding.invariant,
            "subject": finding.subject,
            "subjectId": str(finding.subject_id),
            "message": finding.sentence,
        }
        for finding in report.findings
    ]
    return {
        "clean": report.clean,
        "checks": report.checks,
        "transfers": report.transfers,
        "seconds": round(report.seconds, 3),
        "invariants": [
            {
                "invariant": result.invariant,
                "rule": INVARIANTS[result.invariant],
                "checks": result.checks,
                "rows": result.rows,
                "seconds": round(result.seconds, 3),
                "findings": result.found,
            }
            for result in report.results
        ],
        "findings": findings,
        "seals": None if report.sealed is None else _seals_for_programs(report.sealed),
    }


def _seals_for_programs(sealed: SealVerification) -> dict[str, Any]:
    return {
        "newest": _seal_for_programs(sealed.newest),
        "since": _seal_for_programs(sealed.since),
        "checkedSeals": sealed.seals,
        "checkedRows": sealed.rows,
    }


def _seal_for_programs(seal: Seal | None) -> dict[str, Any] | None:
    if seal is None:
        return None
    return {
        "id": str(seal.id),
        "digest": seal.digest,
        "madeAt": seal.made_at.isoformat(),
        "transfers": seal.transfers_rows,
        "auditEntries": seal.entries_rows,
        "readings": seal.readings_rows,
    }


def _report_for_people(report: Report) -> str:
    rules = [_rule_for_people(result) for result in report.results]
    covered = (
        f"{report.checks} checks over {report.transfers:,} transfers in {report.seconds:.2f} s"
    )
    found = [f"{finding.invariant} {finding.sentence}" for finding in report.findings]
    outcome = f"Clean: {covered}." if report.clean else f"{len(found)} findings: {covered}."
    return "\n".join([*rules, *found, outcome + _seals_for_people(report.sealed)])


def _seals_for_people(sealed: SealVerification | None) -> str:
    if sealed is None or sealed.newest is None:
        return ""
    since = f" Checked since seal {sealed.since.id}." if sealed.since else ""
    return f"{since} Newest seal: {sealed.newest.id}, {sealed.newest.digest}."


def _rule_for_people(result: Result) -> str:
    covered = f"{result.checks} checks, {result.rows:,} rows, {result.seconds * 1_000:,.0f} ms"
    outcome = f"{result.found:,} findings" if result.found else "holds"
    return f"{result.invariant:<4}{outcome}: {INVARIANTS[result.invariant]} ({covered})"
