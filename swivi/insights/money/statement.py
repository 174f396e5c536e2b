"""Statements: each movement of an account, the balance after it, and how it was earned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import UtcDateTime
from swivi.core.money import Cents
from swivi.domain.accounts.models import User
from swivi.domain.clips.models import Clip, ClipSubmission
from swivi.domain.ledger import accounts
from swivi.domain.ledger.account_days import ACCOUNT_DAYS
from swivi.domain.ledger.models import Transfer, TransferKind
from swivi.insights.campaigns.live import titles_of
from swivi.insights.money.accrual_story import AccrualStory, made
from swivi.insights.shared.days import DAY, start_of
from swivi.insights.shared.sorting import PageWindow, nearer_end


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a statement: a clipper's available money, or a campaign's remaining budget."""

    name: str
    user_id: int | None = None
    campaign_id: int | None = None

    @property
    def toward(self) -> ColumnElement[int]:
        """Return a transfer's cents from this account's side: negative if the account gives."""
        return case(
            (col(Transfer.credit_account) == self.name, col(Transfer.amount)),
            else_=-col(Transfer.amount),
        )

    @property
    def transfers(self) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that select this account's transfers.

        They avoid the accounts' names, which have no index. A transfer that names a campaign moves
        its budget. A transfer that names a user moves their available money, except for the two
        kinds that move reserved money to the outside.
        """
        if self.user_id is None:
            return (col(Transfer.campaign_id) == self.campaign_id,)
        return col(Transfer.user_id) == self.user_id, col(Transfer.kind).not_in(FROM_RESERVED)


FROM_RESERVED = (TransferKind.PAYOUT_PAID, TransferKind.PAYOUT_FEE)


def of_clipper(user_id: int) -> Account:
    """Return the account of a clipper's available money."""
    return Account(accounts.available(user_id), user_id=user_id)


def of_campaign(campaign_id: int) -> Account:
    """Return the account of a campaign's budget."""
    return Account(accounts.campaign_budget(campaign_id), campaign_id=campaign_id)


@dataclass(frozen=True, slots=True)
class Period:
    """UTC days, both included; None is unbounded."""

    first: date | None = None
    last: date | None = None

    @property
    def holds(self) -> list[ColumnElement[bool]]:
        """Return the conditions that select the rows of ACCOUNT_DAYS in this period."""
        day = ACCOUNT_DAYS.c.day
        begun = [] if self.first is None else [day >= self.first]
        return begun + ([] if self.last is None else [day <= self.last])


@dataclass(frozen=True, slots=True)
class Line:
    """One movement: `amount` cents, negative if outgoing, and the `balance` after it.

    `clipper`, `campaign_title` and `clip_url` are None if they do not apply. Only accruals have
    `made`.
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
    made: AccrualStory | None


@dataclass(frozen=True, slots=True)
class PeriodSums:
    """The totals of a period: cents before and after it, signed sums by kind, and the number of
    lines.
    """

    opening: Cents
    closing: Cents
    moved: dict[TransferKind, Cents]
    lines: int


async def first_day(session: AsyncSession, account: Account) -> date | None:
    """The UTC day of the account's first movement; None without any."""
    found = await session.scalars(
        select(func.min(ACCOUNT_DAYS.c.day)).where(ACCOUNT_DAYS.c.account == account.name)
    )
    first: date | None = found.one()
    return first


async def sums(session: AsyncSession, account: Account, period: Period) -> PeriodSums:
    """Return the totals of a period: the opening balance plus all movements is the closing one."""
    found = await session.execute(
        select(ACCOUNT_DAYS.c.kind, func.sum(ACCOUNT_DAYS.c.amount), func.sum(ACCOUNT_DAYS.c.lines))
        .where(ACCOUNT_DAYS.c.account == account.name, *period.holds)
        .group_by(ACCOUNT_DAYS.c.kind)
    )
    rows = found.all()
    moved = {TransferKind(kind): int(cents) for kind, cents, _ in rows}
    opening = 0 if period.first is None else await _balance_before(session, account, period.first)
    return PeriodSums(
        opening, opening + sum(moved.values()), moved, sum(int(number) for *_, number in rows)
    )


async def page(
    session: AsyncSession, account: Account, period: Period, *, limit: int, offset: int
) -> list[Line]:
    """Return one page of lines, newest first."""
    found: list[Transfer] = []
    balance = 0
    for day, lines in await _days(session, account, period):
        if offset >= lines:  # skip whole days by their number of lines
            offset -= lines
            continue
        stretch = nearer_end(limit - len(found), offset, lines)
        of_day = await _of_day(session, account, day, stretch)
        if not found:
            balance = await _balance_above(session, account, day, stretch)
        found, offset = [*found, *of_day], 0
        if len(found) == limit:
            break
    opening = balance - sum(_toward(account, each) for each in found)
    return (await _lines(session, account, found[::-1], opening))[::-1]


async def _days(session: AsyncSession, account: Account, period: Period) -> list[tuple[date, int]]:
    """Return the days with movements and the number of each, newest first."""
    found = await session.execute(
        select(ACCOUNT_DAYS.c.day, func.sum(ACCOUNT_DAYS.c.lines))
        .where(ACCOUNT_DAYS.c.account == account.name, *period.holds)
        .group_by(ACCOUNT_DAYS.c.day)
        .order_by(ACCOUNT_DAYS.c.day.desc())
    )
    return [(day, int(lines)) for day, lines in found.all()]


