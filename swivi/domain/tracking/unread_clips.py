"""The clips of a campaign that a run should have read but could not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.clips.models import Clip, ClipState, ViewTracking
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import partitions
from swivi.domain.tracking.batches import is_answer


@dataclass(frozen=True, slots=True)
class UnreadClips:
    """Numbers of clips by the last outcome of their readings. None counts clips without a reading.

    `problem` is the sentence with which the reading service stopped the run, if it did.
    """

    by_outcome: Mapping[Outcome | None, int]
    problem: str | None = None

    @property
    def total(self) -> int:
        """Return how many clips were not read."""
        return sum(self.by_outcome.values())

    @property
    def failed(self) -> int:
        """Return how many clips were requested and failed."""
        return self.total - self.by_outcome.get(None, 0)

    @property
    def sentence(self) -> str:
        """Return how many clips were not read and why, in a sentence."""
        noun = "1 clip" if self.total == 1 else f"{self.total:,} clips"
        why = ", ".join(
            f"{self.by_outcome[outcome]:,} {words}"
            for outcome, words in _WHY.items()
            if self.by_outcome.get(outcome)
        )
        stopped = f" {self.problem}" if self.problem else ""
        return f"{noun} could not be read: {why}.{stopped}"


_WHY: Mapping[Outcome | None, str] = {
    Outcome.MISSING: "missing from the scraper's answers",
    Outcome.ERROR: "failed",
    None: "not asked about",
}


async def unread_clips(
    session: AsyncSession, run_id: int | None, campaign_id: int, problem: str | None = None
) -> UnreadClips:
    """Return the clips that may earn and of which the run learned nothing.

    Definite answers (not found, private, restricted) count as answers. Resting clips are omitted,
    because they gave one before. Without a run, no clip was read.
    """
    wanted = (
        col(Clip.campaign_id) == campaign_id,
        col(Clip.state) != ClipState.REVOKED,
        col(Clip.resting_since).is_(None),
    )
    if run_id is None:
        found = await session.exec(select(col(Clip.id)).where(*wanted))
        return _counted(dict.fromkeys(found.all()), problem)
    of_run = await partitions.of_run(session, run_id)
    answered = select(ViewTracking.clip_id).where(of_run(ViewTracking), is_answer())
    rows = await session.exec(
        select(col(Clip.id), ViewTracking.outcome)
        .join(
            ViewTracking,
            (col(ViewTracking.clip_id) == col(Clip.id)) & of_run(ViewTracking),
            isouter=True,
        )
        .where(*wanted, col(Clip.id).not_in(answered.scalar_subquery()))
        .order_by(col(Clip.id), col(ViewTracking.attempt))
    )
    newest = {clip_id: Outcome(outcome) if outcome else None for clip_id, outcome in rows.all()}
    return _counted(newest, problem)


def _counted(newest: Mapping[int, Outcome | None], problem: str | None) -> UnreadClips:
    return UnreadClips(Counter(newest.values()), problem)
