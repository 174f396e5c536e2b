"""Exports of whole lists for admins: CSV for spreadsheets, and JSON in the shape of the lists."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from swivi.api.http.access import admin
from swivi.api.http.parameters import CampaignFilter
from swivi.api.http.schemas import AnyCase
from swivi.api.http.streamed_tables import (
    Columns,
    Csv,
    Json,
    as_csv,
    as_json,
    dollars,
    listed_as,
    utc,
)
from swivi.api.routes.audit_log import AuditLogEntry, AuditQuery
from swivi.api.routes.payouts_schemas import AdminPayout
from swivi.api.routes.submissions_schemas import AdminSubmission
from swivi.core.money import CURRENCY
from swivi.domain.clips.models import SubmissionStatus
from swivi.domain.payouts.models import PayoutStatus
from swivi.insights.money.payouts import PayoutRow, payouts_before
from swivi.insights.operations.audit_log import AuditFilter, AuditLine, audit_lines_before
from swivi.insights.submissions.review_queue import ReviewRow, review_before
from swivi.runtime.runtime import runtime

router = APIRouter(prefix="/admin/exports", tags=["admin"], dependencies=[Depends(admin)])

ROWS_AT_ONCE = 500

PAYOUT_COLUMNS: Columns[PayoutRow] = {
    "id": lambda row: row.request_id,
    "requested_at": lambda row: utc(row.requested_at),
    "status": lambda row: row.status,
    "clipper": lambda row: row.clipper_name,
    "email": lambda row: row.clipper_email,
    "amount": lambda row: dollars(row.amount),
    "fee": lambda row: dollars(row.fee),
    "net": lambda row: dollars(row.net),
    "currency": lambda _: CURRENCY,
    "method": lambda row: row.method,
    "details": lambda row: row.destination.display,
    "transaction_id": lambda row: row.transaction_id,
    "reason": lambda row: row.reason,
    "decided_by": lambda row: row.decided_by,
    "decided_at": lambda row: utc(row.decided_at),
    "paid_at": lambda row: utc(row.paid_at),
}
SUBMISSION_COLUMNS: Columns[ReviewRow] = {
    "id": lambda row: row.clip.submission_id,
    "submitted_at": lambda row: utc(row.clip.submitted_at),
    "status": lambda row: row.clip.status,
    "campaign_id": lambda row: row.clip.campaign_id,
    "campaign": lambda row: row.clip.campaign_title,
    "clipper": lambda row: row.clipper_name,
    "email": lambda row: row.clipper_email,
    "platform": lambda row: row.clip.platform,
    "url": lambda row: row.clip.url,
    "initial_views": lambda row: row.clip.initial_views,
    "views": lambda row: row.clip.views,
    "earnings": lambda row: dollars(row.clip.earnings),
    "final_earnings": lambda row: dollars(row.clip.final_earnings),
    "currency": lambda _: CURRENCY,
    "clip_id": lambda row: row.clip.clip_id,
    "state": lambda row: row.clip.state,
    "flag": lambda row: row.clip.flag,
    "reason": lambda row: row.clip.reason,
    "reviewed_at": lambda row: utc(row.clip.reviewed_at),
    "last_tracked_at": lambda row: utc(row.clip.last_tracked_at),
}
AUDIT_COLUMNS: Columns[AuditLine] = {
    "id": lambda line: line.entry.id,
    "at": lambda line: utc(line.entry.at),
    "who": lambda line: line.actor or "Swivi",
    "action": lambda line: line.entry.action,
    "subject": lambda line: line.entry.subject,
    "subject_id": lambda line: line.entry.subject_id,
    "before": lambda line: json.dumps(line.entry.before),
    "after": lambda line: json.dumps(line.entry.after),
    "reason": lambda line: line.entry.reason,
    "amount": lambda line: dollars(line.entry.amount),
}

PayoutFilter = Annotated[PayoutStatus | None, AnyCase, Query()]
SubmissionFilter = Annotated[SubmissionStatus | None, AnyCase, Query()]


@router.get("/payouts.csv", response_class=Csv)
async def export_payouts_as_csv(status: PayoutFilter = None) -> Csv:
    """Export all payout requests, newest first. Money is in dollars, times are in UTC."""
    return as_csv(_named("swivi-payouts", status), PAYOUT_COLUMNS, _payouts(status))


@router.get("/payouts.json", response_class=Json, responses=listed_as(AdminPayout))
async def export_payouts_as_json(status: PayoutFilter = None) -> Json:
    """Export all payout requests, newest first."""
    return as_json(_named("swivi-payouts", status), _payouts(status), AdminPayout.of_queue)


@router.get("/submissions.csv", response_class=Csv)
async def export_submissions_as_csv(
    status: SubmissionFilter = None, campaign_id: CampaignFilter = None
) -> Csv:
    """Export all submissions with views and earnings, newest first.

    Money is in dollars, times are in UTC.
    """
    pages = _submissions(status, campaign_id)
    return as_csv(_named("swivi-submissions", status), SUBMISSION_COLUMNS, pages)


@router.get("/submissions.json", response_class=Json, responses=listed_as(AdminSubmission))
async def export_submissions_as_json(
    status: SubmissionFilter = None, campaign_id: CampaignFilter = None
) -> Json:
    """Export all submissions with views and earnings, newest first."""
    return as_json(
        _named("swivi-submissions", status),
        _submissions(status, campaign_id),
        AdminSubmission.of_review,
    )


@router.get("/audit.csv", response_class=Csv)
async def export_audit_log_as_csv(query: Annotated[AuditQuery, Depends()]) -> Csv:
    """Export the audit log, newest first. Money is in dollars, times are in UTC."""
    return as_csv("swivi-audit-log", AUDIT_COLUMNS, _audit_lines(query.wanted))


@router.get("/audit.json", response_class=Json, responses=listed_as(AuditLogEntry))
async def export_audit_log_as_json(query: Annotated[AuditQuery, Depends()]) -> Json:
    """Export the audit log, newest first."""
    return as_json("swivi-audit-log", _audit_lines(query.wanted), AuditLogEntry.of)


def _named(name: str, status: PayoutStatus | SubmissionStatus | None) -> str:
    return f"{name}-{status.lower()}" if status else name


async def _payouts(status: PayoutStatus | None) -> AsyncIterator[list[PayoutRow]]:
    last_id = None
    while True:
        async with runtime().database.reading() as session:
            rows = await payouts_before(session, last_id, status=status, limit=ROWS_AT_ONCE)
        if not rows:
            return
        yield rows
        last_id = rows[-1].request_id


async def _submissions(
    status: SubmissionStatus | None, campaign_id: int | None
) -> AsyncIterator[list[ReviewRow]]:
    last_id = None
    while True:
        async with runtime().database.reading() as session:
            rows = await review_before(
                session, last_id, status=status, campaign_id=campaign_id, limit=ROWS_AT_ONCE
            )
        if not rows:
            return
        yield rows
        last_id = rows[-1].clip.submission_id


async def _audit_lines(wanted: AuditFilter) -> AsyncIterator[list[AuditLine]]:
    last_id = None
    while True:
        async with runtime().database.reading() as session:
            lines = await audit_lines_before(session, wanted, last_id, limit=ROWS_AT_ONCE)
        if not lines:
            return
        yield lines
        last_id = lines[-1].entry.id
