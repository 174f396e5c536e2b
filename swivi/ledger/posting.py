"""Posting: the audit entry, its transfers, and the cached totals they change, always together.

The caches are the money columns of `users`, `campaigns` and `clips`. They are known here as bare columns,
because this room stands below the ones that own those tables; nobody else updates them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, bindparam, column, insert, table, update
from sqlalchemy.sql import ColumnElement
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.money import Cents
from swivi.ledger.models import AuditEntry, Transfer, TransferKind

USERS = table("users", column("id"), column("total_earnings"), column("paid"), column("reserved"))
CAMPAIGNS = table("campaigns", column("id"), column("budget"), column("spent"))
CLIPS = table("clips", column("id"), column("earnings"), column("gross_credited"))

AVAILABLE = USERS.c.total_earnings - USERS.c.paid - USERS.c.reserved
"""What a clipper may withdraw, in cents."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One transfer to be posted: `amount` cents from one account to another, and what it refers to."""

    debit_account: str
    credit_account: str
    amount: Cents
    kind: TransferKind
    idempotency_key: str
    campaign_id: int | None = None
    user_id: int | None = None
    clip_id: int | None = None
    run_id: int | None = None
    payout_request_id: int | None = None
    reverses: int | None = None


async def post(session: AsyncSession, why: AuditEntry, movements: Sequence[Movement]) -> None:
    """Write the audit entry and its transfers. A repeated idempotency key fails the transaction.

    `why.amount` becomes the sum of the movements, which the checker compares (I14).
    """
    why.amount = sum(movement.amount for movement in movements)
    session.add(why)
    await session.flush()
    now = clock.now()
    rows = [
        {
            "debit_account": move.debit_account,
            "credit_account": move.credit_account,
            "amount": move.amount,
            "kind": move.kind,
            "idempotency_key": move.idempotency_key,
            "campaign_id": move.campaign_id,
            "user_id": move.user_id,
            "clip_id": move.clip_id,
            "run_id": move.run_id,
            "payout_request_id": move.payout_request_id,
            "reverses": move.reverses,
            "audit_id": why.id,
            "created_at": now,
        }
        for move in movements
    ]
    await session.execute(insert(Transfer), rows)


async def add_to_each(session: AsyncSession, cache: Any, amounts: Iterable[tuple[int, Cents]], *columns: str) -> None:
    """Add each `(row id, cents)` to the named columns of a cache, in one bulk statement, ids ascending.

    One order for all: two transactions that touch the same rows wait for each other instead of deadlocking.
    """
    rows = [{"row_id": row_id, "added": added} for row_id, added in sorted(amounts)]
    if not rows:
        return
    statement = (
        update(cache)
        .where(cache.c.id == bindparam("row_id"))
        .values({name: cache.c[name] + bindparam("added") for name in columns})
    )
    connection = await session.connection()
    await connection.execute(statement, rows)


async def change_if(session: AsyncSession, cache: Any, row_id: int, guard: ColumnElement[bool], **values: Any) -> bool:
    """Change one row of a cache if `guard` holds at that very moment; whether it did."""
    changed: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(cache).where(cache.c.id == row_id, guard).values(**values)
    )
    return changed.rowcount == 1
