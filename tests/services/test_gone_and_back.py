"""Clips that no count is read of: gone, resting, back again; and what that costs and pays."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest

from swivi.core import clock
from swivi.core.errors import Conflict, InvalidInput
from swivi.demo.simulator.items.base import ODD_WORD, State
from swivi.domain.accounts.errors import AdminsOnly
from swivi.domain.campaigns.errors import WrongCampaignStatus
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import review
from swivi.domain.clips.errors import NoSuchClip
from swivi.domain.clips.models import Clip, ClipState, ViewTracking
from swivi.domain.clips.tallies import CLIPS
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import manual_readings
from swivi.domain.tracking.failures import unknown_words
from swivi.domain.tracking.models import TrackingRun
from tests.factories import tiktok, youtube
from tests.world import World

VIDEO = youtube(1)
"""YouTube says which videos are deleted; TikTok does not."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def campaign(world: World) -> Campaign:
    return await world.campaign()


@pytest.fixture
async def clip(world: World, campaign: Campaign) -> Clip:
    """A clip that was seen with 5,000 views and earned $12.50 for them."""
    clip = await world.clip(campaign, VIDEO)
    await world.read((VIDEO, 5_000))
    world.simulator.runs_started.clear()
    return clip


@contextmanager
def later(wait: timedelta) -> Iterator[None]:
    with clock.standing_at(clock.now() + wait):
        yield


async def track(world: World, *waits: timedelta) -> list[TrackingRun]:
    """A run so long from now, for each of `waits`."""
    runs = []
    for wait in waits:
        with later(wait):
            runs.append(await world.track())
    return runs


async def planned(world: World, *waits: timedelta) -> list[int]:
    return [run.clips_planned for run in await track(world, *waits)]


async def remove(world: World) -> None:
    """Two runs a day apart are told that the video does not exist."""
    world.simulator.script(VIDEO, state="not_found")
    await track(world, timedelta(), DAY + HOUR)


async def counted(world: World, state: ClipState) -> int:
    """How many clips the kept totals have in this state."""
    async with world.database.reading() as session:
        rows = await session.execute(CLIPS.select().where(CLIPS.c.state == state.value))
        return sum(row.clips for row in rows)


async def track_again(world: World, clip: Clip, reason: object = "It is there.") -> Clip:
    async with world.database.writing() as session:
        return await review.track_again(session, world.admin, clip.id, reason)


async def test_two_not_founds_remove_a_clip_only_if_a_day_lies_between_them(
    world: World, clip: Clip
) -> None:
    world.simulator.script(VIDEO, state="not_found")
    await track(world, timedelta(), HOUR, DAY - HOUR)
    soon = await world.now(clip)
    await track(world, DAY + HOUR)
    gone = await world.now(clip)

    assert (soon.state, gone.state) == (ClipState.TRACKED, ClipState.REMOVED)
    assert (gone.earnings, gone.peak_views) == (1_250, 5_000)
    assert (await counted(world, ClipState.TRACKED), await counted(world, ClipState.REMOVED)) == (
        0,
        1,
    )


@pytest.mark.parametrize("state", ["not_found", "private"])
async def test_an_answer_that_cannot_tell_private_from_deleted_never_removes(
    world: World, campaign: Campaign, state: State
) -> None:
    clip = await world.clip(campaign, tiktok(1))
    world.simulator.script(tiktok(1), state=state)
    await track(world, *(days * DAY for days in range(4)))

    after = await world.now(clip)
    assert (after.state, after.not_found_runs) == (ClipState.TRACKED, 0)
    assert after.flag == "The platform does not show the video: it is private or was deleted."


async def test_a_removed_clip_is_read_at_a_falling_rate_for_thirty_days(
    world: World, clip: Clip
) -> None:
    await remove(world)
    removed_at = DAY + HOUR
    waits = [removed_at + 4 * hours * HOUR for hours in range(1, 6 * 40)]
    read = [
        wait - removed_at
        for wait, number in zip(waits, await planned(world, *waits), strict=True)
        if number
    ]

    week = [days * DAY for days in range(1, 8)]
    assert read == [*week, *(week[-1] + 3 * number * DAY for number in range(1, 9))]


async def test_a_removed_clip_that_is_back_earns_from_its_peak(world: World, clip: Clip) -> None:
    await remove(world)
    world.simulator.script(VIDEO, 9_000)
    [run] = await track(world, 3 * DAY)

    back = await world.now(clip)
    assert (back.state, back.views, back.earnings) == (ClipState.TRACKED, 9_000, 2_250)
    assert (back.flag, back.not_found_since, back.resting_since, back.next_look_at) == (
        None,
        None,
        None,
        None,
    )
    assert run.earnings_added == 1_000
    assert (await world.user()).total_views == 9_000
    assert await counted(world, ClipState.REMOVED) == 0
    assert await planned(world, 3 * DAY + HOUR) == [1]


