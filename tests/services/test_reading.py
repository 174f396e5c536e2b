"""Reading through the scraper: what it costs, what goes wrong, and that no failure ever moves money
(I13).
"""

from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import col, select

from swivi.core import clock
from swivi.demo.simulator.items.base import State
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.models import Clip, ClipSubmission, ViewTracking
from swivi.domain.notifications.models import Notification, NotificationKind
from swivi.domain.platforms.models import Outcome, Platform
from swivi.domain.platforms.preview import look_at
from swivi.domain.tracking.models import (
    PlannedCampaign,
    PlanStatus,
    RunStatus,
    ScraperRun,
    ScraperStatus,
    Trigger,
)
from swivi.domain.tracking.reading import MOST_ATTEMPTS, ReadingOptions
from swivi.domain.tracking.recorded_readers import RecordedReaders
from swivi.domain.tracking.service import Tracker, TrackingOptions
from tests.factories import instagram, tiktok, youtube
from tests.simulator import RunningSimulator
from tests.world import World

MAKERS = (tiktok, youtube, instagram)


@pytest.fixture
async def campaign(world: World) -> Campaign:
    return await world.campaign()


@pytest.fixture
async def clip(world: World, campaign: Campaign) -> Clip:
    """A clip that was seen with 5,000 views and earned $12.50 for them."""
    clip = await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 5_000))
    world.simulator.runs_started.clear()
    return clip


async def test_a_hundred_clips_on_three_platforms_cost_one_scraper_run_each_platform(
    world: World, campaign: Campaign
) -> None:
    videos = [make(number) for number in range(34) for make in MAKERS][:100]
    clips = [await world.clip(campaign, video) for video in videos]
    run = await world.read(*((video, 400) for video in videos))

    started = world.simulator.runs_started
    assert started.total() == len(started) == len(MAKERS)
    assert (run.clips_read, run.clips_failed) == (100, 0)
    assert await world.earnings(*clips) == [100] * 100


async def test_a_batch_larger_than_the_batch_size_is_split(
    world: World, campaign: Campaign
) -> None:
    for number in range(5):
        await world.clip(campaign, tiktok(number))
    options = TrackingOptions(reading=ReadingOptions(batch_size=2, pause_seconds=0))
    run = await Tracker(world.database, world.running.readers, options).run(Trigger.CLI)

    assert Counter(len(given["postURLs"]) for given in world.simulator.inputs()) == {2: 2, 1: 1}
    assert run.clips_successful == 5


@pytest.mark.parametrize(
    "scripts",
    [
        [
            {"state": state}
            for state in ("not_found", "private", "restricted", "error", "omitted", "note")
        ],
        [{"views": [views]} for views in (None, -1, -5_000, True, "many", 1.5, 10**15)],
    ],
    ids=["no count", "implausible count"],
)
async def test_a_reading_without_a_plausible_count_moves_no_money_and_raises_a_flag(
    world: World, campaign: Campaign, scripts: list[dict[str, object]]
) -> None:
    videos = [tiktok(number) for number in range(len(scripts))]
    clips = [await world.clip(campaign, video) for video in videos]
    await world.read(*((video, 400) for video in videos))
    before = await world.user()
    world.simulator.set(
        videos={
            f"tiktok/{video.external_id}": script
            for video, script in zip(videos, scripts, strict=True)
        }
    )
    run = await world.track()

    for clip in [await world.now(clip) for clip in clips]:
        assert (clip.earnings, clip.views, clip.peak_views) == (100, 400, 400)
        assert clip.flag
    assert (run.earnings_added, run.clips_read, run.clips_failed) == (0, len(clips), len(clips))
    assert await world.user() == before


async def test_zero_after_a_larger_count_moves_no_money_and_raises_a_flag(
    world: World, clip: Clip
) -> None:
    await world.read((tiktok(1), 0))

    after = await world.now(clip)
    assert (after.earnings, after.views, after.flag) == (
        1_250,
        5_000,
        "Zero views were read after 5,000.",
    )


