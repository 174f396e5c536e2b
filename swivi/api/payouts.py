"""Payout requests: made and cancelled by clippers, processed by admins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from swivi.api.access import Admin, Clipper, admin, clipper
from swivi.api.bodies import ExactRoute
from swivi.api.client import client_address
from swivi.api.once import OnceForUser
from swivi.api.refusals import refuses
from swivi.api.schemas import AnyCase, Listed, Paging, RowId
from swivi.api.schemas_payouts import AdminPayoutView, NewPayoutRequest, PayoutView, Processing
from swivi.core.errors import TooManyRequests
from swivi.insights.payouts import payout_history, payout_queue, payout_row
from swivi.ledger.errors import InsufficientBalance
from swivi.payouts import service as payouts
from swivi.payouts.errors import (
    BelowMinimum,
    NoSuchPayoutRequest,
    OpenRequestExists,
    OwnRequest,
    TransactionIdTaken,
    WrongPayoutStatus,
)
from swivi.payouts.models import PayoutStatus
from swivi.runtime import runtime

clipper_router = APIRouter(
    prefix="/clippers", tags=["clippers"], route_class=ExactRoute, dependencies=[Depends(clipper)]
)
admin_router = APIRouter(
    prefix="/admin/payout-requests", tags=["admin"], route_class=ExactRoute, dependencies=[Depends(admin)]
)


@clipper_router.post("/payout-request", status_code=201)
@refuses(BelowMinimum, InsufficientBalance, OpenRequestExists, TooManyRequests)
async def request_payout(request: Request, actor: Clipper, body: NewPayoutRequest, once: OnceForUser) -> PayoutView:
    """Ask for money."""
    settings = runtime().settings
    await runtime().quotas.payout(actor, client_address(request))
    async with once.writing() as session:
        asked = await payouts.request(
            session,
            actor,
            amount=body.amount,
            method=body.method,
            details=body.details,
            minimum=settings.min_payout_cents,
            fee_percent=settings.platform_fee_percent,
            idempotency_key=once.key,
        )
        view = PayoutView.of(await payout_row(session, asked.id))
        await once.keep(session, view)
    return view


@clipper_router.get("/payout-requests")
async def own_payouts(actor: Clipper, paging: Annotated[Paging, Depends()]) -> Listed[PayoutView]:
    """The clipper's own requests, newest first."""
    async with runtime().database.reading() as session:
        found, total = await payout_history(session, actor.user_id, limit=paging.limit, offset=paging.offset)
    return paging.listed([PayoutView.of(row) for row in found], total)


@clipper_router.post("/payout-requests/{request_id}/cancel")
@refuses(NoSuchPayoutRequest, WrongPayoutStatus)
async def cancel_payout(actor: Clipper, request_id: RowId, once: OnceForUser) -> PayoutView:
    """Take back a request that nobody has decided on."""
    async with once.writing() as session:
        await payouts.cancel(session, actor, request_id)
        view = PayoutView.of(await payout_row(session, request_id))
        await once.keep(session, view)
    return view


@admin_router.get("")
async def list_payouts(
    paging: Annotated[Paging, Depends()], status: Annotated[PayoutStatus | None, AnyCase, Query()] = None
) -> Listed[AdminPayoutView]:
    """Everybody's requests: PENDING ones longest waiting first, others newest first."""
    async with runtime().database.reading() as session:
        found, total = await payout_queue(session, status=status, limit=paging.limit, offset=paging.offset)
    return paging.listed([AdminPayoutView.of_queue(row) for row in found], total)


@admin_router.post("/{request_id}/process")
@refuses(NoSuchPayoutRequest, OwnRequest, WrongPayoutStatus, TransactionIdTaken)
async def process_payout(actor: Admin, request_id: RowId, body: Processing, once: OnceForUser) -> AdminPayoutView:
    """Approve, reject, complete (with the transaction id), fail or reverse a request."""
    async with once.writing() as session:
        await payouts.process(
            session, actor, request_id, body.action, transaction_id=body.transaction_id, notes=body.notes
        )
        view = AdminPayoutView.of_queue(await payout_row(session, request_id))
        await once.keep(session, view)
    return view
