"""Lists to take away as CSV, for admins: written row by row, safe to open in a spreadsheet.

A spreadsheet takes a cell that begins like a formula for one and runs it; what people typed (names, reasons,
payment details) must not become one. Such cells get an apostrophe in front (OWASP, "CSV Injection").
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from swivi.api.access import admin
from swivi.api.schemas import AnyCase
from swivi.core.money import CURRENCY, Cents, to_dollars
from swivi.insights.audit import AuditFilter, AuditLine, audit_lines_before
from swivi.insights.payouts import PayoutRow, payouts_before
from swivi.payouts.models import PayoutStatus
from swivi.runtime import runtime

router = APIRouter(prefix="/admin/exports", tags=["admin"], dependencies=[Depends(admin)])

ROWS_AT_ONCE = 500
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

PAYOUT_HEAD = (
    "id,requested_at,status,clipper,email,amount,fee,net,currency,method,details,"
    "transaction_id,reason,decided_by,decided_at,paid_at"
)
AUDIT_HEAD = "id,at,who,action,subject,subject_id,before,after,reason,amount"


class Csv(StreamingResponse):
    """A table that is written while it is sent."""

    media_type = "text/csv"


Cells = Sequence[object]
Name = Annotated[str, Query(max_length=80, pattern="^[a-z_.]*$")]
Day = Annotated[date | None, Query()]


@router.get("/payouts.csv", response_class=Csv)
async def export_payouts(status: Annotated[PayoutStatus | None, AnyCase, Query()] = None) -> Csv:
    """Everybody's payout requests, newest first; money in dollars, times in UTC."""
    return _csv(f"swivi-payouts-{status.lower()}" if status else "swivi-payouts", PAYOUT_HEAD, _payouts(status))


@router.get("/audit.csv", response_class=Csv)
async def export_audit_log(
    action: Name = "",
    subject: Name = "",
    subject_id: Annotated[int | None, Query(ge=1, lt=2**63, alias="id")] = None,
    actor: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
    since: Day = None,
    until: Day = None,
) -> Csv:
    """The audit log, newest first. `actor` 0 is Swivi itself; `since` and `until` are days in UTC, both included."""
    wanted = AuditFilter(action, subject, subject_id, actor, since, until)
    return _csv("swivi-audit-log", AUDIT_HEAD, _audit_lines(wanted))


async def _payouts(status: PayoutStatus | None) -> AsyncIterator[list[Cells]]:
    last_id = None
    while True:
        async with runtime().database.reading() as session:
            rows = await payouts_before(session, last_id, status=status, limit=ROWS_AT_ONCE)
        if not rows:
            return
        yield [_payout_cells(row) for row in rows]
        last_id = rows[-1].request_id


def _payout_cells(row: PayoutRow) -> Cells:
    asked = (row.request_id, _utc(row.requested_at), row.status, row.clipper_name, row.clipper_email)
    money = (_dollars(row.amount), _dollars(row.fee), _dollars(row.net), CURRENCY, row.method, row.details)
    return *asked, *money, row.transaction_id, row.reason, row.decided_by, _utc(row.decided_at), _utc(row.paid_at)


async def _audit_lines(wanted: AuditFilter) -> AsyncIterator[list[Cells]]:
    last_id = None
    while True:
        async with runtime().database.reading() as session:
            lines = await audit_lines_before(session, wanted, last_id, limit=ROWS_AT_ONCE)
        if not lines:
            return
        yield [_audit_cells(line) for line in lines]
        last_id = lines[-1].entry.id


def _audit_cells(line: AuditLine) -> Cells:
    entry = line.entry
    what = (entry.action, entry.subject, entry.subject_id, json.dumps(entry.before), json.dumps(entry.after))
    return entry.id, _utc(entry.at), line.actor or "Swivi", *what, entry.reason, _dollars(entry.amount)


def _csv(name: str, head: str, rows: AsyncIterator[list[Cells]]) -> Csv:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Csv(_written(head, rows), headers=headers)


async def _written(head: str, pages: AsyncIterator[list[Cells]]) -> AsyncIterator[str]:
    yield f"{head}\r\n"
    async for rows in pages:
        lines = io.StringIO()
        csv.writer(lines).writerows([[_harmless(cell) for cell in row] for row in rows])
        yield lines.getvalue()


def _harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _dollars(cents: Cents | None) -> str:
    """`123450` -> `1234.50`, which spreadsheets read as a number; "" for none."""
    return "" if cents is None else f"{to_dollars(cents):.2f}"


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")
