"""What reviewers are told about counts, from the readings that are stored; and that it changes no
payment.
"""

from swivi.domain.clips.models import ViewTracking
from swivi.domain.platforms.models import Outcome
from swivi.insights.submissions.review_queue import background, review_row
from tests.factories import tiktok
from tests.world import World


async def signs(world: World, submission_id: int) -> tuple[str, ...]:
    async with world.database.reading() as session:
        return (await background(session, await review_row(session, submission_id))).signs


async def test_a_reviewer_sees_a_jump_and_a_rounded_count_and_the_clip_is_paid_all_the_same(
    world: World,
) -> None:
    campaign = await world.campaign(budget="5000.00")
    clip = await world.clip(campaign, tiktok(1), baseline=40)
    assert await signs(world, clip.submission_id) == ()
    await world.read((tiktok(1), 573_900))

    rounded, jump = await signs(world, clip.submission_id)
    assert rounded.startswith("573,900 views is rounded by the platform to a multiple of 100.")
    assert "The first count was 40 (" in jump
    assert "the next one 573,900 (" in jump
    assert await world.earnings(clip) == [(573_900 - 40) * 250 // 1_000]


async def test_a_reviewer_sees_a_rounded_baseline_before_approval(world: World) -> None:
    submission = await world.submission(await world.campaign(), tiktok(1), baseline=12_300)

    [rounded] = await signs(world, submission.id)
    assert rounded.startswith("12,300 views is rounded by the platform")


async def test_the_baseline_keeps_what_it_counts_so_that_another_metric_is_seen(
    open_world: World,
) -> None:
    world = open_world
    clip = await world.clip(await world.campaign(), tiktok(1), baseline=5_001)
    [baseline] = await world.all(ViewTracking)
    assert baseline.metric == "playCount"
    async with world.database.writing() as session:
        session.add(
            ViewTracking(
                clip_id=clip.id,
                date=baseline.date,
                outcome=Outcome.OK,
                views=6_001,
                metric="viewCount",
                source="other",
            )
        )

    [sign] = await signs(world, clip.submission_id)
    assert "playCount was 5,001" in sign
    assert "viewCount is 6,001" in sign
