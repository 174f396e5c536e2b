"""A statement: every movement of one account, what was left after it, and of each accrual how it
came about.
"""

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
    """Whose statement: a clipper's available money, or what is left of a campaign's budget."""

    name: str
    user_id: int | None = None
    campaign_id: int | None = None

    @property
    def toward(self) -> ColumnElement[int]:
        """A transfer's cents as this account sees them: less than zero where it gives."""
        return case(
            (col(Transfer.credit_account) == self.name, col(Transfer.amount)),
            else_=-col(Transfer.amount),
        )

    @property
    def transfers(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions of its transfers.

        Not by the names of the accounts, for which there is no index: what names a campaign moves
        its budget, and what names a user moves what they may withdraw, but for the two kinds that
        go from what is reserved to the outside.
        """
        if self.user_id is None:
            return (col(Transfer.campaign_id) == self.campaign_id,)
        return col(Transfer.user_id) == self.user_id, col(Transfer.kind).not_in(FROM_RESERVED)


FROM_RESERVED = (TransferKind.PAYOUT_PAID, TransferKind.PAYOUT_FEE)


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
        """The conditions that a row of ACCOUNT_DAYS lies within."""
        day = ACCOUNT_DAYS.c.day
        begun = [] if self.first is None else [day >= self.first]
        return begun + ([] if self.last is None else [day <= self.last])


@dataclass(frozen=True, slots=True)
class Line:
    """One movement: `amount` cents, less than zero for what went, and the `balance` after it.

    `clipper`, `campaign_title` and `clip_url` are None where there is none; `made` is there for
    accruals only.
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
    """A period in a few numbers: cents before and after it, what moved by kind (signed), and how
    many lines.
    """

    opening: Cents
    closing: Cents
    moved: dict[TransferKind, Cents]
    lines: int


async def first_day(session: AsyncSession, account: Account) -> date | None:
    """The UTC day of its first movement; None before there is one."""
    found = await session.scalars(
        select(func.min(ACCOUNT_DAYS.c.day)).where(ACCOUNT_DAYS.c.account == account.name)
    )
    first: date | None = found.one()
    return first


async def sums(session: AsyncSession, account: Account, period: Period) -> PeriodSums:
    """The period's numbers: opening + all that moved = closing."""
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
    """Some of its lines, newest first."""
    found: list[Transfer] = []
    balance = 0
    for day, lines in await _days(session, account, period):
        if offset >= lines:  # whole days are skipped by what is known of them
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
    """The days with movements, newest first, and how many each had."""
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
    """A stretch of a day's movements, newest first."""
    order = _OLDEST_FIRST if stretch.backwards else _NEWEST_FIRST
    of_day = select(Transfer).where(*account.transfers, *_within(day)).order_by(*order)
    found = (await session.exec(of_day.limit(stretch.limit).offset(stretch.offset))).all()
    return found[::-1] if stretch.backwards else found


async def _balance_above(
    session: AsyncSession, account: Account, day: date, stretch: PageWindow
) -> Cents:
    """The balance after the newest line of a stretch, from that end of its day that is nearer."""
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
    """What the first of a day's movements, so many in this order, come to."""
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
    """The lines that follow a transfer's, oldest first; 0 begins at the first."""
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
    """These transfers, which follow each other, oldest first, with all that explains them, from
    this balance on.
    """
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
    """What ids stand for: titles of campaigns, names of clippers, submission and link of clips."""

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
