"""Views gained and cents spent, by UTC day, platform and campaign, from `tallies.DAYS`.

Spending comes from the ledger: accruals minus reversals, on the day of the transfer. Views are the
growth of each clip's peak, on the day on which it counted for earnings. A count that fell and rose
again counts once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, cast, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import ID
from swivi.core.money import VIEWS_PER_RATE, Cents
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.tallies import DAYS
from swivi.domain.ledger.models import TransferKind
from swivi.domain.platforms.models import Platform
from swivi.insights.shared.days import each_day
from swivi.insights.shared.past_days import asked_once

EARNING_KINDS = (TransferKind.ACCRUAL, TransferKind.ACCRUAL_REVERSED)


@dataclass(frozen=True, slots=True)
class Flow:
    """Views gained, and the cents spent on them."""

    views: int = 0
    spent: Cents = 0

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(self.views + other.views, self.spent + other.spent)

    def __sub__(self, other: "Flow") -> "Flow":
        return Flow(self.views - other.views, self.spent - other.spent)

    @property
    def effective_cpm(self) -> Cents | None:
        """The cost of 1,000 views in cents, rounded half up; None without views."""
        if self.views <= 0:
            return None
        return (2 * self.spent * VIEWS_PER_RATE + self.views) // (2 * self.views)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The requested days, and as many days before them."""

    now: Flow = Flow()
    before: Flow = Flow()

    def __add__(self, other: "Comparison") -> "Comparison":
        return Comparison(self.now + other.now, self.before + other.before)

    def __sub__(self, other: "Comparison") -> "Comparison":
        return Comparison(self.now - other.now, self.before - other.before)


_TESTS = select(col(Campaign.id)).where(col(Campaign.is_test))


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days from `first` to `last`, both included.

    They may be of one campaign or one platform; otherwise they are of all but test campaigns.
    """

    first: date
    last: date
    campaign_id: int | None = None
    platform: Platform | None = None

    @property
    def hold(self) -> list[ColumnElement[bool]]:
        """Return the conditions that select the rows of DAYS."""
        conditions = [DAYS.c.day >= self.first, DAYS.c.day <= self.last]
        if self.campaign_id is not None:
            conditions.append(DAYS.c.campaign_id == self.campaign_id)
        else:
            conditions.append(DAYS.c.campaign_id.not_in(_TESTS))
        if self.platform is not None:
            conditions.append(DAYS.c.platform == self.platform.value)
        return conditions


async def by_day_and_platform(
    session: AsyncSession, days: Days
) -> Sequence[tuple[date, Platform, Flow]]:
    """Return the totals by day and platform, oldest first. Empty ones are missing."""
    found = await _sums(session, days, DAYS.c.day, DAYS.c.platform)
    return [
        (day, Platform(platform), flow)
        for (day, platform), flow in sorted(found, key=itemgetter(0))
    ]


async def by_campaign(session: AsyncSession, days: Days) -> dict[int, Flow]:
    """Return the totals by campaign id. Campaigns without any are missing."""
    sums: defaultdict[int, Flow] = defaultdict(Flow)
    for (campaign_id,), flow in await _sums(session, days, DAYS.c.campaign_id):
        sums[campaign_id] += flow
    return sums


async def _sums(session: AsyncSession, days: Days, *by: Column[Any]) -> Sequence[tuple[Any, Flow]]:
    """Return the sums by these columns. Without days among them, a group may have two rows."""

    async def ask(first: date, last: date) -> Sequence[tuple[Any, Flow]]:
        asked = replace(days, first=first, last=last)
        sums = (
            cast(func.sum(column), ID) for column in (DAYS.c.views, DAYS.c.spent)
        )  # PostgreSQL sums integers to decimals
        found = await session.execute(select(*by, *sums).where(*asked.hold).group_by(*by))
        return [(tuple(key), Flow(views, spent)) for *key, views, spent in found.all()]

    if days.campaign_id is not None:
        return await ask(days.first, days.last)
    key = (*(column.name for column in by), days.platform)
    return await asked_once(session, ask, key, days.first, days.last)


def of_each_day(
    cells: Iterable[tuple[date, Platform, Flow]], days: Days
) -> list[tuple[date, Flow]]:
    """Return the totals of each of these days, oldest first, empty days included."""
    sums = {day: Flow() for day in each_day(days.first, days.last)}
    for day, _, flow in cells:
        if day in sums:
            sums[day] += flow
    return list(sums.items())