_NEWEST_FIRST = (col(Transfer.created_at).desc(), col(Transfer.id).desc())
_OLDEST_FIRST = (col(Transfer.created_at).asc(), col(Transfer.id).asc())


async def _of_day(
    session: AsyncSession, account: Account, day: date, stretch: PageWindow
) -> Sequence[Transfer]:
    """Return a range of a day's movements, newest first."""
    order = _OLDEST_FIRST if stretch.backwards else _NEWEST_FIRST
    of_day = select(Transfer).where(*account.transfers, *_within(day)).order_by(*order)
    found = (await session.exec(of_day.limit(stretch.limit).offset(stretch.offset))).all()
    return found[::-1] if stretch.backwards else found


async def _balance_above(
    session: AsyncSession, account: Account, day: date, stretch: PageWindow
) -> Cents:
    """Return the balance after the newest line of a range, from the nearer end of its day."""
    if stretch.backwards:
        before = await _balance_before(session, account, day)
        return before + await _moved(
            session, account, day, _OLDEST_FIRST, stretch.offset + stretch.limit
        )
    after = await _balance_before(session, account, day + DAY)
    return after - await _moved(session, account, day, _NEWEST_FIRST, stretch.offset)


async def _moved(
    session: AsyncSession, account: Account, day: date, order: tuple[Any, ...], first: int
) -> Cents:
    """Return the sum of the first movements of a day, in this order."""
    if not first:
        return 0
    of_day = (
        select(account.toward.label("cents"))
        .where(*account.transfers, *_within(day))
        .order_by(*order)
    )
    counted = of_day.limit(first).subquery()
    return int((await session.scalars(select(func.sum(counted.c.cents)))).one() or 0)


async def lines_after(
    session: AsyncSession, account: Account, period: Period, last_id: int, *, limit: int
) -> list[Line]:
    """Return the lines after this transfer, oldest first; 0 starts at the first one."""
    place = (col(Transfer.created_at), col(Transfer.id))
    last = await session.get(Transfer, last_id)
    after = (
        []
        if last is None
        else [tuple_(*place) > tuple_(literal(last.created_at, UtcDateTime), literal(last.id))]
    )
    bounds = [col(Transfer.created_at) >= start_of(period.first)] if period.first else []
    bounds += [col(Transfer.created_at) < start_of(period.last + DAY)] if period.last else []
    found = (
        await session.exec(
            select(Transfer)
            .where(*account.transfers, *bounds, *after)
            .order_by(*place)
            .limit(limit)
        )
    ).all()
    if not found:
        return []
    first = found[0]
    earlier = tuple_(*place) < tuple_(literal(first.created_at, UtcDateTime), literal(first.id))
    same_day = col(Transfer.created_at) >= start_of(first.created_at.date())
    of_day = select(func.sum(account.toward)).where(*account.transfers, same_day, earlier)
    opening = await _balance_before(session, account, first.created_at.date())
    return await _lines(
        session, account, found, opening + int((await session.scalars(of_day)).one() or 0)
    )


async def _lines(
    session: AsyncSession, account: Account, transfers: Sequence[Transfer], opening: Cents
) -> list[Line]:
    """Return the lines of these consecutive transfers, oldest first, starting from this balance."""
    if not transfers:
        return []
    amounts = [_toward(account, each) for each in transfers]
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


def _toward(account: Account, transfer: Transfer) -> Cents:
    return transfer.amount if transfer.credit_account == account.name else -transfer.amount


def _within(day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Transfer.created_at) >= start_of(day), col(Transfer.created_at) < start_of(day + DAY)


async def _balance_before(session: AsyncSession, account: Account, day: date) -> Cents:
    found = await session.scalars(
        select(func.sum(ACCOUNT_DAYS.c.amount)).where(
            ACCOUNT_DAYS.c.account == account.name, ACCOUNT_DAYS.c.day < day
        )
    )
    return int(found.one() or 0)


@dataclass(frozen=True, slots=True)
class _Names:
    """Look up what the ids stand for: campaigns' titles, clippers' names, clips' submissions and
    links.
    """

    campaigns: dict[int, str]
    clippers: dict[int, str]
    clips: dict[int, tuple[int, str]]


async def _names(session: AsyncSession, transfers: Sequence[Transfer]) -> _Names:
    campaigns = {each.campaign_id for each in transfers if each.campaign_id is not None}
    clippers = select(User.id, User.name).where(
        _among(User.id, {each.user_id for each in transfers})
    )
    clips = (
        select(Clip.id, ClipSubmission.id, ClipSubmission.url)
        .join(ClipSubmission, col(ClipSubmission.id) == col(Clip.submission_id))
        .where(_among(Clip.id, {each.clip_id for each in transfers}))
    )
    return _Names(
        campaigns=await titles_of(session, list(campaigns)),
        clippers=dict((await session.exec(clippers)).all()),
        clips={
            clip_id: (number, url) for clip_id, number, url in (await session.exec(clips)).all()
        },
    )


def _among(column: Any, ids: set[int | None]) -> ColumnElement[bool]:
    return col(column).in_([each for each in ids if each is not None])
