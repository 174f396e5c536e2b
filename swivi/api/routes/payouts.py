"""Payout requests: clippers make and cancel them, admins process them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request

from swivi.api.http.access import Admin, Called, Clipper, admin, clipper
from swivi.api.http.bodies import ExactRoute
from swivi.api.http.client import client_address
from swivi.api.http.idempotency import OnceForUser
from swivi.api.http.parameters import ClipperFilter, Paging
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import AnyCase, RowId
from swivi.api.routes.payouts_schemas import (
    AdminPayout,
    AdminPayoutPage,
    ClipperPayout,
    ClipperPayoutPage,
    CompletePayout,
    NewPayoutRequest,
    PayoutDecision,
)
from swivi.core.errors import TooManyRequests
from swivi.domain.accounts.errors import AccountDisabled, EmailNotVerified, OwnGain
from swivi.domain.ledger.errors import InsufficientBalance
from swivi.domain.payouts import requests
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.errors import (
    BelowMinimum,
    FeeLeavesNothing,
    NoSuchPayoutRequest,
    OpenRequestExists,
    TransactionIdTaken,
    WrongPayoutStatus,
)
from swivi.domain.payouts.models import PayoutStatus
from swivi.domain.payouts.requests import PayoutForm
from swivi.insights.money.payouts import (
    any_payout,
    own_payout,
    payout_history,
    payout_queue,
    payout_row,
)
from swivi.runtime.runtime import runtime

StatusFilter = Annotated[PayoutStatus | None, AnyCase, Query()]
PayoutSort = Literal["createdAt", "-createdAt", "amount", "-amount"]

clipper_router = APIRouter(
    prefix="/clippers", tags=["clippers"], route_class=ExactRoute, dependencies=[Depends(clipper)]
)
admin_router = APIRouter(
    prefix="/admin/payout-requests",
    tags=["admin"],
    route_class=ExactRoute,
    dependencies=[Depends(admin)],
)


@clipper_router.post("/payout-request", status_code=201)
@refuses(
    AccountDisabled,
    EmailNotVerified,
    BelowMinimum,
    FeeLeavesNothing,
    InsufficientBalance,
    OpenRequestExists,
    TooManyRequests,
)
async def request_payout(
    request: Request, actor: Clipper, body: NewPayoutRequest, once: OnceForUser, called: Called
) -> ClipperPayout:
    """Request a payout. The amount is reserved until the request is decided."""
    process = runtime()
    form = PayoutForm(body.amount, body.method, body.details, idempotency_key=once.key)
    async with requests.request_payout(
        process.database,
        actor,
        form,
        process.payout_terms,
        quota=process.quotas.payout(actor, client_address(request)),
        proof=called,
        writing=once.writing,
    ) as (session, asked):
        view = ClipperPayout.of(await payout_row(session, asked.id))
        await once.keep(session, view)
    return view


@clipper_router.get("/payout-requests")
async def list_own_payouts(
    actor: Clipper,
    paging: Annotated[Paging, Depends()],
    status: StatusFilter = None,
    sort: PayoutSort = "-createdAt",
) -> ClipperPayoutPage:
    """List the clipper's own payout requests."""
    async with runtime().database.reading() as session:
        found, total = await payout_history(
            session,
            actor.user_id,
            status=status,
            sort=sort,
            limit=paging.limit,
            offset=paging.offset,
        )
    return paging.shown(ClipperPayoutPage, [ClipperPayout.of(row) for row in found], total)


@clipper_router.get("/payout-requests/{request_id}")
@refuses(NoSuchPayoutRequest)
async def get_own_payout(actor: Clipper, request_id: RowId) -> ClipperPayout:
    """Return one of the clipper's own payout requests."""
    async with runtime().database.reading() as session:
        row = await own_payout(session, actor.user_id, request_id)
    if row is None:
        raise NoSuchPayoutRequest
    return ClipperPayout.of(row)


@clipper_router.post("/payout-requests/{request_id}/cancel")
@refuses(NoSuchPayoutRequest, WrongPayoutStatus)
async def cancel_payout(actor: Clipper, request_id: RowId, once: OnceForUser) -> ClipperPayout:
    """Cancel a pending payout request. Its amount becomes available again."""
    async with once.writing() as session:
        await payouts.cancel(session, actor, request_id)
        view = ClipperPayout.of(await payout_row(session, request_id))
        await once.keep(session, view)
    return view


@admin_router.get("")
async def list_payouts(
    paging: Annotated[Paging, Depends()],
    status: StatusFilter = None,
    clipper_id: ClipperFilter = None,
    sort: PayoutSort | None = None,
) -> AdminPayoutPage:
    """List all payout requests.

    Without `sort`, PENDING requests come oldest first, all others newest first.
    """
    async with runtime().database.reading() as session:
        found, total = await payout_queue(
            session,
            status=status,
            clipper_id=clipper_id,
            sort=sort,
            limit=paging.limit,
            offset=paging.offset,
        )
    return paging.shown(AdminPayoutPage, [AdminPayout.of_queue(row) for row in found], total)


@admin_router.get("/{request_id}")
@refuses(NoSuchPayoutRequest)
async def get_payout(request_id: RowId) -> AdminPayout:
    """Return one payout request."""
    async with runtime().database.reading() as session:
        row = await any_payout(session, request_id)
    if row is None:
        raise NoSuchPayoutRequest
    return AdminPayout.of_queue(row)


@admin_router.post("/{request_id}/process")
@refuses(NoSuchPayoutRequest, OwnGain, WrongPayoutStatus, TransactionIdTaken)
async def process_payout(
    actor: Admin, request_id: RowId, body: PayoutDecision, once: OnceForUser
) -> AdminPayout:
    """Approve, reject, complete (with the transaction id), fail or reverse a payout request."""
    transaction_id = body.transaction_id if isinstance(body, CompletePayout) else None
    async with once.writing() as session:
        await payouts.process(
            session, actor, request_id, body.action, transaction_id=transaction_id, notes=body.notes
        )
        view = AdminPayout.of_queue(await payout_row(session, request_id))
        await once.keep(session, view)
    return view
