"""Statements to take away and check: a clipper's own, anybody's for admins, and a campaign's for
its brand.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends

from swivi.api.http.access import Clipper, admin, clipper
from swivi.api.http.parameters import FirstDay, LastDay
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import Dollars, DollarsOrNone, Id, IdOrNone, RowId, View
from swivi.api.http.streamed_tables import (
    Cells,
    Csv,
    Json,
    as_csv,
    as_json,
    dollars,
    listed_as,
    utc,
)
from swivi.core.errors import NotFound
from swivi.core.money import CURRENCY
from swivi.domain.accounts import service as accounts
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import NoSuchCampaign
from swivi.domain.ledger.models import TransferKind
from swivi.insights.money import statement
from swivi.insights.money.accrual_story import AccrualStory
from swivi.insights.money.statement import Account, Line, Period
from swivi.runtime.runtime import runtime

LINES_AT_ONCE = 500

HEAD = (
    "id,at,what,amount,balance,currency,campaign_id,campaign,clipper,submission_id,clip,payout_request_id,reverses,"
    "run_id,reading_id,read_at,views,initial_views,growth,min_views,rate_per_1000,max_per_clip,worth,credited_before,"
    "still_due,max_per_clipper,due_within_cap,budget_left,budget_wanted,adds_up"
)

clipper_router = APIRouter(
    prefix="/clippers/statement", tags=["clippers"], dependencies=[Depends(clipper)]
)
admin_router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(admin)])


class EarningsBreakdown(View):
    """How earnings came about: counts are views, money is dollars, `rate` is per 1,000 views.

    `stillDue` is `worth` less `creditedBefore`; `dueWithinCap` what the cap per clipper left of it.
    Where the budget did not reach, it had `budgetLeft` for clips that were due `budgetWanted`
    together; both are null otherwise. `addsUp` is what a recomputation says.
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
        """All of it."""
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
    """One movement in dollars, less than zero for what went, and the balance after it; `made` for
    earnings only.
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
        """All of it."""
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
    # The calendar's last day has no next one.
    return Period(since, None if until == date.max else until)


KeyedRequest = Annotated[Period, Depends(_period)]


@clipper_router.get(".csv", response_class=Csv)
async def own_statement_as_csv(actor: Clipper, period: KeyedRequest) -> Csv:
    """Every movement of your balance, oldest first, with how each cent was earned; times in UTC."""
    return _csv("swivi-statement", statement.of_clipper(actor.user_id), period)


@clipper_router.get(".json", response_class=Json, responses=listed_as(StatementLine))
async def own_statement_as_json(actor: Clipper, period: KeyedRequest) -> Json:
    """Every movement of your balance, oldest first, with how each cent was earned."""
    return _json("swivi-statement", statement.of_clipper(actor.user_id), period)


@admin_router.get("/users/{user_id}/statement.csv", response_class=Csv)
@refuses(NotFound)
async def clippers_statement_as_csv(user_id: RowId, period: KeyedRequest) -> Csv:
    """A clipper's statement."""
    return _csv(f"swivi-statement-user-{user_id}", await _of_user(user_id), period)


@admin_router.get(
    "/users/{user_id}/statement.json", response_class=Json, responses=listed_as(StatementLine)
)
@refuses(NotFound)
async def clippers_statement_as_json(user_id: RowId, period: KeyedRequest) -> Json:
    """A clipper's statement."""
    return _json(f"swivi-statement-user-{user_id}", await _of_user(user_id), period)


@admin_router.get("/campaigns/{campaign_id}/statement.csv", response_class=Csv)
@refuses(NoSuchCampaign)
async def campaigns_statement_as_csv(campaign_id: RowId, period: KeyedRequest) -> Csv:
    """Where a campaign's budget came from and went, oldest first, with how each cent was earned;
    times in UTC.
    """
    return _csv(f"swivi-statement-campaign-{campaign_id}", await _of_campaign(campaign_id), period)


@admin_router.get(
    "/campaigns/{campaign_id}/statement.json",
    response_class=Json,
    responses=listed_as(StatementLine),
)
@refuses(NoSuchCampaign)
async def campaigns_statement_as_json(campaign_id: RowId, period: KeyedRequest) -> Json:
    """Where a campaign's budget came from and went, oldest first, with how each cent was earned."""
    return _json(f"swivi-statement-campaign-{campaign_id}", await _of_campaign(campaign_id), period)


async def _of_user(user_id: int) -> Account:
    async with runtime().database.reading() as session:
        return statement.of_clipper((await accounts.by_id(session, user_id)).id)


async def _of_campaign(campaign_id: int) -> Account:
    async with runtime().database.reading() as session:
        return statement.of_campaign((await campaigns.get(session, campaign_id)).id)


def _csv(name: str, account: Account, period: Period) -> Csv:
    return as_csv(name, HEAD, _lines(account, period), _cells)


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


def _cells(line: Line) -> Cells:
    moved = (
        line.transfer_id,
        utc(line.at),
        line.kind,
        dollars(line.amount),
        dollars(line.balance),
        CURRENCY,
    )
    about = (line.campaign_id, line.campaign_title, line.clipper, line.submission_id, line.clip_url)
    return *moved, *about, line.payout_request_id, line.reverses, *_how(line.made)


def _how(made: AccrualStory | None) -> Cells:
    if made is None:
        return ("",) * 17
    seen = (
        made.run_id,
        made.reading_id,
        utc(made.read_at),
        made.peak_views,
        made.initial_views,
        made.growth,
    )
    worth = (made.min_views, dollars(made.rate), dollars(made.max_per_clip), dollars(made.worth))
    due = (
        dollars(made.credited_before),
        dollars(made.demand),
        dollars(made.max_per_clipper),
        dollars(made.within_cap),
    )
    shared = (
        ("", "") if made.share is None else (dollars(made.share.left), dollars(made.share.wanted))
    )
    return *seen, *worth, *due, *shared, "yes" if made.adds_up else "no"
