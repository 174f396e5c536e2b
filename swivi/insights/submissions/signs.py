"""Signs in a clip's counts that a reviewer should see: rounding, jumps, or a changed metric.

They are derived from the stored readings on demand. They do not change what is paid.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.clips.models import ViewTracking
from swivi.domain.platforms.models import Platform
from swivi.insights.submissions.rows import ClipRow

SMALL_FIRST = 1_000
"""A first count below this may be a scraper's error. A wrong baseline costs the most."""

SMALLEST_JUMP_FROM = 100
"""Below this many views, tenfold growth in an hour is normal and worth cents."""

JUMP = 10

MOST_COUNTS = 500
"""The newest counts that are checked: over a month of runs every four hours."""


class Count(NamedTuple):
    """A reading with a count. `metric` is "" if unknown, as for manual readings."""

    at: datetime
    views: int
    metric: str


def signs_of(platform: Platform, counts: Sequence[Count]) -> list[str]:
    """Return a sentence with its evidence for each sign. The oldest of these counts is the
    baseline.
    """
    return [*_rounded(platform, counts), *_jumped(counts), *_changed_metric(counts)]


async def counts_of(session: AsyncSession, clip_id: int) -> list[Count]:
    """Return a clip's first two counts and its newest ones, oldest first."""
    read = select(ViewTracking.date, ViewTracking.views, ViewTracking.metric).where(
        ViewTracking.clip_id == clip_id, col(ViewTracking.views).is_not(None)
    )
    date = col(ViewTracking.date)
    first = await session.exec(read.order_by(date).limit(2))
    newest = await session.exec(read.order_by(date.desc()).limit(MOST_COUNTS))
    found = [*first.all(), *newest.all()]
    return sorted({Count(at, views or 0, metric) for at, views, metric in found})


async def signs_of_clip(session: AsyncSession, row: ClipRow) -> list[str]:
    """Return the signs of a submission, before approval of its baseline alone."""
    if row.clip_id is not None:
        return signs_of(row.platform, await counts_of(session, row.clip_id))
    baseline = [] if row.initial_views is None else [Count(row.submitted_at, row.initial_views, "")]
    return signs_of(row.platform, baseline)


def rounded_to(platform: Platform, views: int) -> int | None:
    """Return the step to which a platform rounds such a count; None if this one is exact."""
    rounds_from = platform.spec.rounds_from
    if rounds_from is None or views < rounds_from:
        return None
    step = 100_000 if views >= 1_000_000 else 100
    return step if views % step == 0 else None


def _rounded(platform: Platform, counts: Sequence[Count]) -> Iterator[str]:
    if counts and (step := rounded_to(platform, counts[-1].views)):
        yield (
            f"{counts[-1].views:,} views is rounded by the platform to a multiple of {step:,}. "
            f"{platform.label} rounds counts from about {platform.spec.rounds_from:,} on, so "
            "growth comes in steps."
        )


def _jumped(counts: Sequence[Count]) -> Iterator[str]:
    if len(counts) < 2:
        return
    first, second = counts[:2]
    if first.views < SMALL_FIRST and second.views > JUMP * max(first.views, SMALLEST_JUMP_FROM):
        yield (
            f"The first count was {first.views:,} ({_moment(first.at)}), the next one "
            f"{second.views:,} ({_moment(second.at)}): more than {JUMP} times as many. Check "
            "whether the first count was right."
        )


def _changed_metric(counts: Sequence[Count]) -> Iterator[str]:
    named = [count for count in counts if count.metric]
    for before, after in pairwise(named):
        if before.metric != after.metric:
            yield (
                f"The counts are of different things: {before.metric} was {before.views:,} "
                f"({_moment(before.at)}), {after.metric} is {after.views:,} ({_moment(after.at)})."
            )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
