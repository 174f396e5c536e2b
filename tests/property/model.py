"""What clips earn, a second time: written from `money.md` alone, in exact fractions, without a line
of Swivi's.

Money is cents. Nothing is imported from the product, so that a mistake there is not repeated here.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

GONE_AFTER, EVERY_RUN_FOR = 24, 24
DAILY_FOR, DAILY = 7 * 24, 24
READ_FOR, SELDOM = 30 * 24, 3 * 24
"""Hours: between two "not found" that mean gone, and how often a clip without a count is read for
how long.
"""

DEFINITE = ("not_found", "private", "restricted")
PASSING = ("error", "missing")


@dataclass
class ModelClip:
    """An approved clip with its frozen terms, and what became of it."""

    clipper: int
    baseline: int
    rate: int
    minimum: int = 0
    cap: int | None = None
    clipper_cap: int | None = None
    earns: bool = True
    """False once it was revoked or its clipper disabled."""
    peak: int = 0
    credited: int = 0
    recovered: int = 0
    """Taken back of `credited`: the clipper's cap does not count it, the clip's target does."""
    gone: bool = False
    not_found_at: int | None = None
    rests_from: int | None = None
    unread: bool = False
    """Whether the last run asked for it, and could not read it for a passing reason."""
    due_at: int | None = None
    """Hours on one clock; a clip that rests is read from `due_at` on, or never again."""

    def __post_init__(self) -> None:
        self.peak = max(self.peak, self.baseline)

    def is_due(self, hour: int) -> bool:
        """Whether a run at that hour reads it."""
        return self.rests_from is None or (self.due_at is not None and hour >= self.due_at)

    def is_read(self, outcome: str, views: int | None, hour: int, *, last: bool = False) -> None:
        """What a run at that hour would be told.

        Of a clip that is not due nothing is asked, but by the last run.
        """
        is_asked = self.is_due(hour) or (last and self.due_at is not None)
        self.unread = is_asked and self.rests_from is None and outcome in PASSING
        if not is_asked:
            return
        if outcome == "ok" and views is not None:
            self.gone, self.not_found_at, self.rests_from, self.due_at = False, None, None, None
            self.peak = max(self.peak, views)
            return
        was_gone = self.gone
        if outcome == "not_found" and self.not_found_at is None:
            self.not_found_at = hour
        elif outcome == "not_found" and self.not_found_at is not None:
            self.gone = self.gone or hour - self.not_found_at >= GONE_AFTER
        if self.gone > was_gone or (self.rests_from is None and outcome in DEFINITE):
            self.rests_from = hour
        if self.rests_from is not None:
            self.due_at = self._next_look(hour, hour - self.rests_from)

    def _next_look(self, hour: int, rested: int) -> int | None:
        if rested >= READ_FOR:
            return None
        if rested >= DAILY_FOR:
            return hour + SELDOM
        return hour + DAILY if self.gone or rested >= EVERY_RUN_FOR else hour

    def demand(self) -> int:
        growth = max(0, self.peak - self.baseline)
        if not self.earns or growth < self.minimum:
            return 0
        worth = floor(Fraction(growth) * Fraction(self.rate) / 1000)
        if self.cap is not None and worth > self.cap:
            worth = self.cap
        return max(0, worth - self.credited)


@dataclass
class ModelCampaign:
    """A campaign's budget and its clips by id."""

    budget: int
    clips: dict[int, ModelClip] = field(default_factory=dict)
    spent: int = 0
    completed: bool = False
    waited: bool = False
    """Whether the last run kept the last of the budget for the next one."""

    def settle(self) -> dict[int, int]:
        """Credit what is due; returns it by clip, without those that get nothing."""
        if self.completed:
            return {}
        wanted, left = sum(self.demands().values()), self.budget - self.spent
        self.waited = not self.waited and 0 < left <= wanted and self.has_unread()
        if self.waited:
            return {}
        due = {
            clip: cents
            for clip, cents in fairly(self.budget - self.spent, self.demands()).items()
            if cents
        }
        for clip, cents in due.items():
            self.clips[clip].credited += cents
            self.spent += cents
        self.completed = self.spent == self.budget
        return due

    def revoke(self, number: int, recovered: int) -> None:
        """Take a clip out; `recovered` cents of it return to the budget."""
        self.clips[number].earns = False
        self.clips[number].recovered += recovered
        self.spent -= recovered

    def end(self, *, forced: bool) -> int | None:
        """Settle for the last time; returns the cents that go back to the brand, or None if the end
        is refused.
        """
        if self.has_unread() and not forced:
            return None
        self.waited = True  # nothing waits any more
        self.settle()
        self.completed = True
        return self.budget - self.spent

    def has_unread(self) -> bool:
        return any(clip.unread and clip.earns for clip in self.clips.values())

    def demands(self) -> dict[int, int]:
        """Each clip's demand after the cap per clipper.

        Of caps frozen at different times the largest holds.
        """
        demands: dict[int, int] = {}
        for clipper in {clip.clipper for clip in self.clips.values()}:
            own = {number: clip for number, clip in self.clips.items() if clip.clipper == clipper}
            wanted = {number: clip.demand() for number, clip in own.items()}
            caps = [clip.clipper_cap for clip in own.values()]
            if None not in caps:
                room = max(cap for cap in caps if cap is not None) - sum(
                    clip.credited - clip.recovered for clip in own.values()
                )
                wanted = fairly(max(0, room), wanted)
            demands.update(wanted)
        return demands


def fairly(cents: int, demands: dict[int, int]) -> dict[int, int]:
    """`cents` in proportion to demand: whole parts first, the rest one by one to the largest
    fractions, then ids.
    """
    wanted = sum(demands.values())
    if wanted <= cents:
        return dict(demands)
    exact = {number: Fraction(cents) * demand / wanted for number, demand in demands.items()}
    given = {number: floor(part) for number, part in exact.items()}
    while sum(given.values()) < cents:
        next_one = min(exact, key=lambda number: (given[number] - exact[number], number))
        given[next_one] += 1
    return given