async def test_a_fall_is_shown_and_regaining_it_pays_nothing_twice(
    world: World, clip: Clip
) -> None:
    await world.read((tiktok(1), 3_000))
    fallen = await world.now(clip)
    await world.read((tiktok(1), 5_004))
    regained = await world.now(clip)

    assert (fallen.views, fallen.earnings, fallen.flag) == (
        3_000,
        1_250,
        "The views fell from 5,000 to 3,000.",
    )
    assert (regained.views, regained.earnings, regained.flag) == (5_004, 1_251, None)
    assert (await world.user()).total_views == 5_004


@pytest.mark.parametrize("state", ["not_found", "odd"])
async def test_an_answer_is_not_asked_for_again_within_the_run(
    world: World, clip: Clip, state: State
) -> None:
    world.simulator.script(tiktok(1), state=state)
    await world.track()

    assert world.runs_started == 1


async def test_a_transient_failure_is_read_again_before_the_campaign_settles(
    world: World, clip: Clip
) -> None:
    world.simulator.script(tiktok(1), None, 6_000)
    run = await world.track()

    assert await world.earnings(clip) == [1_500]
    assert (run.clips_read, run.clips_failed) == (1, 0)
    outcomes = [row.outcome for row in await world.all(ViewTracking, ViewTracking.run_id == run.id)]
    assert outcomes == [Outcome.ERROR, Outcome.OK]


async def test_only_the_clips_that_failed_are_read_again_and_not_for_ever(
    world: World, campaign: Campaign, clip: Clip
) -> None:
    await world.clip(campaign, tiktok(2))
    world.simulator.script(tiktok(1), 6_000)
    world.simulator.script(tiktok(2), state="omitted")
    run = await world.track()

    asked = [given["postURLs"] for given in world.simulator.inputs()][1:]
    assert [len(urls) for urls in asked] == [2] + [1] * (MOST_ATTEMPTS - 1)
    assert all(urls == [tiktok(2).canonical_url] for urls in asked[1:])
    assert (run.clips_read, run.clips_failed) == (2, 1)
    assert await world.earnings(clip) == [1_500]


@pytest.mark.parametrize("status", ["FAILED", "TIMED-OUT", "ABORTED"])
async def test_what_a_broken_scraper_run_brought_counts_and_the_rest_is_read_again(
    world: World, campaign: Campaign, status: str
) -> None:
    clips = [await world.clip(campaign, tiktok(number)) for number in (1, 2)]
    world.simulator.set(endings=[{"status": status, "rows": 1}])
    run = await world.read((tiktok(1), 400), (tiktok(2), 800))

    assert await world.earnings(*clips) == [100, 200]
    assert (run.status, run.clips_failed) == (RunStatus.COMPLETED, 0)
    assert [len(given["postURLs"]) for given in world.simulator.inputs()] == [2, 1]


async def test_a_scraper_that_never_succeeds_leaves_earnings_as_they_are(
    world: World, clip: Clip
) -> None:
    world.simulator.set(endings=[{"status": "FAILED", "rows": 0}] * MOST_ATTEMPTS)
    run = await world.read((tiktok(1), 9_000))

    assert (run.status, run.clips_failed, run.earnings_added) == (RunStatus.COMPLETED, 1, 0)
    assert await world.earnings(clip) == [1_250]


async def test_a_start_whose_answer_was_lost_is_found_and_not_paid_for_again(
    world: World, clip: Clip
) -> None:
    world.simulator.set(fail_starts=["drop"])
    await world.read((tiktok(1), 6_000))

    assert await world.earnings(clip) == [1_500]
    assert world.runs_started == 1
    assert len(await world.all(ScraperRun, ScraperRun.attempt > 1)) == 0


async def read_for_a_baseline(world: World, clip: Clip) -> None:
    await world.running.intake.read_baselines([await submission_of(world, clip)])


