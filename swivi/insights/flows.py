"""Read-only: views that came and cents that were spent, by day (UTC), platform and campaign, from `tallies.DAYS`.

Spending is what the ledger says: accruals less what was taken back, on the day of the transfer. Views are the growth
of each clip's peak, on the day that it was counted for earnings: a count that fell and rose again is not counted twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.campaigns.models import Campaign
from swivi.clips.tallies import DAYS
from swivi.core.money import VIEWS_PER_RATE, Cents
from swivi.insights.days import each_day
from swivi.ledger.models import TransferKind
from swivi.platforms.models import Platform

EARNING_KINDS = (TransferKind.ACCRUAL, TransferKind.ACCRUAL_REVERSED)


@dataclass(frozen=True, slots=True)
class Flow:
    """Views that came, and cents that were spent on them."""

    views: int = 0
    spent: Cents = 0

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(self.views + other.views, self.spent + other.spent)

    def __sub__(self, other: "Flow") -> "Flow":
        return Flow(self.views - other.views, self.spent - other.spent)

    @property
    def effective_cpm(self) -> Cents | None:
        """What 1,000 views cost, in cents, rounded half up; None without views."""
        if self.views <= 0:
            return None
        return (2 * self.spent * VIEWS_PER_RATE + self.views) // (2 * self.views)


@dataclass(frozen=True, slots=True)
class Compared:
    """The days that were asked for, and as many days before them."""

    now: Flow = Flow()
    before: Flow = Flow()

    def __add__(self, other: "Compared") -> "Compared":
        return Compared(self.now + other.now, self.before + other.before)

    def __sub__(self, other: "Compared") -> "Compared":
        return Compared(self.now - other.now, self.before - other.before)


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def hold(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """The conditions that a row of DAYS lies within."""
        return (DAYS.c.day >= self.first, DAYS.c.day <= self.last)


def wanted(campaign_id: int | None, platform: Platform | None) -> list[ColumnElement[bool]]:
    """The conditions that a row of DAYS is of this campaign and platform; None is any."""
    of_campaign = [] if campaign_id is None else [DAYS.c.campaign_id == campaign_id]
    return of_campaign + ([] if platform is None else [DAYS.c.platform == platform.value])


async def by_day_and_platform(
    session: AsyncSession, days: Days, narrowed: Sequence[ColumnElement[bool]] = ()
) -> list[tuple[date, Platform, Flow]]:
    """What came and was spent; a day and platform without anything is not there."""
    found = await session.execute(
        select(DAYS.c.day, DAYS.c.platform, func.sum(DAYS.c.views), func.sum(DAYS.c.spent))
        .where(*days.hold, *narrowed)
        .group_by(DAYS.c.day, DAYS.c.platform)
        .order_by(DAYS.c.day, DAYS.c.platform)
    )
    return [(day, Platform(platform), Flow(int(views), int(spent))) for day, platform, views, spent in found.all()]


async def by_campaign(
    session: AsyncSession,
    days: Days,
    first: date,
    narrowed: Sequence[ColumnElement[bool]] = (),
    *,
    most: int | None = None,
) -> tuple[list[tuple[int, str, Compared]], int]:
    """Of each campaign (id, title) what came from `first` on, beside what came before, and how many there are.

    Those with most spending, then views, come first, at most `most` of them; those without anything are not there.
    """

    def sums(of: ColumnElement[bool]) -> tuple[Any, Any]:
        views, spent = (func.coalesce(func.sum(column).filter(of), 0) for column in (DAYS.c.views, DAYS.c.spent))
        return views, spent

    (views, spent), before = sums(DAYS.c.day >= first), sums(DAYS.c.day < first)
    best = (
        select(DAYS.c.campaign_id, func.count().over().label("campaigns"), views.label("views"), spent.label("spent"))
        .add_columns(*(column.label(f"{name}_before") for name, column in zip(("views", "spent"), before, strict=True)))
        .where(*days.hold, *narrowed)
        .group_by(DAYS.c.campaign_id)
        .order_by(spent.desc(), views.desc(), DAYS.c.campaign_id)
        .limit(most)
        .subquery()
    )
    found = await session.execute(
        select(best, col(Campaign.title))
        .join(Campaign, col(Campaign.id) == best.c.campaign_id)
        .order_by(best.c.spent.desc(), best.c.views.desc(), best.c.campaign_id)
    )
    rows = found.all()
    flows = [(campaign_id, title, _compared(*sums_)) for campaign_id, _, *sums_, title in rows]
    return flows, rows[0].campaigns if rows else 0


def _compared(views: int, spent: Cents, views_before: int, spent_before: Cents) -> Compared:
    return Compared(Flow(int(views), int(spent)), Flow(int(views_before), int(spent_before)))


def of_each_day(flows: Iterable[tuple[date, Flow]], days: Days) -> list[tuple[date, Flow]]:
    """What each of these days brought, oldest first; nothing is a day too."""
    sums = {day: Flow() for day in each_day(days.first, days.last)}
    for day, flow in flows:
        if day in sums:
            sums[day] += flow
    return list(sums.items())
