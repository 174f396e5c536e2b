"""Posting: an audit entry, its transfers and the cached totals that they change, always together.

The caches are the money columns of `users`, `campaigns` and `clips`. This room knows them as bare
columns, because it stands below the rooms that own those tables. Nothing else updates them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    FromClause,
    String,
    cast,
    column,
    insert,
    literal,
    null,
    select,
    table,
    update,
)
from sqlalchemy.sql import ColumnElement
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.guarded import changed_one
from swivi.core.money import Cents
from swivi.domain.ledger import accounts
from swivi.domain.ledger.models import AuditEntry, Transfer, TransferKind

USERS = table("users", column("id"), column("total_earnings"), column("paid"), column("reserved"))
CAMPAIGNS = table(
    "campaigns", column("id"), column("budget"), column("spent"), column("is_test", Boolean)
)
CLIPS = table("clips", column("id"), column("earnings"), column("gross_credited"))

AVAILABLE = USERS.c.total_earnings - USERS.c.paid - USERS.c.reserved
"""SQL for a clipper's available cents."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A transfer to post: `amount` cents from one account to another, and what it refers to."""

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
    """Write the audit entry and its transfers. A repeated idempotency key fails the transaction."""
    await note(session, why, sum(movement.amount for movement in movements))
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


async def post_accruals(
    session: AsyncSession,
    why: AuditEntry,
    due: FromClause,
    campaign_id: int,
    run_id: int,
    *,
    is_test: bool,
) -> None:
    """Write the transfers of one settlement: one for each (clip_id, user_id, amount) of `due`.

    Like `post`, but the database makes the rows, because a settlement may have tens of thousands.
    Those of a test campaign credit the sandbox and name no user, so no balance grows by them (I17).
    """
    payee = null() if is_test else due.c.user_id
    constants = {
        "debit_account": accounts.campaign_budget(campaign_id),
        "kind": TransferKind.ACCRUAL,
        "campaign_id": campaign_id,
        "run_id": run_id,
        "audit_id": why.id,
        "created_at": why.at,
    }
    made = {
        "credit_account": literal(accounts.SANDBOX)
        if is_test
        else accounts.available_of_each(due.c.user_id),
        "amount": due.c.amount,
        "idempotency_key": literal(f"run:{run_id}:clip:") + cast(due.c.clip_id, String),
        "user_id": payee,
        "clip_id": due.c.clip_id,
    }
    written = Transfer.__table__.c  # type: ignore[attr-defined]
    rows = select(
        *(literal(value, written[name].type) for name, value in constants.items()), *made.values()
    )
    # Not through the session, which would track objects that nothing uses.
    connection = await session.connection()
    await connection.execute(insert(Transfer).from_select([*constants, *made], rows))


async def note(session: AsyncSession, why: AuditEntry, amount: Cents) -> None:
    """Write the audit entry of transfers that sum to `amount`, which the check I14 compares."""
    why.amount = amount
    session.add(why)
    await session.flush()


async def change_if(
    session: AsyncSession, cache: Any, row_id: int, guard: ColumnElement[bool], **values: Any
) -> bool:
    """Update one row of a cache if `guard` holds at that moment, and return whether it did."""
    return await changed_one(
        session, update(cache).where(cache.c.id == row_id, guard).values(**values)
    )