async def read_for_a_look(world: World, clip: Clip) -> None:
    recorded = RecordedReaders(world.database, world.running.readers)
    [look] = await look_at(recorded, [tiktok(1).canonical_url])
    assert look.reading is not None


async def submission_of(world: World, clip: Clip) -> ClipSubmission:
    [submission] = await world.all(ClipSubmission, ClipSubmission.id == clip.submission_id)
    return submission


@pytest.mark.parametrize("read_before", [read_for_a_baseline, read_for_a_look])
async def test_a_start_that_failed_adopts_no_scraper_run_of_seconds_ago_that_was_not_its_own(
    world: World, clip: Clip, read_before: Callable[[World, Clip], Awaitable[None]]
) -> None:
    await read_before(world, clip)
    world.simulator.set(fail_starts=["500"])  # begins nothing, which the answer does not say
    run = await world.read((tiktok(1), 9_000))

    readings = await world.all(ViewTracking, ViewTracking.run_id == run.id)
    assert [(row.outcome, row.views) for row in readings] == [
        (Outcome.ERROR, None),
        (Outcome.OK, 9_000),
    ]
    assert await world.earnings(clip) == [2_250]
    [before] = await world.all(ScraperRun, col(ScraperRun.run_id).is_(None))
    assert (before.status, before.external_ids) == (
        ScraperStatus.COLLECTED,
        [tiktok(1).external_id],
    )
    assert before.apify_run_id not in {
        row.apify_run_id for row in await world.all(ScraperRun, ScraperRun.id != before.id)
    }


async def test_a_lost_start_is_not_adopted_while_another_start_for_the_same_links_is_unknown(
    world: World, clip: Clip
) -> None:
    async with world.database.writing() as session:
        links = [tiktok(1).external_id]
        session.add(
            ScraperRun(
                run_id=None, platform=Platform.TIKTOK, external_ids=links, started_at=clock.now()
            )
        )
    world.simulator.set(fail_starts=["drop"])
    run = await world.read((tiktok(1), 6_000))

    assert await world.earnings(clip) == [1_500]
    assert (world.runs_started, run.clips_failed) == (2, 0)


async def test_a_baseline_whose_start_was_lost_is_found_and_not_paid_for_again(
    world: World, campaign: Campaign
) -> None:
    world.simulator.script(tiktok(2), 700)
    world.simulator.set(fail_starts=["drop"])
    url = tiktok(2).canonical_url
    sent = await world.running.intake.submit(world.clipper, campaign.id, url, wait_seconds=20)

    assert sent.initial_views == 700
    assert world.runs_started == 1


async def test_a_baseline_that_the_service_refused_is_a_failed_scraper_run(
    world: World, campaign: Campaign
) -> None:
    world.simulator.set(refuse="quota")
    await world.running.intake.submit(
        world.clipper, campaign.id, tiktok(2).canonical_url, wait_seconds=20
    )

    [scraper] = await world.all(ScraperRun)
    assert (scraper.status, scraper.run_id, scraper.apify_run_id) == (
        ScraperStatus.FAILED,
        None,
        None,
    )
    assert scraper.problem


@pytest.mark.parametrize("fault", ["500", "429", "busy"])
async def test_a_start_that_failed_is_tried_again_by_the_next_attempt(
    world: World, clip: Clip, fault: str
) -> None:
    world.simulator.set(fail_starts=[fault])
    run = await world.read((tiktok(1), 6_000))

    assert await world.earnings(clip) == [1_500]
    assert (world.runs_started, run.clips_failed) == (1, 0)


