"""Statements to download: a clipper's own, and any clipper's or campaign's for admins."""

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends

from swivi.api.http.access import Clipper, admin, clipper
from swivi.api.http.parameters import FirstDay, LastDay
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import Dollars, DollarsOrNone, Id, IdOrNone, RowId, View
from swivi.api.http.streamed_tables import (
    Columns,
    Csv,
    Json,
    as_csv,
    as_json,
    dollars,
    listed_as,
    utc,
)
from swivi.core.errors import NotFound
from swivi.core.money import CURRENCY, Cents
from swivi.domain.accounts import service as accounts
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import NoSuchCampaign
from swivi.domain.ledger.models import TransferKind
from swivi.insights.money import statement
from swivi.insights.money.accrual_story import AccrualStory, LastShare
from swivi.insights.money.statement import Account, Line, Period
from swivi.runtime.runtime import runtime

LINES_AT_ONCE = 500

clipper_router = APIRouter(
    prefix="/clippers/statement", tags=["clippers"], dependencies=[Depends(clipper)]
)
admin_router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(admin)])


class EarningsBreakdown(View):
    """How an amount was earned. Counts are views, money is dollars, `rate` is per 1,000 views.

    `stillDue` is `worth` minus `creditedBefore`. `dueWithinCap` is what the cap per clipper leaves
    of it. If the budget did not cover all clips, `budgetLeft` was shared among clips that were due
    `budgetWanted` together; otherwise both are null. `addsUp` is the result of a recomputation.
    """

    run_id: Id
    reading_id: Id
    read_at: datetime
    views: int
    initial_views: int
    growth: int
    min_views: int
    rate: Dollars
    max_per_clip: DollarsOrNone
    worth: Dollars
    credited_before: Dollars
    still_due: Dollars
    max_per_clipper: DollarsOrNone
    due_within_cap: Dollars
    budget_left: DollarsOrNone
    budget_wanted: DollarsOrNone
    adds_up: bool

    @classmethod
    def of(cls, made: AccrualStory) -> Self:
        """Return the view of one recomputation."""
        return cls(
            run_id=made.run_id,
            reading_id=made.reading_id,
            read_at=made.read_at,
            views=made.peak_views,
            initial_views=made.initial_views,
            growth=made.growth,
            min_views=made.min_views,
            rate=made.rate,
            max_per_clip=made.max_per_clip,
            worth=made.worth,
            credited_before=made.credited_before,
            still_due=made.demand,
            max_per_clipper=made.max_per_clipper,
            due_within_cap=made.within_cap,
            budget_left=made.share.left if made.share else None,
            budget_wanted=made.share.wanted if made.share else None,
            adds_up=made.adds_up,
        )


class StatementLine(View):
    """One movement of money in dollars, and the balance after it.

    An outgoing amount is negative. `made` is present for earnings only.
    """

    id: Id
    at: datetime
    what: TransferKind
    amount: Dollars
    balance: Dollars
    campaign_id: IdOrNone
    campaign: str | None
    clipper: str | None
    submission_id: IdOrNone
    clip_url: str | None
    payout_request_id: IdOrNone
    reverses: IdOrNone
    made: EarningsBreakdown | None

    @classmethod
    def of(cls, line: Line) -> Self:
        """Return the view of one line."""
        return cls(
            id=line.transfer_id,
            at=line.at,
            what=line.kind,
            amount=line.amount,
            balance=line.balance,
            campaign_id=line.campaign_id,
            campaign=line.campaign_title,
            clipper=line.clipper,
            submission_id=line.submission_id,
            clip_url=line.clip_url,
            payout_request_id=line.payout_request_id,
            reverses=line.reverses,
            made=EarningsBreakdown.of(line.made) if line.made else None,
        )


def _period(
    since: FirstDay = None,
    until: LastDay = None,
) -> Period:
    # The last day of the calendar has no next day.
    return Period(since, None if until == date.max else until)


KeyedRequest = Annotated[Period, Depends(_period)]


@clipper_router.get(".csv", response_class=Csv)
async def own_statement_as_csv(actor: Clipper, period: KeyedRequest) -> Csv:
    """Download every movement of your balance, oldest first, with how each cent was earned.

    Times are in UTC.
    """
    return _csv("swivi-statement", statement.of_clipper(actor.user_id), period)


@clipper_router.get(".json", response_class=Json, responses=listed_as(StatementLine))
async def own_statement_as_json(actor: Clipper, period: KeyedRequest) -> Json:
    """Download every movement of your balance, oldest first, with how each cent was earned."""
    return _json("swivi-statement", statement.of_clipper(actor.user_id), period)


