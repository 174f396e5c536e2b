"""The rules of accrual, by example and against a reference that computes in exact fractions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swivi.core.money import Cents
from swivi.domain.clips.models import ClipState
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking.accrual import Earner, Observation, capped_demands, observe, share_out

CLIP = Earner(
    clip_id=1,
    user_id=1,
    initial_views=1_000,
    peak_views=3_000,
    rate=250,
    min_views=0,
    max_per_clip=None,
    max_per_clipper=None,
    gross_credited=0,
)
SEEN = Observation(
    views=5_000, peak_views=6_000, not_found_runs=0, state=ClipState.TRACKED, flag=None
)
PLENTY = 10**15
AT = datetime(2026, 12, 1, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)

caps = st.none() | st.integers(0, 100_000)


def settle(earners: Sequence[Earner], remaining: Cents) -> dict[int, Cents]:
    """Return each clip's credit, as a settlement computes it."""
    return share_out(capped_demands(list(earners)), remaining)


@st.composite
def clips(draw: st.DrawFn, *, one_cap_per_clipper: bool = False) -> list[Earner]:
    """Some clips of a few clippers in one campaign, with all kinds of terms."""
    cap_of = draw(st.fixed_dictionaries(dict.fromkeys(range(4), caps)))
    earners = []
    for clip_id in range(draw(st.integers(1, 12))):
        user_id, baseline = draw(st.integers(0, 3)), draw(st.integers(0, 10**6))
        credited = draw(st.sampled_from([0, 1, 999, 50_000]))
        earners.append(
            Earner(
                clip_id=clip_id,
                user_id=user_id,
                initial_views=baseline,
                peak_views=baseline + draw(st.integers(0, 10**7)),
                rate=draw(st.integers(1, 5_000)),
                min_views=draw(st.sampled_from([0, 1, 10_000])),
                max_per_clip=draw(caps),
                max_per_clipper=cap_of[user_id] if one_cap_per_clipper else draw(caps),
                gross_credited=credited,
                may_earn=draw(st.integers(0, 9)) > 0,
                recovered=draw(st.sampled_from([0, 0, credited // 2, credited])),
            )
        )
    return earners


def exact_demand(clip: Earner) -> Cents:
    """The demand as money.md says it, in fractions of a dollar."""
    growth = max(0, clip.peak_views - clip.initial_views)
    worth = (
        floor(Fraction(growth, 1_000) * Fraction(clip.rate, 100) * 100)
        if growth >= clip.min_views
        else 0
    )
    target = worth if clip.max_per_clip is None else min(worth, clip.max_per_clip)
    return max(0, target - clip.gross_credited) if clip.may_earn else 0


def exact_shares(total: Cents, demands: dict[int, Cents]) -> dict[int, Cents]:
    """Largest remainder, in fractions of a cent."""
    wanted = sum(demands.values())
    if wanted <= total:
        return demands
    exact = {clip_id: Fraction(total) * demand / wanted for clip_id, demand in demands.items()}
    shares = {clip_id: floor(part) for clip_id, part in exact.items()}
    by_fraction = sorted(exact, key=lambda clip_id: (shares[clip_id] - exact[clip_id], clip_id))
    for clip_id in by_fraction[: total - sum(shares.values())]:
        shares[clip_id] += 1
    return shares


def exact_settlement(earners: Sequence[Earner], remaining: Cents) -> dict[int, Cents]:
    demands: dict[int, Cents] = {}
    for user_id in {clip.user_id for clip in earners}:
        own = [clip for clip in earners if clip.user_id == user_id]
        wanted = {clip.clip_id: exact_demand(clip) for clip in own}
        cap = own[0].max_per_clipper
        room = (
            PLENTY
            if cap is None
            else max(0, cap - sum(clip.gross_credited - clip.recovered for clip in own))
        )
        demands |= exact_shares(room, wanted)
    return {
        clip_id: amount for clip_id, amount in exact_shares(remaining, demands).items() if amount
    }


@pytest.mark.parametrize(
    ("terms", "demand"),
    [
        ({}, 500),
        ({"peak_views": 1_000}, 0),
        ({"peak_views": 1_003}, 0),
        ({"peak_views": 1_004}, 1),
        ({"gross_credited": 499}, 1),
        ({"gross_credited": 500}, 0),
        ({"gross_credited": 501}, 0),
        ({"min_views": 2_000}, 500),
        ({"min_views": 2_001}, 0),
        ({"max_per_clip": 300}, 300),
        ({"max_per_clip": 300, "gross_credited": 300}, 0),
        ({"may_earn": False}, 0),
    ],
    ids=str,
)
def test_a_clip_demands_what_its_growth_is_worth_and_was_not_credited(
    terms: dict[str, int], demand: Cents
) -> None:
    assert CLIP._replace(**terms).demand == demand  # type: ignore[arg-type]


@given(clips(one_cap_per_clipper=True), st.integers(0, 10**6))
def test_a_settlement_is_what_exact_fractions_say(earners: list[Earner], remaining: Cents) -> None:
    assert settle(earners, remaining) == exact_settlement(earners, remaining)


@given(clips(), st.integers(0, 10**6))
def test_a_settlement_never_exceeds_the_budget_or_a_clips_demand(
    earners: list[Earner], remaining: Cents
) -> None:
    credited = settle(earners, remaining)

    assert sum(credited.values()) <= remaining
    assert all(
        0 < credited[clip.clip_id] <= clip.demand for clip in earners if clip.clip_id in credited
    )


@given(clips(), st.integers(0, 10**6))
def test_a_budget_that_does_not_suffice_is_spent_to_the_last_cent(
    earners: list[Earner], remaining: Cents
) -> None:
    wanted = sum(capped_demands(earners).values())

    assert sum(settle(earners, remaining).values()) == min(remaining, wanted)


@given(clips())
def test_settling_again_on_the_same_views_credits_nothing(earners: list[Earner]) -> None:
    credited = settle(earners, PLENTY)
    after = [
        clip._replace(gross_credited=clip.gross_credited + credited.get(clip.clip_id, 0))
        for clip in earners
    ]

    assert settle(after, PLENTY) == {}


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.integers(1, 5_000))
def test_many_small_steps_earn_the_same_as_one_large_step(steps: list[int], rate: Cents) -> None:
    clip = CLIP._replace(rate=rate, peak_views=CLIP.initial_views)
    for step in steps:
        clip = clip._replace(peak_views=clip.peak_views + step)
        clip = clip._replace(
            gross_credited=clip.gross_credited + sum(settle([clip], PLENTY).values())
        )

    assert clip.gross_credited == clip._replace(gross_credited=0).demand


@given(clips(one_cap_per_clipper=True))
def test_no_clipper_ever_gets_more_than_the_cap_per_clipper(earners: list[Earner]) -> None:
    fresh = [clip._replace(gross_credited=0, recovered=0) for clip in earners]
    credited = settle(fresh, PLENTY)

    for clip in fresh:
        if clip.max_per_clipper is not None:
            of_user = sum(
                credited.get(other.clip_id, 0) for other in fresh if other.user_id == clip.user_id
            )
            assert of_user <= clip.max_per_clipper


def test_of_several_frozen_caps_per_clipper_the_most_generous_holds() -> None:
    early, late = CLIP._replace(max_per_clipper=300), CLIP._replace(clip_id=2, max_per_clipper=600)

    assert settle([early, late], PLENTY) == {1: 300, 2: 300}
    assert settle([early, late._replace(max_per_clipper=None)], PLENTY) == {1: 500, 2: 500}


def test_what_was_taken_back_of_a_clip_counts_for_its_own_target_and_not_for_the_clippers_cap() -> (
    None
):
    revoked = CLIP._replace(max_per_clipper=600, gross_credited=500, may_earn=False)
    honest = CLIP._replace(clip_id=2, max_per_clipper=600)

    assert settle([revoked, honest], PLENTY) == {2: 100}
    assert settle([revoked._replace(recovered=300), honest], PLENTY) == {2: 400}
    assert settle([revoked._replace(recovered=500), honest], PLENTY) == {2: 500}
    assert CLIP._replace(gross_credited=500, recovered=500).demand == 0


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.OK])
def test_a_reading_without_a_count_changes_no_views_and_raises_a_flag(outcome: Outcome) -> None:
    after = observe(SEEN, outcome, None, AT)

    assert (after.views, after.peak_views, after.state) == (
        SEEN.views,
        SEEN.peak_views,
        ClipState.TRACKED,
    )
    assert after.flag


