"""The worked example of the product, to the cent, on both databases."""

import pytest

from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import Clip, ClipSubmission, SubmissionStatus
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.tracking.models import RunStatus
from tests.factories import instagram, tiktok, youtube
from tests.world import World

VIDEOS = (tiktok(1), youtube(2), instagram(3), tiktok(4))
BASELINES = (1_000, 0, 777, 50)
FIRST = (3_000, 10_000, 1_777, 51)
SECOND = (23_000, 30_000, 21_777, 51)


@pytest.fixture
async def campaign(world: World) -> Campaign:
    """$100.00 at $2.50 per 1,000 views."""
    return await world.campaign(budget="100.00", payout_rate="2.50")


@pytest.fixture
async def clips(world: World, campaign: Campaign) -> list[Clip]:
    return [
        await world.clip(campaign, video, baseline=baseline)
        for video, baseline in zip(VIDEOS, BASELINES, strict=True)
    ]


async def test_each_clip_earns_for_its_growth(
    world: World, campaign: Campaign, clips: list[Clip]
) -> None:
    run = await world.read(*zip(VIDEOS, FIRST, strict=True))

    assert await world.earnings(*clips) == [500, 2_500, 250, 0]
    assert (run.status, run.earnings_added, run.clips_successful) == (RunStatus.COMPLETED, 3_250, 4)
    assert (await world.now(campaign)).spent == 3_250
    clipper = await world.user()
    assert (clipper.total_earnings, clipper.available) == (3_250, 3_250)
    assert clipper.total_views == sum(FIRST)


async def test_the_same_views_again_earn_nothing(
    world: World, campaign: Campaign, clips: list[Clip]
) -> None:
    await world.read(*zip(VIDEOS, FIRST, strict=True))
    again = await world.read(*zip(VIDEOS, FIRST, strict=True))

    assert again.earnings_added == 0
    assert (await world.now(campaign)).spent == 3_250


async def test_a_budget_that_runs_out_is_shared_in_proportion_and_closes_the_campaign_once(
    world: World, campaign: Campaign, clips: list[Clip]
) -> None:
    latecomer = await world.another_clipper()
    pending = await world.submission(campaign, tiktok(9), baseline=5, by=latecomer)
    await world.read(*zip(VIDEOS, FIRST, strict=True))
    run = await world.read(
        *zip(VIDEOS, SECOND, strict=True)
    )  # each of three demands $50.00, $67.50 is left

    assert await world.earnings(*clips) == [500 + 2_250, 2_500 + 2_250, 250 + 2_250, 0]
    assert (run.earnings_added, run.campaigns_completed) == (6_750, 1)
    closed = await world.now(campaign)
    assert (closed.spent, closed.status) == (10_000, CampaignStatus.COMPLETED)
    assert closed.completion_reason == "The budget was used up."
    assert closed.completed_at is not None

    snapshots = await world.all(ClipSubmission, ClipSubmission.status == SubmissionStatus.APPROVED)
    assert [submission.final_earnings for submission in snapshots] == [2_750, 4_750, 2_500, 0]
    refused = await world.now(pending)
    assert (refused.status, refused.reason) == (
        SubmissionStatus.REJECTED,
        "the budget was used up before review",
    )
    assert await world.told(latecomer) == [NotificationKind.SUBMISSION_REJECTED]
    assert (await world.told()).count(NotificationKind.CAMPAIGN_COMPLETED) == 1


async def test_a_completed_campaign_is_never_read_or_credited_again(
    world: World, campaign: Campaign, clips: list[Clip]
) -> None:
    await world.read(*zip(VIDEOS, SECOND, strict=True))
    paid_runs, told = world.runs_started, await world.told()
    after = await world.read(*((video, 10**6) for video in VIDEOS))

    assert (after.clips_planned, after.earnings_added) == (0, 0)
    assert world.runs_started == paid_runs
    assert await world.told() == told
    assert (await world.now(campaign)).spent == 10_000
