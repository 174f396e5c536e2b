"""A statement: every movement of one account, what was left after it, and of each accrual how it came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.models import User
from swivi.campaigns.models import Campaign
from swivi.clips.models import Clip, ClipSubmission
from swivi.core.money import Cents
from swivi.insights.accrual_story import Made, made
from swivi.insights.days import DAY, start_of
from swivi.ledger import accounts
from swivi.ledger.models import Transfer, TransferKind


@dataclass(frozen=True, slots=True)
class Account:
    """Whose statement: a clipper's available money, or what is left of a campaign's budget."""

    name: str
    user_id: int | None = None
    campaign_id: int | None = None

    @property
    def toward(self) -> ColumnElement[int]:
        """A transfer's cents as this account sees them: less than zero where it gives."""
        return case((col(Transfer.credit_account) == self.name, col(Transfer.amount)), else_=-col(Transfer.amount))

    @property
    def transfers(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions of its transfers; by user or campaign first, for which there are indexes."""
        owner = (
            col(Transfer.user_id) == self.user_id
            if self.user_id is not None
            else col(Transfer.campaign_id) == self.campaign_id
        )
        return owner, (col(Transfer.debit_account) == self.name) | (col(Transfer.credit_account) == self.name)


def of_clipper(user_id: int) -> Account:
    """The statement of what a clipper may withdraw."""
    return Account(accounts.available(user_id), user_id=user_id)


def of_campaign(campaign_id: int) -> Account:
    """The statement of a campaign's budget, for its brand."""
    return Account(accounts.campaign_budget(campaign_id), campaign_id=campaign_id)


@dataclass(frozen=True, slots=True)
class Period:
    """UTC days, both included; None is without end."""

    first: date | None = None
    last: date | None = None

    @property
    def holds(self) -> list[ColumnElement[bool]]:
        """The conditions that a transfer lies within."""
        at = col(Transfer.created_at)
        begun = [] if self.first is None else [at >= start_of(self.first)]
        return begun + ([] if self.last is None else [at < start_of(self.last + DAY)])


@dataclass(frozen=True, slots=True)
class Line:
    """One movement: `amount` cents, less than zero for what went, and the `balance` after it.

    `clipper`, `campaign_title` and `clip_url` are None where there is none; `made` is there for accruals only.
    """

    transfer_id: int
    at: datetime
    kind: TransferKind
    amount: Cents
    balance: Cents
    campaign_id: int | None
    campaign_title: str | None
    clipper: str | None
    submission_id: int | None
    clip_url: str | None
    payout_request_id: int | None
    reverses: int | None
    made: Made | None


@dataclass(frozen=True, slots=True)
class Sums:
    """A period in a few numbers: cents before and after it, what moved by kind (signed), and how many lines."""

    opening: Cents
    closing: Cents
    moved: dict[TransferKind, Cents]
    lines: int


async def first_day(session: AsyncSession, account: Account) -> date | None:
    """The UTC day of its first movement; None before there is one."""
    found = await session.exec(select(func.min(Transfer.created_at)).where(*account.transfers))
    first: datetime | None = found.one()
    return None if first is None else first.date()


async def sums(session: AsyncSession, account: Account, period: Period) -> Sums:
    """The period's numbers: opening + all that moved = closing."""
    found = await session.exec(
        select(Transfer.kind, func.sum(account.toward), func.count())
        .where(*account.transfers, *period.holds)
        .group_by(col(Transfer.kind))
    )
    rows = found.all()
    moved = {TransferKind(kind): int(cents) for kind, cents, _ in rows}
    opening = 0 if period.first is None else await _balance(session, account, *Period(last=period.first - DAY).holds)
    return Sums(opening, opening + sum(moved.values()), moved, sum(number for *_, number in rows))


async def page(session: AsyncSession, account: Account, period: Period, *, limit: int, offset: int) -> list[Line]:
    """Some of its lines, newest first."""
    found = await session.exec(
        select(Transfer)
        .where(*account.transfers, *period.holds)
        .order_by(col(Transfer.id).desc())
        .limit(limit)
        .offset(offset)
    )
    return list(reversed(await _lines(session, account, found.all()[::-1])))


async def lines_after(
    session: AsyncSession, account: Account, period: Period, last_id: int, *, limit: int
) -> list[Line]:
    """The lines that follow a transfer's, oldest first; 0 begins at the first."""
    found = await session.exec(
        select(Transfer)
        .where(*account.transfers, *period.holds, col(Transfer.id) > last_id)
        .order_by(col(Transfer.id))
        .limit(limit)
    )
    return await _lines(session, account, found.all())


async def _lines(session: AsyncSession, account: Account, transfers: Sequence[Transfer]) -> list[Line]:
    """These transfers, which follow each other, oldest first, with all that explains them."""
    if not transfers:
        return []
    opening = await _balance(session, account, col(Transfer.id) < transfers[0].id)
    amounts = [each.amount if each.credit_account == account.name else -each.amount for each in transfers]
    balances = list(accumulate(amounts, initial=opening))[1:]
    how = await made(session, [each for each in transfers if each.kind is TransferKind.ACCRUAL])
    named = await _names(session, transfers)
    return [
        Line(
            transfer_id=each.id,
            at=each.created_at,
            kind=each.kind,
            amount=amount,
            balance=balance,
            campaign_id=each.campaign_id,
            campaign_title=named.campaigns.get(each.campaign_id or 0),
            clipper=named.clippers.get(each.user_id or 0),
            submission_id=named.clips.get(each.clip_id or 0, (None, None))[0],
            clip_url=named.clips.get(each.clip_id or 0, (None, None))[1],
            payout_request_id=each.payout_request_id,
            reverses=each.reverses,
            made=how.get(each.id),
        )
        for each, amount, balance in zip(transfers, amounts, balances, strict=True)
    ]


async def _balance(session: AsyncSession, account: Account, *conditions: ColumnElement[bool]) -> Cents:
    found = await session.exec(select(func.sum(account.toward)).where(*account.transfers, *conditions))
    return int(found.one() or 0)


@dataclass(frozen=True, slots=True)
class _Names:
    """What ids stand for: titles of campaigns, names of clippers, submission and link of clips."""

    campaigns: dict[int, str]
    clippers: dict[int, str]
    clips: dict[int, tuple[int, str]]


async def _names(session: AsyncSession, transfers: Sequence[Transfer]) -> _Names:
    campaigns = select(Campaign.id, Campaign.title).where(_among(Campaign.id, {each.campaign_id for each in transfers}))
    clippers = select(User.id, User.name).where(_among(User.id, {each.user_id for each in transfers}))
    clips = (
        select(Clip.id, ClipSubmission.id, ClipSubmission.url)
        .join(ClipSubmission, col(ClipSubmission.id) == col(Clip.submission_id))
        .where(_among(Clip.id, {each.clip_id for each in transfers}))
    )
    return _Names(
        campaigns=dict((await session.exec(campaigns)).all()),
        clippers=dict((await session.exec(clippers)).all()),
        clips={clip_id: (number, url) for clip_id, number, url in (await session.exec(clips)).all()},
    )


def _among(column: Any, ids: set[int | None]) -> ColumnElement[bool]:
    return col(column).in_([each for each in ids if each is not None])