def test_zero_after_a_larger_count_is_not_believed() -> None:
    after = observe(SEEN, Outcome.OK, 0, AT)

    assert (after.views, after.peak_views) == (5_000, 6_000)
    assert after.flag == "Zero views were read after 6,000."


def test_a_fall_is_kept_and_shown_but_the_peak_stays() -> None:
    after = observe(SEEN, Outcome.OK, 4_000, AT)

    assert (after.views, after.peak_views) == (4_000, 6_000)
    assert after.flag == "The views fell from 5,000 to 4,000."


def test_growth_raises_the_peak_and_clears_the_flag() -> None:
    flagged = SEEN._replace(flag="The video is private.")

    assert observe(flagged, Outcome.OK, 7_000, AT) == SEEN._replace(views=7_000, peak_views=7_000)


def test_a_video_is_removed_by_two_explicit_not_founds_a_day_apart() -> None:
    once = observe(SEEN, Outcome.NOT_FOUND, None, AT)
    soon = observe(once, Outcome.NOT_FOUND, None, AT + DAY - SECOND)
    twice = observe(once, Outcome.NOT_FOUND, None, AT + DAY)
    at_last = observe(soon, Outcome.NOT_FOUND, None, AT + DAY)

    states = [each.state for each in (once, soon, twice, at_last)]
    assert states == [ClipState.TRACKED, ClipState.TRACKED, ClipState.REMOVED, ClipState.REMOVED]


