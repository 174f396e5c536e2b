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
    """What one clip is to be credited in one settlement, in cents (> 0)."""

    clip_id: int
    user_id: int
    amount: Cents


CREDITS = (bulk.number("clip_id"), bulk.number("user_id"), bulk.number("amount"))


@dataclass(frozen=True, slots=True)
class ExtraColumns:
    """What else of the credited clips' rows is written in the same statement, since a second one
    would be as much work.

    `rows` of `columns`, one for each credit and in their order; `changes` makes the new values of
    them, by the names of the clips' columns. None of those is money. `clips` is the table as its
    owner knows it.
    """

    clips: FromClause
    columns: Sequence[ColumnClause[Any]]
    rows: Iterable[tuple[Any, ...]]
    changes: Callable[[FromClause], Mapping[str, ColumnElement[Any]]]


async def change_budget(
    session: AsyncSession, campaign_id: int, *, before: Cents, after: Cents, why: AuditEntry
) -> None:
    """Set a campaign's budget, moving the difference in from or out to the brand.

    Raises BudgetExceeded if `after` is below what is spent, or `before` is no longer the budget.
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
    """Move what a completed campaign did not spend back to the brand; return the cents.

    `budget` and `spent` stay what they were. The caller has locked the campaign, whose account is
    empty after this. The idempotency key lets it happen once (I12).
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
    """Credit clips out of a campaign's budget, in bulk; returns the sum in cents.

    One transfer per (run, clip), which the idempotency key makes unique (I5). The caller has locked
    the campaign and the clippers, in the order of their ids. Raises BudgetExceeded if the budget
    does not cover the sum: the caller shares what remains before it comes here. A test campaign
    credits the sandbox, and no clipper.
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
    """Read the flag from the row itself: the ledger takes no caller's word for where money may
    go.
    """
    found = await session.scalars(select(CAMPAIGNS.c.is_test).where(CAMPAIGNS.c.id == campaign_id))
    return bool(found.one())


async def _add_earnings(session: AsyncSession, credits_due: Sequence[Credit]) -> None:
    by_user: defaultdict[int, Cents] = defaultdict(int)
    for credit in credits_due:
        by_user[credit.user_id] += credit.amount
    await bulk.add_to_each(session, USERS, list(by_user.items()), "total_earnings")


async def recoverable(session: AsyncSession, clip_id: int, *, available: Cents) -> Cents:
    """Return the cents that `reverse_clip` would recover of a clip whose clipper has `available`
    cents.
    """
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
    """Return a clip's earnings to its campaign, newest first, as far as `available` cents cover
    them.

    What the sandbox holds goes back whole. Each reversal names the transfer it takes back, which
    can be reversed only once (I4). Returns what was recovered. Raises BudgetExceeded if the
    clipper's balance fell in the meantime.
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
