"""Payout requests as lists show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.accounts.models import User
from swivi.domain.payouts.methods import Destination, stored
from swivi.domain.payouts.models import Payout, PayoutRequest, PayoutStatus
from swivi.domain.payouts.tallies import PAYOUTS
from swivi.insights.shared.sorting import nearer_end, order_by


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A request with its clipper, the admin who decided, and the payment. Money is in cents.

    A request that the bank returned (REVERSED) keeps its transaction id.
    """

    request_id: int
    clipper_id: int
    clipper_name: str
    clipper_email: str
    amount: Cents
    fee: Cents
    net: Cents
    method: str
    destination: Destination
    status: PayoutStatus
    reason: str | None
    transaction_id: str | None
    decided_by: str | None
    requested_at: datetime
    decided_at: datetime | None
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class PayoutTotal:
    """A number of requests, and the sum of their amounts in cents."""

    requests: int
    amount: Cents


_BY_ID = col(PayoutRequest.id)

SORTS: Mapping[str, Any] = {"createdAt": _BY_ID, "amount": col(PayoutRequest.amount)}


async def payout_queue(
    session: AsyncSession,
    *,
    status: PayoutStatus | None = None,
    clipper_id: int | None = None,
    sort: str | None = None,
    limit: int,
    offset: int = 0,
) -> tuple[list[PayoutRow], int]:
    """Return one page of all requests, and the total.

    `sort` is a name of SORTS, with `-` for descending. Without it, PENDING requests come oldest
    first, all others newest first.
    """
    usual = "createdAt" if status is PayoutStatus.PENDING else "-createdAt"
    if clipper_id is not None:
        return await payout_history(
            session, clipper_id, status=status, sort=sort or usual, limit=limit, offset=offset
        )
    totals = await payout_totals(session)
    total = (
        sum(each.requests for each in totals.values())
        if status is None
        else totals[status].requests
    )
    return await _page(
        session, _of_status(status), total, sort=sort or usual, limit=limit, offset=offset
    ), total


async def payouts_before(
    session: AsyncSession, request_id: int | None, *, status: PayoutStatus | None, limit: int
) -> list[PayoutRow]:
    """Return the next requests older than `request_id`, newest first; None starts at the newest."""
    wanted = _of_status(status)
    older = [] if request_id is None else [col(PayoutRequest.id) < request_id]
    return await _newest(session, wanted + older, limit=limit)


async def payout_totals(session: AsyncSession) -> dict[PayoutStatus, PayoutTotal]:
    """Return the totals of each status, empty ones included."""
    found = await session.execute(select(PAYOUTS.c.status, PAYOUTS.c.requests, PAYOUTS.c.amount))
    nothing = dict.fromkeys(PayoutStatus, PayoutTotal(0, 0))
    return nothing | {
        PayoutStatus(status): PayoutTotal(number, amount) for status, number, amount in found.all()
    }


async def payout_history(
    session: AsyncSession,
    user_id: int,
    *,
    status: PayoutStatus | None = None,
    sort: str = "-createdAt",
    limit: int,
    offset: int = 0,
) -> tuple[list[PayoutRow], int]:
    """Return one page of a clipper's requests, and the total. `sort` is as for `payout_queue`."""
    mine = [col(PayoutRequest.user_id) == user_id, *_of_status(status)]
    total = (await session.exec(select(func.count()).select_from(PayoutRequest).where(*mine))).one()
    return await _page(session, mine, total, sort=sort, limit=limit, offset=offset), total


async def payout_row(session: AsyncSession, request_id: int) -> PayoutRow:
    """Return a request that exists."""
    [found] = await _newest(session, [col(PayoutRequest.id) == request_id], limit=1)
    return found


async def any_payout(session: AsyncSession, request_id: int) -> PayoutRow | None:
    """Return the request with this id, if there is one."""
    found = await _newest(session, [col(PayoutRequest.id) == request_id], limit=1)
    return found[0] if found else None


async def own_payout(session: AsyncSession, user_id: int, request_id: int) -> PayoutRow | None:
    """Return the request with this id if it is this clipper's."""
    mine = [col(PayoutRequest.id) == request_id, col(PayoutRequest.user_id) == user_id]
    found = await _newest(session, mine, limit=1)
    return found[0] if found else None


def _of_status(status: PayoutStatus | None) -> list[Any]:
    return [] if status is None else [col(PayoutRequest.status) == status]


async def _page(
    session: AsyncSession, wanted: list[Any], total: int, *, sort: str, limit: int, offset: int
) -> list[PayoutRow]:
    stretch = nearer_end(limit, offset, total)
    order = order_by(sort, SORTS, _BY_ID, backwards=stretch.backwards)
    page = (
        select(_BY_ID).where(*wanted).order_by(*order).limit(stretch.limit).offset(stretch.offset)
    )
    return await _rows_of(session, page, sort)


async def _newest(session: AsyncSession, wanted: list[Any], *, limit: int) -> list[PayoutRow]:
    page = select(_BY_ID).where(*wanted).order_by(_BY_ID.desc()).limit(limit)
    return await _rows_of(session, page, "-createdAt")


async def _rows_of(session: AsyncSession, ids: Any, sort: str) -> list[PayoutRow]:
    by_id, decider = _BY_ID, aliased(User)
    query: Any = (
        select(
            PayoutRequest,
            col(User.name).label("clipper_name"),
            col(User.email).label("clipper_email"),
        )
        .add_columns(
            col(Payout.transaction_id).label("transaction_id"),
            col(Payout.paid_at).label("paid_at"),
            col(decider.name).label("decided_by"),
        )
        .join(User, col(User.id) == col(PayoutRequest.user_id))
        .join(Payout, col(Payout.request_id) == by_id, isouter=True)
        .join(decider, col(decider.id) == col(PayoutRequest.decided_by), isouter=True)
        .where(by_id.in_(ids))
        .order_by(*order_by(sort, SORTS, by_id))
    )
    found = await session.exec(query)
    return [_row(row) for row in found.all()]


def _row(found: Any) -> PayoutRow:
    asked: PayoutRequest = found.PayoutRequest
    return PayoutRow(
        request_id=asked.id,
        clipper_id=asked.user_id,
        clipper_name=found.clipper_name,
        clipper_email=found.clipper_email,
        amount=asked.amount,
        fee=asked.fee,
        net=asked.net,
        method=asked.method,
        destination=stored(asked.method, asked.details),
        status=asked.status,
        reason=asked.reason,
        transaction_id=found.transaction_id,
        decided_by=found.decided_by,
        requested_at=asked.created_at,
        decided_at=asked.decided_at,
        paid_at=found.paid_at,
    )
