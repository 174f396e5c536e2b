"""One run, done by several processes: each slice by one of them, each campaign settled once,
whoever dies.
"""

import asyncio
from datetime import timedelta

import pytest

from swivi.core import leases
from swivi.domain.campaigns.models import Campaign
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.platforms.models import Platform
from swivi.domain.platforms.readers.protocol import ViewReader, ViewReaders
from swivi.domain.tracking.models import (
    PlannedCampaign,
    PlanStatus,
    RunSlice,
    RunStatus,
    SliceStatus,
    TrackingRun,
    Trigger,
)
from swivi.domain.tracking.plan import CampaignGroup, cut_into_slices
from swivi.domain.tracking.reading import ReadingOptions
from swivi.domain.tracking.service import SLICE_BATCHES, Tracker, TrackingOptions
from tests.factories import tiktok
from tests.live import until
from tests.world import World

CAMPAIGNS = 4
OPTIONS = TrackingOptions(
    reading=ReadingOptions(batch_size=1, concurrency=SLICE_BATCHES, pause_seconds=0)
)
"""A scraper run for each clip, so that a campaign of SLICE_BATCHES clips is a slice, and keeps one
process busy.
"""


class Counting:
    """A process's readers, and how many scraper runs it began."""

    def __init__(self, readers: ViewReaders | None) -> None:
        assert readers is not None
        self._readers = readers
        self.used = 0
        self.begun = asyncio.Event()

    def for_platform(self, platform: Platform) -> ViewReader:
        self.used += 1
        self.begun.set()
        return self._readers.for_platform(platform)


def process(world: World, options: TrackingOptions = OPTIONS) -> tuple[Tracker, Counting]:
    """What another process on this database has."""
    readers = Counting(world.running.readers)
    return Tracker(world.database, readers, options), readers


async def keeps_taking_part(tracker: Tracker) -> None:
    """As the schedule has it, until cancelled."""
    while True:
        await tracker.process_slices()
        await asyncio.sleep(0.02)


@pytest.fixture
async def campaigns(world: World) -> list[Campaign]:
    """Campaigns of one slice each, whose clips have grown by $1.00."""
    made = []
    for number in range(CAMPAIGNS):
        made.append(await world.campaign())
        for clip in range(SLICE_BATCHES):
            video = tiktok(number * 100 + clip)
            await world.clip(made[-1], video)
            world.simulator.script(video, 400)
    return made


def _group(clips: int) -> CampaignGroup:
    return CampaignGroup(Campaign(title="", payout_rate=1, budget=1, platforms=[]), clips)


@pytest.mark.parametrize(
    ("clips", "slices"),
    [
        ([], []),
        ([0], [[0]]),
        ([3], [[3]]),
        ([10], [[10]]),
        ([5, 5, 5], [[5], [5], [5]]),
        ([1, 2, 3, 4, 1], [[1, 2, 3], [4, 1]]),
        ([4, 9, 1], [[4, 9], [1]]),
    ],
)
def test_a_share_has_whole_campaigns_and_at_least_so_many_clips_unless_it_is_the_last(
    clips: list[int], slices: list[list[int]]
) -> None:
    dealt = cut_into_slices([_group(count) for count in clips], 5)
    assert [[group.clips for group in part] for part in dealt] == slices


async def test_two_processes_do_one_run_together_and_settle_each_campaign_once(
    world: World, campaigns: list[Campaign]
) -> None:
    world.simulator.set(run_seconds=0.4)
    (first, ours), (second, theirs) = process(world), process(world)
    helping = asyncio.create_task(keeps_taking_part(second))
    run = await first.run(Trigger.CLI)
    helping.cancel()

    assert (run.status, run.clips_read, run.campaigns_settled) == (
        RunStatus.COMPLETED,
        20,
        CAMPAIGNS,
    )
    assert run.earnings_added == 2_000
    assert ours.used >= SLICE_BATCHES, "the first took a slice"
    assert theirs.used >= SLICE_BATCHES, "the second took another"
    assert world.runs_started == 20, "no clip was read twice"
    planned = await world.all(PlannedCampaign, PlannedCampaign.run_id == run.id)
    assert [(one.slice_number, one.status) for one in planned] == [
        (number, PlanStatus.SETTLED) for number in (1, 2, 3, 4)
    ]


