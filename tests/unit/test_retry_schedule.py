"""When a clip that no count is read of is read again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from swivi.domain.clips.models import CLIP_STEPS, ClipState
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking.accrual import Observation, observe
from swivi.domain.tracking.retry_schedule import DAILY_FOR, READ_FOR, next_look

SINCE = datetime(2026, 12, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY = 4 * HOUR
"""Between two runs."""

SEEN = Observation(
    views=5_000, peak_views=6_000, not_found_runs=0, state=ClipState.TRACKED, flag=None
)


def looks_at(outcome: Outcome, word: str | None = None, *, days: int = 60) -> list[timedelta]:
    """When runs, one every four hours, read a clip whose every reading ends so."""
    seen, looked = SEEN, []
    for number in range(days * 6):
        at = SINCE + number * EVERY
        if seen.resting_since is None or (
            seen.next_look_at is not None and seen.next_look_at <= at
        ):
            seen = observe(seen, outcome, None, at, word)
            looked.append(at - SINCE)
    return looked


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Outcome.NOT_FOUND, None),
        (Outcome.PRIVATE, None),
        (Outcome.RESTRICTED, None),
        (Outcome.ERROR, "POST_UNDER_EMBARGO"),
    ],
)
def test_definite_and_unknown_answers_are_asked_for_less_and_less_and_then_no_more(
    outcome: Outcome, word: str | None
) -> None:
    looked = looks_at(outcome, word)
    gaps = [later - earlier for earlier, later in pairwise(looked)]

    assert gaps == sorted(gaps), "never more often than before"
    assert (gaps[0], gaps[-1]) == (EVERY, 3 * DAY)
    assert len(looked) < 25
    assert READ_FOR - 3 * DAY <= looked[-1] <= READ_FOR + 4 * DAY


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.transient])
def test_a_fault_of_the_scraper_does_not_slow_the_reading_down(outcome: Outcome) -> None:
    assert len(looks_at(outcome, days=10)) == 60


def test_a_fault_makes_a_clip_that_rests_no_more_expensive() -> None:
    resting = observe(SEEN, Outcome.PRIVATE, None, SINCE)
    later = observe(resting, Outcome.ERROR, None, SINCE + 3 * DAY)

    assert (later.resting_since, later.next_look_at) == (SINCE, SINCE + 4 * DAY)


@pytest.mark.parametrize("state", [ClipState.TRACKED, ClipState.REMOVED])
@pytest.mark.parametrize(
    ("rested", "wait"),
    [
        (DAY, DAY),
        (DAILY_FOR - HOUR, DAY),
        (DAILY_FOR, 3 * DAY),
        (READ_FOR - HOUR, 3 * DAY),
        (READ_FOR, None),
    ],
)
def test_the_rate_falls(state: ClipState, rested: timedelta, wait: timedelta | None) -> None:
    looked_at = SINCE + rested
    assert next_look(state, SINCE, looked_at) == (looked_at + wait if wait else None)


def test_in_the_first_day_every_run_reads_a_tracked_clip_and_none_a_removed_one() -> None:
    assert next_look(ClipState.TRACKED, SINCE, SINCE + HOUR) == SINCE + HOUR
    assert next_look(ClipState.REMOVED, SINCE, SINCE + HOUR) == SINCE + HOUR + DAY


def test_a_removal_begins_the_thirty_days_anew() -> None:
    private = observe(SEEN, Outcome.PRIVATE, None, SINCE)
    once = observe(private, Outcome.NOT_FOUND, None, SINCE + 20 * DAY)
    gone = observe(once, Outcome.NOT_FOUND, None, SINCE + 23 * DAY)

    assert (gone.state, gone.resting_since) == (ClipState.REMOVED, SINCE + 23 * DAY)


def test_the_steps_of_a_clip_are_those_of_the_table() -> None:
    for state in ClipState:
        for wanted in ClipState:
            assert state.stepped(wanted) is (wanted if wanted in CLIP_STEPS[state] else state)
    assert CLIP_STEPS[ClipState.REVOKED] == frozenset()
