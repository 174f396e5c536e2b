"""The money of a payout request: reserve, release, pay, return."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.ledger import accounts
from swivi.domain.ledger.errors import InsufficientBalance
from swivi.domain.ledger.models import AuditEntry, Transfer, TransferKind
from swivi.domain.ledger.posting import AVAILABLE, USERS, Movement, change_if, post


async def reserve(
    session: AsyncSession, user_id: int, request_id: int, amount: Cents, why: AuditEntry
) -> None:
    """Move available -> reserved, if the balance covers it at the moment of the write.

    Raise InsufficientBalance. The guard in the UPDATE closes the race of two requests that read the
    same balance (I2, I8).
    """
    if not await change_if(
        session, USERS, user_id, amount <= AVAILABLE, reserved=USERS.c.reserved + amount
    ):
        raise InsufficientBalance(amount)
    await post(
        session,
        why,
        [
            Movement(
                accounts.available(user_id),
                accounts.reserved(user_id),
                amount,
                TransferKind.PAYOUT_RESERVED,
                f"payout:{request_id}:reserve",
                user_id=user_id,
                payout_request_id=request_id,
            )
        ],
    )


async def release(
    session: AsyncSession, user_id: int, request_id: int, amount: Cents, why: AuditEntry
) -> None:
    """Move reserved -> available: the request was cancelled, rejected or failed."""
    await _take_reserved(session, user_id, amount, paid=0)
    await post(
        session,
        why,
        [
            Movement(
                accounts.reserved(user_id),
                accounts.available(user_id),
                amount,
                TransferKind.PAYOUT_RELEASED,
                f"payout:{request_id}:release",
                user_id=user_id,
                payout_request_id=request_id,
            )
        ],
    )


async def pay_out(
    session: AsyncSession, user_id: int, request_id: int, *, net: Cents, fee: Cents, why: AuditEntry
) -> None:
    """Move reserved -> outside for the net amount, and reserved -> fees for the fee."""
    await _take_reserved(session, user_id, net + fee, paid=net + fee)
    parts = [
        (accounts.OUTSIDE, net, TransferKind.PAYOUT_PAID, "net"),
        (accounts.FEES, fee, TransferKind.PAYOUT_FEE, "fee"),
    ]
    await post(
        session,
        why,
        [
            Movement(
                accounts.reserved(user_id),
                target,
                amount,
                kind,
                f"payout:{request_id}:{name}",
                user_id=user_id,
                payout_request_id=request_id,
            )
            for target, amount, kind, name in parts
            if amount > 0
        ],
    )


async def take_back(
    session: AsyncSession, user_id: int, request_id: int, amount: Cents, why: AuditEntry
) -> None:
    """Reverse each transfer of a returned payout into available."""
    payments = await session.exec(
        select(Transfer)
        .where(
            Transfer.payout_request_id == request_id,
            col(Transfer.kind).in_([TransferKind.PAYOUT_PAID, TransferKind.PAYOUT_FEE]),
        )
        .order_by(col(Transfer.id))
    )
    taken = await change_if(
        session, USERS, user_id, USERS.c.paid >= amount, paid=USERS.c.paid - amount
    )
    assert taken, f"user {user_id} was never paid {amount} cents"
    await post(
        session,
        why,
        [
            Movement(
                payment.credit_account,
                accounts.available(user_id),
                payment.amount,
                TransferKind.PAYOUT_RETURNED,
                f"reverse:{payment.id}",
                user_id=user_id,
                payout_request_id=request_id,
                reverses=payment.id,
            )
            for payment in payments.all()
        ],
    )


async def _take_reserved(
    session: AsyncSession, user_id: int, amount: Cents, *, paid: Cents
) -> None:
    taken = await change_if(
        session,
        USERS,
        user_id,
        USERS.c.reserved >= amount,
        reserved=USERS.c.reserved - amount,
        paid=USERS.c.paid + paid,
    )
    assert taken, f"user {user_id} has no {amount} cents reserved"
