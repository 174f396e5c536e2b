"""Campaign budgets and what clips earn from them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnClause, ColumnElement, FromClause
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import bulk
from swivi.core.money import Cents, format_dollars
from swivi.domain.ledger import account_days, accounts
from swivi.domain.ledger.errors import BudgetExceeded
from swivi.domain.ledger.models import AuditEntry, Transfer, TransferKind
from swivi.domain.ledger.posting import (
    AVAILABLE,
    CAMPAIGNS,
    CLIPS,
    USERS,
    Movement,
    change_if,
    note,
    post,
    post_accruals,
)


class Credit(NamedTuple):
    """The cents (> 0) that one settlement credits to a clip."""

    clip_id: int
    user_id: int
    amount: Cents


CREDITS = (bulk.number("clip_id"), bulk.number("user_id"), bulk.number("amount"))


@dataclass(frozen=True, slots=True)
class ExtraColumns:
    """Further columns of the credited clips, written in the same statement to save a second UPDATE.

    `rows` holds values of `columns`, one row per credit in the same order. `changes` makes the new
    values by column name. None of them is money. `clips` is the table as its owner defines it.
    """

    clips: FromClause
    columns: Sequence[ColumnClause[Any]]
    rows: Iterable[tuple[Any, ...]]
    changes: Callable[[FromClause], Mapping[str, ColumnElement[Any]]]


async def change_budget(
    session: AsyncSession, campaign_id: int, *, before: Cents, after: Cents, why: AuditEntry
) -> None:
    """Set a campaign's budget, and move the difference from or to the brand.

    Raise BudgetExceeded if `after` is below what is spent, or `before` is not the current budget.
    """
    guard = (CAMPAIGNS.c.budget == before) & (CAMPAIGNS.c.spent <= after)
    if not await change_if(session, CAMPAIGNS, campaign_id, guard, budget=after):
        raise BudgetExceeded(
            f"The budget cannot be {format_dollars(after)}: more is spent, or it was just changed "
            "by someone else."
        )
    if before == after:
        return
    source, target = accounts.OUTSIDE, accounts.campaign_budget(campaign_id)
    kind = TransferKind.BUDGET_FUNDED
    if after < before:
        source, target, kind = target, source, TransferKind.BUDGET_REDUCED
    key = f"budget:{campaign_id}:{uuid4().hex}"
    await post(
        session,
        why,
        [Movement(source, target, abs(after - before), kind, key, campaign_id=campaign_id)],
    )


async def return_unspent(session: AsyncSession, campaign_id: int, why: AuditEntry) -> Cents:
    """Move the unspent money of a completed campaign back to the brand, and return the cents.

    `budget` and `spent` do not change. The caller has locked the campaign, whose account is empty
    afterwards. The idempotency key allows this once (I12).
    """
    left = (CAMPAIGNS.c.budget - CAMPAIGNS.c.spent).label("unspent")
    unspent = int((await session.scalars(select(left).where(CAMPAIGNS.c.id == campaign_id))).one())
    if unspent == 0:
        return 0
    source, key = accounts.campaign_budget(campaign_id), f"return:{campaign_id}"
    returned = Movement(
        source,
        accounts.OUTSIDE,
        unspent,
        TransferKind.BUDGET_RETURNED,
        key,
        campaign_id=campaign_id,
    )
    await post(session, why, [returned])
    return unspent


async def credit_clips(
    session: AsyncSession,
    campaign_id: int,
    run_id: int,
    credits_due: Sequence[Credit],
    why: AuditEntry,
    *,
    beside: ExtraColumns,
) -> Cents:
    """Credit clips from a campaign's budget in bulk, and return the sum in cents.

    The idempotency key allows one transfer per run and clip (I5). The caller has locked the
    campaign and the clippers, in the order of their ids. Raise BudgetExceeded if the budget does
    not cover the sum: the caller must share what remains first. A test campaign credits the sandbox
    and no clipper.
    """
    total = sum(credit.amount for credit in credits_due)
    if total == 0:
        return 0
    guard = CAMPAIGNS.c.spent + total <= CAMPAIGNS.c.budget
    if not await change_if(session, CAMPAIGNS, campaign_id, guard, spent=CAMPAIGNS.c.spent + total):
        raise BudgetExceeded("The campaign's budget does not cover these earnings.")
    is_test = await _is_test(session, campaign_id)
    await note(session, why, total)
    rows = ((*credit, *more) for credit, more in zip(credits_due, beside.rows, strict=True))
    due = bulk.listed(session, (*CREDITS, *beside.columns), rows)
    await post_accruals(session, why, due, campaign_id, run_id, is_test=is_test)
    await account_days.add_settlement(session, why)
    earned = {name: beside.clips.c[name] + due.c.amount for name in ("earnings", "gross_credited")}
    await bulk.change_each(session, beside.clips, due.c.clip_id, {**beside.changes(due), **earned})
    if not is_test:
        await _add_earnings(session, credits_due)
    return total


async def _is_test(session: AsyncSession, campaign_id: int) -> bool:
    """Return whether this is a test campaign, read from the row. The ledger trusts no caller."""
    found = await session.scalars(select(CAMPAIGNS.c.is_test).where(CAMPAIGNS.c.id == campaign_id))
    return bool(found.one())


async def _add_earnings(session: AsyncSession, credits_due: Sequence[Credit]) -> None:
    by_user: defaultdict[int, Cents] = defaultdict(int)
    for credit in credits_due:
        by_user[credit.user_id] += credit.amount
    await bulk.add_to_each(session, USERS, list(by_user.items()), "total_earnings")


async def recoverable(session: AsyncSession, clip_id: int, *, available: Cents) -> Cents:
    """Return the cents that `reverse_clip` would recover, if the clipper has `available` cents."""
    return sum(
        movement.amount for movement in _reversals(await _accruals(session, clip_id), available)
    )


async def reverse_clip(
    session: AsyncSession,
    campaign_id: int,
    clip_id: int,
    user_id: int,
    *,
    available: Cents,
    why: AuditEntry,
) -> Cents:
    """Reverse a clip's earnings, newest first, as far as `available` cents cover them.

    Return the recovered cents. Money in the sandbox is reversed completely. Each reversal names the
    transfer that it reverses, which can happen once (I4). Raise BudgetExceeded if the clipper's
    balance fell meanwhile.
    """
    movements = _reversals(await _accruals(session, clip_id), available)
    recovered = sum(movement.amount for movement in movements)
    if recovered == 0:
        session.add(why)
        return 0
    owed = sum(movement.amount for movement in movements if movement.user_id is not None)
    taken = await change_if(
        session, USERS, user_id, owed <= AVAILABLE, total_earnings=USERS.c.total_earnings - owed
    )
    if not taken:
        raise BudgetExceeded("The clipper's balance changed meanwhile. Please try again.")
    await bulk.add_to_each(session, CAMPAIGNS, [(campaign_id, -recovered)], "spent")
    await bulk.add_to_each(session, CLIPS, [(clip_id, -recovered)], "earnings")
    await post(session, why, movements)
    return recovered


async def _accruals(session: AsyncSession, clip_id: int) -> Sequence[Transfer]:
    found = await session.exec(
        select(Transfer)
        .where(Transfer.clip_id == clip_id, Transfer.kind == TransferKind.ACCRUAL)
        .order_by(col(Transfer.id).desc())
    )
    return found.all()


def _reversals(accruals: Sequence[Transfer], coverable: Cents) -> list[Movement]:
    movements = []
    for accrual in accruals:
        is_owed = accrual.user_id is not None
        amount = min(accrual.amount, coverable) if is_owed else accrual.amount
        if amount == 0:
            continue
        coverable -= amount if is_owed else 0
        movements.append(
            Movement(
                accrual.credit_account,
                accrual.debit_account,
                amount,
                TransferKind.ACCRUAL_REVERSED,
                f"reverse:{accrual.id}",
                campaign_id=accrual.campaign_id,
                user_id=accrual.user_id,
                clip_id=accrual.clip_id,
                reverses=accrual.id,
            )
        )
    return movements
