"""The rules of accrual: what clips have earned, in cents, from cumulative counts. Pure, no I/O.

Because counts are cumulative, a repeated settlement demands nothing, and rounding never adds up. A
fall in views takes nothing back, because only the peak pays.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from swivi.core.money import Cents, earned, share
from swivi.domain.clips.models import Clip, ClipState
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import retry_schedule
from swivi.domain.tracking.jumps import Jump, is_impossible

RUNS_UNTIL_REMOVED = 2
""""Not found" readings in separate runs that make a clip REMOVED, if they span a day."""


# A named tuple: it takes a third of a frozen dataclass's time, for each clip of a settlement.
class Earner(NamedTuple):
    """A clip as accrual sees it: counts in views, money in cents, terms as frozen at approval."""

    clip_id: int
    user_id: int
    initial_views: int
    peak_views: int
    rate: Cents
    min_views: int
    max_per_clip: Cents | None
    max_per_clipper: Cents | None
    gross_credited: Cents
    may_earn: bool = True
    """False if the clip is revoked or on hold, or its clipper disabled."""
    recovered: Cents = 0
    """What was taken back of `gross_credited`, in cents."""

    @property
    def net_credited(self) -> Cents:
        """Return what the clipper keeps of the credits. The cap per clipper counts this."""
        return self.gross_credited - self.recovered

    @property
    def target(self) -> Cents:
        """Return the worth of the clip's growth, before the clipper's cap and the budget."""
        growth = max(0, self.peak_views - self.initial_views)
        if growth < self.min_views:
            return 0
        worth = earned(growth, self.rate)
        return worth if self.max_per_clip is None else min(self.max_per_clip, worth)

    @property
    def demand(self) -> Cents:
        """Return what is still to be credited.

        `gross_credited` includes reversed money. Otherwise fraud would be paid again.
        """
        return max(0, self.target - self.gross_credited) if self.may_earn else 0


def share_out(demands: dict[int, Cents], remaining: Cents) -> dict[int, Cents]:
    """Return each clip's credit (clip id -> cents > 0) out of a budget's `remaining` cents.

    If the demands exceed the budget, it is shared in proportion to them. The sum is then exactly
    `remaining`, and no clip profits from being read first.
    """
    return {clip_id: amount for clip_id, amount in share(remaining, demands).items() if amount > 0}


def capped_demands(earners: list[Earner]) -> dict[int, Cents]:
    """Return each clip's demand (clip id -> cents) after the cap per clipper and campaign."""
    by_user: defaultdict[int, list[Earner]] = defaultdict(list)
    for earner in earners:
        by_user[earner.user_id].append(earner)
    demands: dict[int, Cents] = {}
    for clips in by_user.values():
        wanted = {clip.clip_id: clip.demand for clip in clips}
        room = _room(clips)
        demands |= wanted if room is None else share(room, wanted)
    return demands


def _room(clips: list[Earner]) -> Cents | None:
    """Return what a clipper's cap leaves, in cents, or None without a cap.

    Caps are frozen per clip, and the highest applies. Money that was taken back does not count.
    Otherwise one revoked clip could end the earnings of honest ones.
    """
    caps = [clip.max_per_clipper for clip in clips]
    known = [cap for cap in caps if cap is not None]
    if len(known) < len(caps):
        return None
    return max(0, max(known) - sum(clip.net_credited for clip in clips))


class Observation(NamedTuple):
    """What is known of a clip's views, and when it is read next.

    `flag` tells admins what is odd.
    """

    views: int
    peak_views: int
    not_found_runs: int
    state: ClipState
    flag: str | None
    not_found_since: datetime | None = None
    resting_since: datetime | None = None
    next_look_at: datetime | None = None
    jump: Jump | None = None
    """An impossible count, which places the clip on hold."""

    @property
    def rest(self) -> tuple[datetime | None, datetime | None, datetime | None]:
        """Return the values that decide when the clip is read next."""
        return self.not_found_since, self.resting_since, self.next_look_at


ODD_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.NOT_FOUND: "The video was not found.",
    Outcome.PRIVATE: "The platform does not show the video: it is private or was deleted.",
    Outcome.RESTRICTED: "The platform restricts who may see the video.",
    Outcome.ERROR: "The views could not be read.",
    Outcome.MISSING: "The scraper did not answer for this video.",
}


def observation_of(clip: Clip) -> Observation:
    """Return what is known of a clip so far."""
    return Observation(
        clip.views,
        clip.peak_views,
        clip.not_found_runs,
        clip.state,
        clip.flag,
        clip.not_found_since,
        clip.resting_since,
        clip.next_look_at,
    )


def observe(
    before: Observation, outcome: Outcome, views: int | None, at: datetime, word: str | None = None
) -> Observation:
    """Return what is known after a reading made at `at`.

    Only a plausible count changes the views (I13). `word` is the scraper's unknown word, if any.
    """
    if outcome is Outcome.OK and views is not None:
        return _counted(before, views, at)
    return _uncounted(before, outcome, at, word)


def observe_held(
    before: Observation, outcome: Outcome, views: int | None, at: datetime, word: str | None = None
) -> Observation:
    """Return what is known of a held clip after a reading: like `observe`, but the peak stays."""
    after = observe(before, outcome, views, at, word)
    return after._replace(
        views=min(after.views, before.peak_views), peak_views=before.peak_views, jump=before.jump
    )


def _counted(before: Observation, views: int, at: datetime) -> Observation:
    """Apply a count: the clip no longer rests, and a removed one is tracked again."""
    state = (
        before.state.stepped(ClipState.TRACKED)
        if before.state is ClipState.REMOVED
        else before.state
    )
    if views == 0 and before.peak_views > 0:
        return Observation(
            before.views,
            before.peak_views,
            0,
            state,
            f"Zero views were read after {before.peak_views:,}.",
        )
    if is_impossible(before.peak_views, views):
        jump = Jump(views, before.peak_views, at)
        return Observation(before.views, before.peak_views, 0, state, jump.evidence, jump=jump)
    fell = f"The views fell from {before.views:,} to {views:,}." if views < before.views else None
    return Observation(views, max(views, before.peak_views), 0, state, fell)


def _uncounted(
    before: Observation, outcome: Outcome, at: datetime, word: str | None
) -> Observation:
    """Apply a reading without a count.

    Definite and unknown answers make the clip rest. Two "not found" a day apart remove it.
    """
    runs = before.not_found_runs
    first = before.not_found_since
    state = before.state
    if outcome is Outcome.NOT_FOUND:
        runs, first = runs + 1, first or at
        if runs >= RUNS_UNTIL_REMOVED and at - first >= retry_schedule.REMOVED_AFTER:
            state = state.stepped(ClipState.REMOVED)
    since = before.resting_since
    if state is not before.state or (since is None and (not outcome.transient or word)):
        since = at
    again = retry_schedule.next_look(state, since, at) if since else None
    flag = f"The scraper answered with an unknown word: {word}" if word else ODD_OUTCOMES[outcome]
    return Observation(before.views, before.peak_views, runs, state, flag, first, since, again)
