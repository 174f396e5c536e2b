"""Read-only: views that came and cents that were spent, day by day (UTC).

Spending is what the ledger says: accruals less what was taken back, on the day of the transfer. Views are the growth
of each clip's peak, on the day it was read: a count that fell and rose again is not counted twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Executable, Subquery, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.clips.models import Clip, ViewTracking
from swivi.core.money import VIEWS_PER_RATE, Cents
from swivi.insights.days import DAY, UtcDay, each_day, start_of
from swivi.ledger.models import Transfer, TransferKind
from swivi.platforms.models import Platform

EARNING_KINDS = (TransferKind.ACCRUAL, TransferKind.ACCRUAL_REVERSED)
EARNED = case((col(Transfer.kind) == TransferKind.ACCRUAL, col(Transfer.amount)), else_=-col(Transfer.amount))
"""What a transfer of one of `EARNING_KINDS` brought its clipper, and took from its budget, in cents."""

LOOK_BACK = 7 * DAY
"""How far before a range its clips' peaks are looked for. Looking at all of history would take ever longer."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Views that came, and cents that were spent on them."""

    views: int = 0
    spent: Cents = 0

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(self.views + other.views, self.spent + other.spent)

    @property
    def effective_cpm(self) -> Cents | None:
        """What 1,000 views cost, in cents, rounded half up; None without views."""
        if self.views <= 0:
            return None
        return (2 * self.spent * VIEWS_PER_RATE + self.views) // (2 * self.views)


def total(flows: Iterable[Flow]) -> Flow:
    """All of them together."""
    return sum(flows, Flow())


@dataclass(frozen=True, slots=True)
class Cell:
    """What one campaign brought on one platform on one day."""

    day: date
    campaign_id: int
    platform: Platform
    flow: Flow


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days from `first` to `last`, both included."""

    first: date
    last: date

    def hold(self, moment: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """The conditions that a column of moments lies within these days."""
        return (col(moment) >= start_of(self.first), col(moment) < start_of(self.last + DAY))


async def flows(
    session: AsyncSession, days: Days, *, campaign_id: int | None = None, platform: Platform | None = None
) -> list[Cell]:
    """What came and was spent on these days, in two queries, oldest first; days without anything have no cell."""
    wanted = _wanted(campaign_id, platform)
    cells: defaultdict[tuple[date, int, Platform], Flow] = defaultdict(Flow)
    for day, campaign, on, views in (await session.execute(_growth(days, wanted))).all():
        cells[day, campaign, Platform(on)] += Flow(views=int(views))
    for day, campaign, on, spent in (await session.execute(_spending(days, wanted))).all():
        cells[day, campaign, Platform(on)] += Flow(spent=int(spent))
    return [Cell(*key, flow) for key, flow in sorted(cells.items()) if flow != Flow()]


def by_day(cells: Iterable[Cell], days: Days) -> list[tuple[date, Flow]]:
    """What each of these days brought, oldest first; nothing is a day too."""
    sums: defaultdict[date, Flow] = defaultdict(Flow)
    for cell in cells:
        sums[cell.day] += cell.flow
    return [(day, sums[day]) for day in each_day(days.first, days.last)]


def _wanted(campaign_id: int | None, platform: Platform | None) -> list[ColumnElement[bool]]:
    of_campaign = [] if campaign_id is None else [col(Clip.campaign_id) == campaign_id]
    return of_campaign + ([] if platform is None else [col(Clip.platform) == platform])


def _spending(days: Days, wanted: Sequence[ColumnElement[bool]]) -> Executable:
    day = UtcDay(col(Transfer.created_at))
    return (
        select(day, col(Clip.campaign_id), col(Clip.platform), func.sum(EARNED))
        .join(Clip, col(Clip.id) == col(Transfer.clip_id))
        .where(
            col(Transfer.kind).in_(EARNING_KINDS),
            *days.hold(Transfer.created_at),
            *wanted,
        )
        .group_by(day, col(Clip.campaign_id), col(Clip.platform))
    )


def _growth(days: Days, wanted: Sequence[ColumnElement[bool]]) -> Executable:
    with_peaks = Days(days.first - LOOK_BACK, days.last)
    clips, tops = _clips_at_start(with_peaks, wanted), _tops(with_peaks, wanted)
    seen = func.max(tops.c.top).over(partition_by=tops.c.clip_id, order_by=tops.c.day, rows=(None, -1))
    steps = (
        select(
            tops.c.day,
            clips.c.campaign_id,
            clips.c.platform,
            tops.c.top,
            case((seen > clips.c.level, seen), else_=clips.c.level).label("peak"),
        )
        .join_from(tops, clips, clips.c.id == tops.c.clip_id)
        .subquery()
    )
    grown = func.sum(steps.c.top - steps.c.peak)
    cell = (steps.c.day, steps.c.campaign_id, steps.c.platform)
    return select(*cell, grown).where(steps.c.top > steps.c.peak, steps.c.day >= days.first).group_by(*cell)


def _tops(days: Days, wanted: Sequence[ColumnElement[bool]]) -> Subquery:
    """Per clip and day, the largest number that was read."""
    day = UtcDay(col(ViewTracking.date)).label("day")
    return (
        select(col(ViewTracking.clip_id), day, func.max(ViewTracking.views).label("top"))
        .join(Clip, col(Clip.id) == col(ViewTracking.clip_id))
        .where(col(ViewTracking.views).is_not(None), *days.hold(ViewTracking.date), *wanted)
        .group_by(col(ViewTracking.clip_id), day)
        .subquery()
    )


def _clips_at_start(days: Days, wanted: Sequence[ColumnElement[bool]]) -> Subquery:
    """The clips that were read since, with the views each had before: its newest reading, at least its baseline."""
    earlier = aliased(ViewTracking)
    newest = (
        select(col(earlier.views))
        .where(
            col(earlier.clip_id) == col(Clip.id),
            col(earlier.date) < start_of(days.first),
            col(earlier.views).is_not(None),
        )
        .order_by(col(earlier.date).desc())
        .limit(1)
        .correlate(Clip)
        .scalar_subquery()
    )
    level = case((newest > col(Clip.initial_views), newest), else_=col(Clip.initial_views)).label("level")
    return (
        select(col(Clip.id), col(Clip.campaign_id), col(Clip.platform), level)
        .where(col(Clip.last_tracked_at) >= start_of(days.first), *wanted)
        .subquery()
    )