@pytest.mark.parametrize("refusal", ["quota", "credit", "token"])
async def test_a_refusal_of_the_service_stops_the_run_and_tells_each_admin_once(
    world: World, campaign: Campaign, clip: Clip, refusal: str
) -> None:
    other_admin = await world.another_admin()
    for make in (youtube, instagram):
        await world.clip(campaign, make(2))
    world.simulator.set(refuse=refusal)
    run = await world.track()

    assert (run.status, run.earnings_added) == (RunStatus.FAILED, 0)
    assert run.problem
    told = await world.all(Notification, Notification.kind == NotificationKind.TRACKING_STOPPED)
    assert sorted(one.user_id for one in told) == [world.admin.user_id, other_admin.user_id]
    assert {one.body for one in told} == {run.problem}
    assert (await world.now(clip)).flag is None, "no clip is to blame"


def one_batch_at_a_time(world: World) -> Tracker:
    options = TrackingOptions(reading=ReadingOptions(batch_size=1, concurrency=1, pause_seconds=0))
    return Tracker(world.database, world.running.readers, options)


def refuse_after(simulator: RunningSimulator, starts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the quota be used up by so many starts."""
    begin = simulator.start

    def start(*given: object, **more: object) -> object:
        run = begin(*given, **more)  # type: ignore[arg-type]
        if simulator.runs_started.total() >= starts:
            simulator.set(refuse="quota")
        return run

    monkeypatch.setattr(simulator, "start", start)


async def plans(world: World, run_id: int) -> list[PlanStatus]:
    return [
        plan.status for plan in await world.all(PlannedCampaign, PlannedCampaign.run_id == run_id)
    ]


async def test_of_a_run_that_was_stopped_only_campaigns_that_were_read_whole_are_settled(
    world: World, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await world.campaign(title="Winter")
    whole, read, unread = [
        await world.clip(of, tiktok(number))
        for number, of in ((1, campaign), (2, other), (3, other))
    ]
    for number in (1, 2, 3):
        world.simulator.script(tiktok(number), 4_000)
    refuse_after(world.simulator, 2, monkeypatch)
    stopped = await one_batch_at_a_time(world).run(Trigger.CLI)

    assert stopped.status is RunStatus.FAILED
    assert await plans(world, stopped.id) == [PlanStatus.SETTLED, PlanStatus.PLANNED]
    assert await world.earnings(whole, read, unread) == [1_000, 0, 0]

    world.simulator.set(refuse=None)
    await world.track()
    assert await world.earnings(whole, read, unread) == [1_000, 1_000, 1_000]


async def test_a_clip_that_awaits_another_attempt_keeps_its_campaign_open_in_a_stopped_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    scarce = await world.campaign(budget="10.00")
    lucky, unlucky = await world.clip(scarce, tiktok(1)), await world.clip(scarce, tiktok(2))
    world.simulator.script(tiktok(1), 8_000)
    world.simulator.script(tiktok(2), None, 8_000)
    refuse_after(world.simulator, 1, monkeypatch)
    await world.track()
    assert await world.earnings(lucky, unlucky) == [0, 0]

    world.simulator.set(refuse=None)
    await world.track()
    assert await world.earnings(lucky, unlucky) == [500, 500]


async def test_every_reading_is_kept_with_its_metric_and_source(
    world: World, campaign: Campaign
) -> None:
    metrics = {tiktok(1): "playCount", youtube(1): "viewCount", instagram(1): "videoPlayCount"}
    clips = {video: await world.clip(campaign, video) for video in metrics}
    await world.read(*((video, 10) for video in metrics))

    async with world.database.reading() as session:
        for video, metric in metrics.items():
            kept = await session.exec(
                select(ViewTracking.metric, ViewTracking.views).where(
                    ViewTracking.clip_id == clips[video].id, ViewTracking.source != "baseline"
                )
            )
            assert kept.all() == [(metric, 10)]


async def test_instagrams_other_metric_is_never_read(world: World, campaign: Campaign) -> None:
    clip = await world.clip(campaign, instagram(1))
    await world.read((instagram(1), 4_000))  # the simulator says 2,000 in videoViewCount

    assert await world.earnings(clip) == [1_000]
