"""What the admins' dashboard says needs attention."""

from datetime import timedelta

from swivi.core import clock
from swivi.insights.campaigns.ending import ending_campaigns
from swivi.insights.operations.overview import overview
from tests.factories import tiktok
from tests.world import World


async def test_a_submission_waits_for_review_once_its_baseline_is_there_and_is_stuck_in_an_hour(
    world: World,
) -> None:
    campaign = await world.campaign()
    started = clock.now()
    for number, minutes, baseline in ((1, 90, None), (2, 30, None), (3, 45, 100), (4, 20, 100)):
        with clock.standing_at(started - timedelta(minutes=minutes)):
            await world.submission(campaign, tiktok(number), baseline=baseline)

    async with world.database.reading() as session:
        now = await overview(session)
    assert (now.submissions_pending, now.submissions_unread, now.submissions_stuck) == (4, 2, 1)
    assert now.oldest_pending_at == started - timedelta(minutes=45)
    assert (now.clippers, now.admins) == (1, 1)


async def test_campaigns_that_are_nearly_over_come_with_the_least_left_first(world: World) -> None:
    soon, later = clock.now() + timedelta(days=1), clock.now() + timedelta(days=3)
    used_up = await world.campaign(title="Used up", budget="10.00", payout_rate="1.00")
    await world.clip(used_up, tiktok(1))
    await world.read((tiktok(1), 9_000))
    ending = await world.campaign(title="Ending", budget="50.00", ends_at=soon)
    await world.campaign(title="Fresh", budget="50.00", ends_at=later)
    await world.campaign(title="Draft", budget="50.00", ends_at=soon, status="DRAFT")
    almost = await world.campaign(title="Almost", budget="10.00", payout_rate="1.00")
    await world.clip(almost, tiktok(2))
    await world.read((tiktok(2), 8_990))

    async with world.database.reading() as session:
        found = await ending_campaigns(session)
    assert [(each.campaign_id, each.spent, each.ends_at) for each in found] == [
        (used_up.id, 9_00, None),
        (ending.id, 0, ending.ends_at),
    ]
    assert almost.id not in {each.campaign_id for each in found}