@pytest.mark.parametrize(
    "outcome", [outcome for outcome in Outcome if outcome is not Outcome.NOT_FOUND]
)
def test_nothing_but_not_found_removes_a_video(outcome: Outcome) -> None:
    seen = SEEN
    for days in range(40):
        seen = observe(
            seen, outcome, 6_000 if outcome is Outcome.OK else None, AT + days * DAY, "X"
        )

    assert seen.state is ClipState.TRACKED


def test_a_removed_video_that_is_read_again_is_tracked_and_grows_from_its_peak() -> None:
    gone = observe(observe(SEEN, Outcome.NOT_FOUND, None, AT), Outcome.NOT_FOUND, None, AT + DAY)
    back = observe(gone, Outcome.OK, 7_000, AT + 2 * DAY)

    assert back == SEEN._replace(views=7_000, peak_views=7_000)


def test_a_revoked_clip_stays_revoked_whatever_is_read() -> None:
    seen = SEEN._replace(state=ClipState.REVOKED)
    for days, (outcome, views) in enumerate(
        [(Outcome.NOT_FOUND, None)] * 3 + [(Outcome.OK, 9_000)]
    ):
        seen = observe(seen, outcome, views, AT + days * DAY)
        assert seen.state is ClipState.REVOKED


@pytest.mark.parametrize("between", [(Outcome.OK, 6_500), (Outcome.OK, 0)], ids=str)
def test_a_video_that_was_seen_in_between_is_not_removed(between: tuple[Outcome, int]) -> None:
    seen_again = observe(observe(SEEN, Outcome.NOT_FOUND, None, AT), *between, AT + DAY)

    assert observe(seen_again, Outcome.NOT_FOUND, None, AT + 2 * DAY).state is ClipState.TRACKED


@given(st.integers(0, 10**9), st.sampled_from(Outcome), st.integers(0, 10**9))
def test_no_reading_ever_lowers_the_peak(peak: int, outcome: Outcome, views: int) -> None:
    before = SEEN._replace(views=peak, peak_views=peak)
    after = observe(before, outcome, views if outcome is Outcome.OK else None, AT)

    counts = outcome is Outcome.OK and after.jump is None  # a jump waits for an admin
    assert after.peak_views == (max(peak, views) if counts else peak)