async def test_a_removed_clip_that_is_not_due_keeps_no_other_from_being_paid(
    world: World, campaign: Campaign, clip: Clip
) -> None:
    other = await world.clip(campaign, tiktok(2))
    world.simulator.script(tiktok(2), 400)
    await remove(world)
    world.simulator.script(tiktok(2), 4_000)
    [run] = await track(world, DAY + 2 * HOUR)

    assert (run.clips_planned, run.clips_read) == (1, 1)
    assert await world.earnings(clip, other) == [1_250, 1_000]


async def test_an_admin_has_a_removed_clip_tracked_again(world: World, clip: Clip) -> None:
    await remove(world)
    assert await planned(world, DAY + 2 * HOUR) == [0]
    await track_again(world, clip, " I watched it. ")

    [entry] = await world.all(AuditEntry, AuditEntry.action == "clip.tracked_again")
    assert (entry.actor_id, entry.subject_id, entry.reason) == (
        world.admin.user_id,
        clip.id,
        "I watched it.",
    )
    assert (entry.before, entry.after) == ({"state": "REMOVED"}, {"state": "TRACKED"})
    assert (await counted(world, ClipState.TRACKED), await counted(world, ClipState.REMOVED)) == (
        1,
        0,
    )
    world.simulator.script(VIDEO, 9_000)
    await track(world, DAY + 2 * HOUR)
    assert await world.earnings(clip) == [2_250]


async def test_what_cannot_be_tracked_again_is_refused(
    world: World, campaign: Campaign, clip: Clip
) -> None:
    async with world.database.writing() as session:
        with pytest.raises(AdminsOnly):
            await review.track_again(session, world.clipper, clip.id, "Mine.")
    with pytest.raises(NoSuchClip):
        await track_again(world, Clip(id=999))
    with pytest.raises(Conflict, match="already read by every run"):
        await track_again(world, clip)
    await remove(world)
    with pytest.raises(InvalidInput):
        await track_again(world, clip, " ")
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, clip.id, "Bought views.")
    with pytest.raises(Conflict, match="revoked"):
        await track_again(world, clip)
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Enough.")
    with pytest.raises(WrongCampaignStatus):
        await track_again(world, clip)


async def test_views_entered_by_hand_for_a_lone_clip_that_is_gone_are_credited_by_the_next_run(
    world: World, clip: Clip
) -> None:
    await remove(world)
    with later(DAY + 2 * HOUR):
        async with world.database.writing() as session:
            await manual_readings.read_by_hand(
                session, world.admin, clip.id, views=9_000, reason="I looked."
            )
    [run] = await track(world, DAY + 3 * HOUR)

    assert (run.earnings_added, await world.earnings(clip)) == (1_000, [2_250])
    assert (await world.now(clip)).state is ClipState.TRACKED, (
        "whoever counts its views says that it is there"
    )


async def test_views_entered_by_hand_are_settled_once_where_no_clip_is_to_be_read(
    world: World, clip: Clip
) -> None:
    with later(HOUR):
        async with world.database.writing() as session:
            await manual_readings.read_by_hand(
                session, world.admin, clip.id, views=9_000, reason="I looked."
            )
            resting = await session.get_one(Clip, clip.id)
            resting.resting_since = clock.now()  # and is never due
    first, second = await track(world, 2 * HOUR, 3 * HOUR)

    assert (first.campaigns_planned, first.clips_planned, first.earnings_added) == (1, 0, 1_000)
    assert (second.campaigns_planned, second.earnings_added) == (0, 0)


async def test_an_unknown_word_is_kept_shown_and_asked_for_less_and_less(
    world: World, clip: Clip
) -> None:
    world.simulator.script(VIDEO, state="odd")
    [run] = await track(world, timedelta())
    async with world.database.reading() as session:
        assert await unknown_words(session, run.id) == {ODD_WORD: 1}
    [kept] = await world.all(ViewTracking, ViewTracking.run_id == run.id)
    assert (kept.outcome, kept.word) == (Outcome.ERROR, ODD_WORD)
    flagged = await world.now(clip)
    assert (flagged.state, flagged.flag) == (
        ClipState.TRACKED,
        f"The scraper answered with an unknown word: {ODD_WORD}",
    )

    every_day: Sequence[int] = await planned(world, *(days * DAY + HOUR for days in range(1, 60)))
    assert every_day[:5] == [1] * 5
    assert sum(every_day) < 20
    assert every_day[-25:] == [0] * 25, "after a month it costs nothing more"
    assert (await world.now(clip)).earnings == 1_250
