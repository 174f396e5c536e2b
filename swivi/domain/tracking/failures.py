"""Counts of readings and clips that failed, by reason."""

from collections.abc import Mapping

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.clips.models import FAILED, READ_AGAIN, ViewTracking
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import partitions


async def failures_by_reason(session: AsyncSession, run_id: int) -> dict[Outcome, int]:
    """Return how many clips a run could not read, by reason.

    For a finished run, use `TrackingRun.failures`.
    """
    of_run = await partitions.of_run(session, run_id)
    # Clips that were read again are few and have an index of their own. So read all of them at once
    # instead of one look-up per failure.
    again = (
        select(col(ViewTracking.clip_id), func.max(ViewTracking.attempt).label("attempt"))
        .where(of_run(ViewTracking), text(READ_AGAIN))
        .group_by(col(ViewTracking.clip_id))
        .subquery()
    )
    found = await session.exec(
        select(ViewTracking.outcome, func.count())
        .join(again, again.c.clip_id == col(ViewTracking.clip_id), isouter=True)
        .where(
            of_run(ViewTracking),
            text(FAILED),
            func.coalesce(again.c.attempt, 1) <= col(ViewTracking.attempt),
        )
        .group_by(col(ViewTracking.outcome))
    )
    return {Outcome(outcome): number for outcome, number in found.all()}


async def failed_readings(session: AsyncSession, run_id: int) -> dict[Outcome, int]:
    """Return how many readings of a run failed, by reason.

    For a finished run, use `TrackingRun.failed_readings`.
    """
    of_run = await partitions.of_run(session, run_id)
    found = await session.exec(
        select(ViewTracking.outcome, func.count())
        .where(of_run(ViewTracking), text(FAILED))
        .group_by(col(ViewTracking.outcome))
    )
    return {Outcome(outcome): number for outcome, number in found.all()}


MOST_WORDS = 10
"""Unknown words shown per run. A run with more of them has a different problem."""


async def unknown_words(session: AsyncSession, run_id: int) -> dict[str, int]:
    """Return how many readings ended with each unknown word of a scraper, most frequent first."""
    of_run = await partitions.of_run(session, run_id)
    word, number = col(ViewTracking.word), func.count()
    found = await session.exec(
        select(word, number)
        .where(of_run(ViewTracking), text(FAILED), word.is_not(None))
        .group_by(word)
        .order_by(number.desc(), word)
        .limit(MOST_WORDS)
    )
    return {each: count for each, count in found.all() if each is not None}


def by_word(counted: Mapping[Outcome, int]) -> dict[str, int]:
    """Return counts in the form that a run stores."""
    return {outcome.value: number for outcome, number in counted.items()}
