"""What a run observed of a campaign's clips: read in bulk, judged per clip, written in bulk."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, func, literal, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import bulk, clock
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.models import User, UserStatus
from swivi.domain.clips import holds
from swivi.domain.clips.models import Clip, ClipHold, ClipState, ViewTracking
from swivi.domain.ledger.budgets import ExtraColumns
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import accrual, partitions
from swivi.domain.tracking.accrual import Earner, Observation
from swivi.domain.tracking.jumps import Jump
from swivi.domain.tracking.models import PlannedCampaign, PlanStatus

CLIPS = Clip.__table__  # type: ignore[attr-defined]

OBSERVED = (
    col(Clip.views),
    col(Clip.peak_views),
    col(Clip.not_found_runs),
    col(Clip.state),
    col(Clip.flag),
    col(Clip.not_found_since),
    col(Clip.resting_since),
    col(Clip.next_look_at),
)
"""The columns of an Observation, in order."""

TERMS = (
    col(Clip.rate),
    col(Clip.min_views),
    col(Clip.max_per_clip),
    col(Clip.max_per_clipper),
    col(Clip.gross_credited),
    (col(Clip.state) != ClipState.REVOKED) & (col(User.status) == UserStatus.ACTIVE),
    col(Clip.gross_credited) - col(Clip.earnings),
)
"""The remaining columns of an Earner, in order."""

COUNTS = (
    bulk.number("views"),
    bulk.number("peak_views"),
    bulk.number("not_found_runs"),
    bulk.words("flag"),
)
NOT_READ = (None, None, None, None)
"""The COUNTS row of a clip that this run did not read."""

CLIPS_AT_A_TIME = 5_000
"""Clips judged at a time. Their rows are dropped before the next are read."""

CLIP_ID = bulk.number("clip_id")
STATE = bulk.words("state")
REST = (bulk.moment("not_found_since"), bulk.moment("resting_since"), bulk.moment("next_look_at"))

Answer = tuple[Outcome, int | None, datetime, str | None]
"""A reading as `accrual.observe` takes it: outcome, views, time, the scraper's unknown word."""


@dataclass(slots=True)
class Observations:
    """The changes to write for a campaign's clips. Counts are views.

    `counts` holds the COUNTS rows of the clips that were read. `states` and `rests` (REST rows)
    hold those that changed. All are by clip id. `gained` is the rise of the peaks by user id.
    """

    counts: dict[int, tuple[int, int, int, str | None]] = field(default_factory=dict)
    states: dict[int, ClipState] = field(default_factory=dict)
    rests: dict[int, tuple[datetime | None, datetime | None, datetime | None]] = field(
        default_factory=dict
    )
    gained: dict[int, int] = field(default_factory=dict)
    holds: list[ClipHold] = field(default_factory=list)
    """Holds to place because of impossible counts."""

    def beside(self, clip_ids: Iterable[int]) -> ExtraColumns:
        """Return the extra columns of these clips, for the statement that credits them."""
        return ExtraColumns(
            CLIPS, COUNTS, (self.counts.get(clip_id, NOT_READ) for clip_id in clip_ids), _counted
        )


async def observe_clips(
    session: AsyncSession, run_id: int, campaign_id: int
) -> tuple[list[Earner], Observations]:
    """Return all clips of a campaign as accrual sees them, and the observations.

    The caller has locked the campaign's row. Earlier runs that read the campaign but could not
    settle it (it was paused, or they were stopped) count too: the largest count ever read pays.
    """
    runs = [*await _unsettled_runs(session, run_id, campaign_id), run_id]
    held = await holds.held_clips(session, campaign_id)
    earners, observed = list[Earner](), Observations()
    async for clips in _clip_rows(session, campaign_id):
        clip_ids = [clip.id for clip in clips]
        readings = [await _newest_readings(session, each, clip_ids) for each in runs]
        earners.extend(_judge_clips(observed, clips, readings, held))
    return earners, observed


def _judge_clips(
    observed: Observations,
    clips: Sequence[Any],
    readings: Sequence[Mapping[int, Answer]],
    held: Collection[int],
) -> Iterator[Earner]:
    """Judge these clips by each run's reading in turn."""
    for clip_id, user_id, initial_views, *known in clips:
        after = before = Observation(*known[: len(OBSERVED)])
        for of_run in readings:
            if clip_id in of_run:
                is_held = clip_id in held or after.jump is not None
                see = accrual.observe_held if is_held else accrual.observe
                after = see(after, *of_run[clip_id])
        if after is not before:
            _note(observed, clip_id, user_id, before, after)
        earner = Earner(clip_id, user_id, initial_views, after.peak_views, *known[len(OBSERVED) :])
        is_held = clip_id in held or after.jump is not None
        yield earner._replace(may_earn=False) if is_held else earner