async def test_one_process_alone_keeps_its_scrapers_busy_across_shares(
    world: World, campaigns: list[Campaign]
) -> None:
    options = TrackingOptions(
        reading=ReadingOptions(batch_size=1, concurrency=3 * SLICE_BATCHES, pause_seconds=0)
    )
    world.simulator.set(hold=True)
    tracker, _ = process(world, options)
    running = asyncio.create_task(tracker.run(Trigger.CLI))
    # Nothing ends meanwhile: what begins did not wait for another slice's end.
    await until(lambda: world.runs_started == 3 * SLICE_BATCHES)
    assert not await world.all(RunSlice, RunSlice.status == SliceStatus.DONE)
    world.simulator.set(hold=False)
    assert (await running).clips_read == 20


async def test_a_run_ends_only_when_the_shares_of_others_have(
    world: World, campaigns: list[Campaign]
) -> None:
    world.simulator.set(run_seconds=0.4)
    (first, _), (second, theirs) = process(world), process(world)
    running = asyncio.create_task(first.run(Trigger.CLI))
    helping = asyncio.create_task(keeps_taking_part(second))
    await theirs.begun.wait()
    world.simulator.set(run_seconds=1.5)  # for whatever is started from now on
    run = await running
    assert not await world.all(RunSlice, RunSlice.status == SliceStatus.OPEN)
    assert (run.clips_read, run.earnings_added) == (20, 2_000)
    helping.cancel()


async def test_the_share_of_a_process_that_died_is_taken_over(
    world: World, campaigns: list[Campaign]
) -> None:
    first, _ = process(world)
    # The dead: it took the second slice of the coming run, and will renew its lease, a short one,
    # no more.
    coming = len(await world.all(TrackingRun)) + 1
    assert await leases.acquire(world.database, f"tracking:{coming}:2", timedelta(seconds=1))
    run = await first.run(Trigger.CLI)
    assert run.id == coming
    assert (run.clips_read, run.campaigns_settled, run.earnings_added) == (20, CAMPAIGNS, 2_000)


async def test_a_helper_whose_conductor_died_ends_its_shares_and_the_next_conductor_ends_the_run(
    world: World, campaigns: list[Campaign]
) -> None:
    first, ours = process(world)
    running = asyncio.create_task(first.run(Trigger.CLI))
    await ours.begun.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    second, theirs = process(world)
    await second.process_slices()
    [run] = await world.all(TrackingRun)
    assert theirs.used
    assert run.status is RunStatus.RUNNING
    assert not await world.all(RunSlice, RunSlice.status == SliceStatus.OPEN)
    await second.resume()
    ended = await world.now(run)
    assert (ended.status, ended.clips_read, ended.earnings_added) == (
        RunStatus.COMPLETED,
        20,
        2_000,
    )
    assert world.runs_started == 20


async def test_a_quota_met_by_one_process_stops_all_shares_with_one_message(
    world: World, campaigns: list[Campaign]
) -> None:
    world.simulator.set(refuse="quota")
    (first, _), (second, _) = process(world), process(world)
    helping = asyncio.create_task(keeps_taking_part(second))
    run = await first.run(Trigger.CLI)
    helping.cancel()

    assert run.status is RunStatus.FAILED
    assert run.problem
    assert (run.clips_read, run.earnings_added) == (0, 0)
    assert (await world.told(world.admin)).count(NotificationKind.TRACKING_STOPPED) == 1
    world.simulator.set(refuse=None)
    assert (await world.track()).earnings_added == 2_000


async def test_a_process_without_a_run_to_help_with_does_nothing(
    world: World, campaigns: list[Campaign]
) -> None:
    tracker, readers = process(world)
    await tracker.process_slices()
    await world.track()
    await tracker.process_slices()
    assert readers.used == 0