@admin_router.get("/users/{user_id}/statement.csv", response_class=Csv)
@refuses(NotFound)
async def clippers_statement_as_csv(user_id: RowId, period: KeyedRequest) -> Csv:
    """Download a clipper's statement."""
    return _csv(f"swivi-statement-user-{user_id}", await _of_user(user_id), period)


@admin_router.get(
    "/users/{user_id}/statement.json", response_class=Json, responses=listed_as(StatementLine)
)
@refuses(NotFound)
async def clippers_statement_as_json(user_id: RowId, period: KeyedRequest) -> Json:
    """Download a clipper's statement."""
    return _json(f"swivi-statement-user-{user_id}", await _of_user(user_id), period)


@admin_router.get("/campaigns/{campaign_id}/statement.csv", response_class=Csv)
@refuses(NoSuchCampaign)
async def campaigns_statement_as_csv(campaign_id: RowId, period: KeyedRequest) -> Csv:
    """Download every movement of a campaign's budget, oldest first, with how each cent was earned.

    Times are in UTC.
    """
    return _csv(f"swivi-statement-campaign-{campaign_id}", await _of_campaign(campaign_id), period)


@admin_router.get(
    "/campaigns/{campaign_id}/statement.json",
    response_class=Json,
    responses=listed_as(StatementLine),
)
@refuses(NoSuchCampaign)
async def campaigns_statement_as_json(campaign_id: RowId, period: KeyedRequest) -> Json:
    """Download every movement of a campaign's budget, oldest first."""
    return _json(f"swivi-statement-campaign-{campaign_id}", await _of_campaign(campaign_id), period)


async def _of_user(user_id: int) -> Account:
    async with runtime().database.reading() as session:
        return statement.of_clipper((await accounts.by_id(session, user_id)).id)


async def _of_campaign(campaign_id: int) -> Account:
    async with runtime().database.reading() as session:
        return statement.of_campaign((await campaigns.get(session, campaign_id)).id)


def _csv(name: str, account: Account, period: Period) -> Csv:
    return as_csv(name, COLUMNS, _lines(account, period))


def _json(name: str, account: Account, period: Period) -> Json:
    return as_json(name, _lines(account, period), StatementLine.of)


async def _lines(account: Account, period: Period) -> AsyncIterator[list[Line]]:
    last_id = 0
    while True:
        async with runtime().database.reading() as session:
            lines = await statement.lines_after(
                session, account, period, last_id, limit=LINES_AT_ONCE
            )
        if not lines:
            return
        yield lines
        last_id = lines[-1].transfer_id


def _of_earnings(cell: Callable[[AccrualStory], object]) -> Callable[[Line], object]:
    """Return a cell that is empty for a movement other than earnings."""
    return lambda line: "" if line.made is None else cell(line.made)


def _of_share(cents: Callable[[LastShare], Cents]) -> Callable[[Line], object]:
    """Return a cell that is empty unless the budget was shared."""
    return _of_earnings(lambda made: "" if made.share is None else dollars(cents(made.share)))


COLUMNS: Columns[Line] = {
    "id": lambda line: line.transfer_id,
    "at": lambda line: utc(line.at),
    "what": lambda line: line.kind,
    "amount": lambda line: dollars(line.amount),
    "balance": lambda line: dollars(line.balance),
    "currency": lambda _: CURRENCY,
    "campaign_id": lambda line: line.campaign_id,
    "campaign": lambda line: line.campaign_title,
    "clipper": lambda line: line.clipper,
    "submission_id": lambda line: line.submission_id,
    "clip": lambda line: line.clip_url,
    "payout_request_id": lambda line: line.payout_request_id,
    "reverses": lambda line: line.reverses,
    "run_id": _of_earnings(lambda made: made.run_id),
    "reading_id": _of_earnings(lambda made: made.reading_id),
    "read_at": _of_earnings(lambda made: utc(made.read_at)),
    "views": _of_earnings(lambda made: made.peak_views),
    "initial_views": _of_earnings(lambda made: made.initial_views),
    "growth": _of_earnings(lambda made: made.growth),
    "min_views": _of_earnings(lambda made: made.min_views),
    "rate_per_1000": _of_earnings(lambda made: dollars(made.rate)),
    "max_per_clip": _of_earnings(lambda made: dollars(made.max_per_clip)),
    "worth": _of_earnings(lambda made: dollars(made.worth)),
    "credited_before": _of_earnings(lambda made: dollars(made.credited_before)),
    "still_due": _of_earnings(lambda made: dollars(made.demand)),
    "max_per_clipper": _of_earnings(lambda made: dollars(made.max_per_clipper)),
    "due_within_cap": _of_earnings(lambda made: dollars(made.within_cap)),
    "budget_left": _of_share(lambda share: share.left),
    "budget_wanted": _of_share(lambda share: share.wanted),
    "adds_up": _of_earnings(lambda made: "yes" if made.adds_up else "no"),
}