async def write(session: AsyncSession, observed: Observations, credited: Collection[int]) -> None:
    """Write new counts to clips and clippers.

    Skip credited clips: the ledger's UPDATE writes those.
    """
    rest = [(clip_id, *row) for clip_id, row in observed.counts.items() if clip_id not in credited]
    if rest:
        seen = bulk.listed(session, (CLIP_ID, *COUNTS), rest)
        await bulk.change_each(session, CLIPS, seen.c.clip_id, _counted(seen))
    if observed.states:  # separately: the column is indexed and seldom changes
        seen = bulk.listed(session, (CLIP_ID, STATE), list(observed.states.items()))
        await bulk.change_each(session, CLIPS, seen.c.clip_id, {"state": seen.c.state})
    if observed.rests:  # separately: most clips have a count and do not rest
        rests = [(clip_id, *rest) for clip_id, rest in observed.rests.items()]
        seen = bulk.listed(session, (CLIP_ID, *REST), rests)
        new = {column.name: seen.c[column.name] for column in REST}
        await bulk.change_each(session, CLIPS, seen.c.clip_id, new)
    await accounts.add_views(session, observed.gained)


def _counted(seen: FromClause) -> dict[str, ColumnElement[Any]]:
    """Return the new values of clips, whether or not they were read."""
    new = {column.name: seen.c[column.name] for column in COUNTS}
    new["last_tracked_at"] = literal(clock.now(), CLIPS.c.last_tracked_at.type)
    was_read = seen.c.views.is_not(None)
    return {name: case((was_read, value), else_=CLIPS.c[name]) for name, value in new.items()}


async def _unsettled_runs(session: AsyncSession, run_id: int, campaign_id: int) -> Sequence[int]:
    """Return the runs that took the campaign since its last settlement, oldest first."""
    earlier = (
        col(PlannedCampaign.campaign_id) == campaign_id,
        col(PlannedCampaign.run_id) < run_id,
    )
    settled = select(func.coalesce(func.max(PlannedCampaign.run_id), 0)).where(
        *earlier, col(PlannedCampaign.status).in_([PlanStatus.SETTLED, PlanStatus.WAITED])
    )
    found = await session.scalars(
        select(col(PlannedCampaign.run_id))
        .where(*earlier, col(PlannedCampaign.run_id) > settled.scalar_subquery())
        .order_by(col(PlannedCampaign.run_id))
    )
    return found.all()


async def _clip_rows(session: AsyncSession, campaign_id: int) -> AsyncIterator[Sequence[Any]]:
    """Yield a campaign's clips, some thousands at a time.

    As columns instead of objects, because there may be a hundred thousand.
    """
    wanted: tuple[Any, ...] = (
        col(Clip.id),
        col(Clip.user_id),
        col(Clip.initial_views),
        *OBSERVED,
        *TERMS,
    )
    query = (
        select(*wanted)
        .join(User, col(User.id) == col(Clip.user_id))
        .where(col(Clip.campaign_id) == campaign_id)
        .order_by(col(Clip.id))
    )
    found = await session.stream(query, execution_options={"yield_per": CLIPS_AT_A_TIME})
    async for clips in found.partitions():
        yield clips


async def _newest_readings(
    session: AsyncSession, run_id: int, clip_ids: Sequence[int]
) -> Mapping[int, Answer]:
    of_run = await partitions.of_run(session, run_id)
    found = await session.execute(
        select(
            col(ViewTracking.clip_id),
            col(ViewTracking.outcome),
            col(ViewTracking.views),
            col(ViewTracking.date),
            col(ViewTracking.word),
        )
        .where(of_run(ViewTracking), bulk.among(session, ViewTracking.clip_id, clip_ids))
        .order_by(col(ViewTracking.clip_id), col(ViewTracking.attempt))
    )
    return {
        clip_id: (outcome, views, at, word) for clip_id, outcome, views, at, word in found.all()
    }


def _note(
    observed: Observations, clip_id: int, user_id: int, before: Observation, after: Observation
) -> None:
    observed.counts[clip_id] = (after.views, after.peak_views, after.not_found_runs, after.flag)
    if before.state is ClipState.REVOKED:
        return  # not tracked again, even if it was read while being revoked
    if after.rest != before.rest:
        observed.rests[clip_id] = after.rest
    if after.state is not before.state:
        observed.states[clip_id] = after.state
    if after.jump is not None:
        observed.holds.append(hold_for(clip_id, after.jump))
    if gained := after.peak_views - before.peak_views:
        observed.gained[user_id] = observed.gained.get(user_id, 0) + gained


def hold_for(clip_id: int, jump: Jump) -> ClipHold:
    """Return the hold for an impossible count."""
    return ClipHold(
        clip_id=clip_id,
        reason=jump.evidence,
        views=jump.views,
        views_before=jump.views_before,
        read_at=jump.read_at,
        placed_at=clock.now(),
    )
