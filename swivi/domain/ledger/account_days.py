"""The sum that each account moved per UTC day and kind: a rollup of the transfers.

The transaction of the transfers writes it: `add_settlement` for a settlement, a trigger for
anything else (alembic/versions/2026_11_28_tallies.py). It covers the accounts that have statements:
budgets, and clippers' available money.
"""

from sqlalchemy import Column, Date, String, Table, func, literal, select
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.totals import add, key_word, total
from swivi.domain.ledger.accounts import SANDBOX
from swivi.domain.ledger.models import AuditEntry, Transfer, TransferKind

ACCOUNT_DAYS = Table(
    "account_days",
    SQLModel.metadata,
    Column("account", String, primary_key=True),
    Column("day", Date, primary_key=True),
    key_word("kind"),
    total("amount"),
    total("lines"),
)
"""`amount` is cents, negative for money that left; `lines` is a number of transfers."""


async def add_settlement(session: AsyncSession, why: AuditEntry) -> None:
    """Add the accruals of one settlement, which have this audit entry and its time."""
    for account, amount in (
        (col(Transfer.debit_account), -func.sum(col(Transfer.amount))),
        (col(Transfer.credit_account), func.sum(col(Transfer.amount))),
    ):
        await add(
            session,
            ACCOUNT_DAYS,
            select(
                account.label("account"),
                literal(why.at.date(), Date).label("day"),
                literal(TransferKind.ACCRUAL.value).label("kind"),
                amount.label("amount"),
                func.count().label("lines"),
            )
            .where(col(Transfer.audit_id) == why.id, account != SANDBOX)
            .group_by(account)
            .order_by(account),  # one order for all who add to the same rows
        )
