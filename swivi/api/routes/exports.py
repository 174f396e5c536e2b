"""Whole lists to take away, for admins: as CSV for spreadsheets, and as JSON in the shape that the
lists have.
"""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from swivi.api.http.access import admin
from swivi.api.http.parameters import CampaignFilter
from swivi.api.http.schemas import AnyCase
from swivi.api.http.streamed_tables import (
    Cells,
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

PAYOUT_HEAD = (
    "id,requested_at,status,clipper,email,amount,fee,net,currency,method,details,"
    "transaction_id,reason,decided_by,decided_at,paid_at"
)
SUBMISSION_HEAD = (
    "id,submitted_at,status,campaign_id,campaign,clipper,email,platform,url,initial_views,views,earnings,"
    "final_earnings,currency,clip_id,state,flag,reason,reviewed_at,last_tracked_at"
)
AUDIT_HEAD = "id,at,who,action,subject,subject_id,before,after,reason,amount"

PayoutFilter = Annotated[PayoutStatus | None, AnyCase, Query()]
SubmissionFilter = Annotated[SubmissionStatus | None, AnyCase, Query()]


@router.get("/payouts.csv", response_class=Csv)
async def export_payouts_as_csv(status: PayoutFilter = None) -> Csv:
    """Everybody's payout requests, newest first; money in dollars, times in UTC."""
    return as_csv(_named("swivi-payouts", status), PAYOUT_HEAD, _payouts(status), _payout_cells)


@router.get("/payouts.json", response_class=Json, responses=listed_as(AdminPayout))
async def export_payouts_as_json(status: PayoutFilter = None) -> Json:
    """Everybody's payout requests, newest first."""
    return as_json(_named("swivi-payouts", status), _payouts(status), AdminPayout.of_queue)


@router.get("/submissions.csv", response_class=Csv)
async def export_submissions_as_csv(
    status: SubmissionFilter = None, campaign_id: CampaignFilter = None
) -> Csv:
    """Everybody's submissions with views and earnings, newest first; money in dollars, times in
    UTC.
    """
    pages = _submissions(status, campaign_id)
    return as_csv(_named("swivi-submissions", status), SUBMISSION_HEAD, pages, _submission_cells)


@router.get("/submissions.json", response_class=Json, responses=listed_as(AdminSubmission))
async def export_submissions_as_json(
    status: SubmissionFilter = None, campaign_id: CampaignFilter = None
) -> Json:
    """Everybody's submissions with views and earnings, newest first."""
    return as_json(
        _named("swivi-submissions", status),
        _submissions(status, campaign_id),
        AdminSubmission.of_review,
    )


@router.get("/audit.csv", response_class=Csv)
async def export_audit_log_as_csv(query: Annotated[AuditQuery, Depends()]) -> Csv:
    """The audit log, newest first; money in dollars, times in UTC."""
    return as_csv("swivi-audit-log", AUDIT_HEAD, _audit_lines(query.wanted), _audit_cells)


@router.get("/audit.json", response_class=Json, responses=listed_as(AuditLogEntry))
async def export_audit_log_as_json(query: Annotated[AuditQuery, Depends()]) -> Json:
    """The audit log, newest first."""
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


def _payout_cells(row: PayoutRow) -> Cells:
    asked = (row.request_id, utc(row.requested_at), row.status, row.clipper_name, row.clipper_email)
    money = (
        dollars(row.amount),
        dollars(row.fee),
        dollars(row.net),
        CURRENCY,
        row.method,
        row.destination.display,
    )
    return (
        *asked,
        *money,
        row.transaction_id,
        row.reason,
        row.decided_by,
        utc(row.decided_at),
        utc(row.paid_at),
    )


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


def _submission_cells(row: ReviewRow) -> Cells:
    clip = row.clip
    sent = (
        clip.submission_id,
        utc(clip.submitted_at),
        clip.status,
        clip.campaign_id,
        clip.campaign_title,
    )
    video = (
        row.clipper_name,
        row.clipper_email,
        clip.platform,
        clip.url,
        clip.initial_views,
        clip.views,
    )
    money = (dollars(clip.earnings), dollars(clip.final_earnings), CURRENCY)
    state = (
        clip.clip_id,
        clip.state,
        clip.flag,
        clip.reason,
        utc(clip.reviewed_at),
        utc(clip.last_tracked_at),
    )
    return *sent, *video, *money, *state


async def _audit_lines(wanted: AuditFilter) -> AsyncIterator[list[AuditLine]]:
    last_id = None
    while True:
        async with runtime().database.reading() as session:
            lines = await audit_lines_before(session, wanted, last_id, limit=ROWS_AT_ONCE)
        if not lines:
            return
        yield lines
        last_id = lines[-1].entry.id


def _audit_cells(line: AuditLine) -> Cells:
    entry = line.entry
    what = (
        entry.action,
        entry.subject,
        entry.subject_id,
        json.dumps(entry.before),
        json.dumps(entry.after),
    )
    return (
        entry.id,
        utc(entry.at),
        line.actor or "Swivi",
        *what,
        entry.reason,
        dollars(entry.amount),
    )
