"""Each clipper's balance beside the sum of their transfers. Read-only."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.accounts.models import User, UserStatus
from swivi.domain.ledger.models import Transfer, TransferKind
from swivi.domain.payouts.terms import PayoutTerms


@dataclass(frozen=True, slots=True)
class Totals:
    """A clipper's money in cents."""

    earned: Cents
    paid: Cents
    reserved: Cents

    @property
    def available(self) -> Cents:
        """The cents that may be withdrawn."""
        return self.earned - self.paid - self.reserved


@dataclass(frozen=True, slots=True)
class Balance:
    """A clipper's balance: `cached` on the user's row, and `ledger` by the transfers."""

    user_id: int
    name: str
    email: str
    is_active: bool
    """False for a disabled clipper, who cannot request a payout."""
    cached: Totals
    ledger: Totals

    @property
    def agrees(self) -> bool:
        """Whether each term equals the sum of its transfers."""
        return self.cached == self.ledger

    def payable(self, terms: PayoutTerms) -> Cents:
        """Return what the clipper may request now, in cents."""
        return terms.requestable(self.cached.available) if self.is_active else 0

    def blocked(self, terms: PayoutTerms) -> Cents:
        """Return what the clipper could request if the account were not disabled, in cents."""
        return 0 if self.is_active else terms.requestable(self.cached.available)


EARNED = {TransferKind.ACCRUAL: 1, TransferKind.ACCRUAL_REVERSED: -1}
PAID = {TransferKind.PAYOUT_PAID: 1, TransferKind.PAYOUT_FEE: 1, TransferKind.PAYOUT_RETURNED: -1}
RESERVED = {
    TransferKind.PAYOUT_RESERVED: 1,
    TransferKind.PAYOUT_RELEASED: -1,
    TransferKind.PAYOUT_PAID: -1,
    TransferKind.PAYOUT_FEE: -1,
}
"""The sign with which each kind of transfer counts towards a term of the balance."""


async def balances(session: AsyncSession) -> list[Balance]:
    """Return the balances of all users with money or a transfer, by id."""
    sums = (
        select(
            col(Transfer.user_id),
            _sum(EARNED, "earned"),
            _sum(PAID, "paid"),
            _sum(RESERVED, "reserved"),
        )
        .where(col(Transfer.user_id).is_not(None))
        .group_by(col(Transfer.user_id))
        .subquery()
    )
    terms = [func.coalesce(sums.c[name], 0) for name in ("earned", "paid", "reserved")]
    query: Any = (
        select(User, *terms)
        .join(sums, sums.c.user_id == User.id, isouter=True)
        .where(
            or_(
                sums.c.user_id.is_not(None),
                User.total_earnings != 0,
                User.paid != 0,
                User.reserved != 0,
            )
        )
        .order_by(col(User.id))
    )
    found = await session.exec(query)
    return [
        _balance(user, Totals(*(int(term) for term in by_ledger)))
        for user, *by_ledger in found.all()
    ]


def _sum(signs: dict[TransferKind, int], name: str) -> Any:
    signed = case(
        *(
            (col(Transfer.kind) == kind, sign * col(Transfer.amount))
            for kind, sign in signs.items()
        ),
        else_=0,
    )
    return func.sum(signed).label(name)


def _balance(user: User, ledger: Totals) -> Balance:
    cached = Totals(user.total_earnings, user.paid, user.reserved)
    return Balance(user.id, user.name, user.email, user.status is UserStatus.ACTIVE, cached, ledger)
