"""What analytics say of two clips on known days, against a computation by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from swivi.core import clock
from swivi.domain.campaigns import service as campaigns
from swivi.domain.clips import review
from swivi.domain.platforms.models import Platform
from swivi.insights.campaigns.history import burn_down, campaign_days
from swivi.insights.money.analytics import Analytics, analytics
from swivi.insights.money.flows import Comparison, Flow
from tests.factories import tiktok, youtube
from tests.statements import asked
from tests.world import World

TODAY = date(2026, 3, 10)
TIKTOK, YOUTUBE = tiktok(1), youtube(2)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.fixture
async def story(world: World) -> World:
    """Has happened."""
    await happens(world)
    return world


async def happens(world: World) -> None:
    """Campaign 1 at $2.00 per 1,000 views, campaign 2 at $1.00; read on four days, with a count
    that fell and rose.
    """
    with clock.standing_at(at(1)):
        dear = await world.campaign(title="Dear", payout_rate="2.00", budget="50.00")
        cheap = await world.campaign(title="Cheap", payout_rate="1.00", budget="20.00")
        await world.clip(dear, TIKTOK, baseline=1_000)
        await world.clip(cheap, YOUTUBE, baseline=0)
    for moment, tiktok_views, youtube_views in (
        (at(2), 2_000, 500),
        (at(3, 23), 5_000, 400),
        (at(9, 0), 4_500, 1_500),
        (at(9, 1), 7_000, 1_500),
        (at(10), 8_000, 3_000),
    ):
        with clock.standing_at(moment):
            await world.read((TIKTOK, tiktok_views), (YOUTUBE, youtube_views))


async def seen(
    world: World, *, days: int = 7, today: date = TODAY, **narrowed: object
) -> Analytics:
    async with world.database.reading() as session:
        return await analytics(session, today=today, days=days, **narrowed)  # type: ignore[arg-type]


async def test_the_days_are_the_peaks_growth_and_the_ledgers_spending(story: World) -> None:
    found = await seen(story)

    assert dict(found.days) == {
        date(2026, 3, 4): Flow(),
        date(2026, 3, 5): Flow(),
        date(2026, 3, 6): Flow(),
        date(2026, 3, 7): Flow(),
        date(2026, 3, 8): Flow(),
        date(2026, 3, 9): Flow(2_000 + 1_000, 4_00 + 1_00),
        date(2026, 3, 10): Flow(1_000 + 1_500, 2_00 + 1_50),
    }
    assert found.total == Comparison(now=Flow(5_500, 8_50), before=Flow(4_000 + 500, 8_00 + 50))
    assert found.total.now.effective_cpm == 155  # 850 * 1000 / 5500 = 154.5, half up


async def test_platforms_and_campaigns_add_up_to_the_whole_and_the_largest_comes_first(
    story: World,
) -> None:
    found = await seen(story)

    of_tiktok = Comparison(now=Flow(3_000, 6_00), before=Flow(4_000, 8_00))
    of_youtube = Comparison(now=Flow(2_500, 2_50), before=Flow(500, 50))
    assert found.platforms == [(Platform.TIKTOK, of_tiktok), (Platform.YOUTUBE, of_youtube)]
    assert [(each.title, each.flow) for each in found.campaigns] == [
        ("Dear", of_tiktok),
        ("Cheap", of_youtube),
    ]


async def test_beyond_the_largest_campaigns_the_others_are_one_sum(story: World) -> None:
    whole, listed = await seen(story), await seen(story, most_campaigns=1)

    [dear, cheap] = whole.campaigns
    assert (listed.campaigns, listed.other_campaigns, listed.others) == ([dear], 1, cheap.flow)
    assert (listed.total, listed.days, listed.platforms) == (
        whole.total,
        whole.days,
        whole.platforms,
    )
    assert (whole.other_campaigns, whole.others) == (0, Comparison())


async def test_a_filter_leaves_only_its_own(story: World) -> None:
    [dear] = [each for each in (await seen(story)).campaigns if each.title == "Dear"]

    of_one = await seen(story, campaign_id=dear.campaign_id)
    assert (of_one.total, of_one.campaigns) == (dear.flow, [dear])
    assert await seen(story, platform=Platform.TIKTOK) == of_one
    assert (await seen(story, platform=Platform.INSTAGRAM)).total == Comparison(Flow(), Flow())


async def test_days_are_utc_days_to_their_last_moment(story: World) -> None:
    one_day = await seen(story, days=1, today=date(2026, 3, 3))
    assert one_day.total == Comparison(now=Flow(3_000, 6_00), before=Flow(1_500, 2_50))


async def test_what_a_range_begins_with_is_not_counted_as_new(story: World) -> None:
    two_days = await seen(story, days=1, today=date(2026, 3, 10))
    assert two_days.total == Comparison(now=Flow(2_500, 3_50), before=Flow(3_000, 5_00))


async def test_days_that_are_over_are_read_once(story: World) -> None:
    for moment, first_open in ((at(10, 1), date(2026, 3, 9)), (at(10, 13), date(2026, 3, 10))):
        with clock.standing_at(moment), asked(story.database) as statements:
            found = await seen(story, days=8)
            assert min(days_in(statements)) == date(2026, 2, 23)
            statements.clear()
            assert await seen(story, days=8) == found
        assert min(days_in(statements)) == first_open


async def test_what_is_counted_today_or_late_for_yesterday_shows_at_once(story: World) -> None:
    with clock.standing_at(at(11, 1)):
        before = dict((await seen(story, today=date(2026, 3, 11))).days)
    for moment, tiktok_views in ((at(10, 23), 10_000), (at(11, 0), 11_000)):
        with clock.standing_at(moment):
            await story.read((TIKTOK, tiktok_views), (YOUTUBE, 3_000))

    with clock.standing_at(at(11, 1)):
        found = await seen(story, today=date(2026, 3, 11))
    [dear, _] = found.campaigns
    assert dict(found.days) == before | {
        date(2026, 3, 10): Flow(2_500 + 2_000, 3_50 + 4_00),
        date(2026, 3, 11): Flow(1_000, 2_00),
    }
    assert dear.flow == Comparison(now=Flow(6_000, 12_00), before=Flow(4_000, 8_00))


async def test_a_past_that_is_lived_through_after_the_first_look_shows(world: World) -> None:
    with clock.standing_at(at(10, 13)):
        assert (await seen(world)).total == Comparison()
    await happens(world)
    with clock.standing_at(at(10, 13)):
        assert (await seen(world)).total == Comparison(
            now=Flow(5_500, 8_50), before=Flow(4_500, 8_50)
        )


def days_in(statements: list[tuple[str, Any]]) -> list[date]:
    """Those that bound what is read of the days' sums."""
    of_days = [values for statement, values in statements if "campaign_days" in statement]
    return [date.fromisoformat(str(each)) for values in of_days for each in values]


async def test_money_that_was_taken_back_is_no_longer_spent(story: World) -> None:
    [submission] = [
        row
        for row in await story.all(review.ClipSubmission)
        if row.external_id == YOUTUBE.external_id
    ]
    with clock.standing_at(at(10, 20)):
        async with story.database.writing() as session:
            await review.revoke(session, story.admin, submission.id, "Bought views.")

    found = await seen(story, platform=Platform.YOUTUBE)
    assert found.total.now.spent == 2_50 - 3_00


async def test_the_days_of_the_whole_life_sum_to_what_is_spent_and_gained(story: World) -> None:
    for campaign, gained, spent in ((1, 7_000, 14_00), (2, 3_000, 3_00)):
        async with story.database.reading() as session:
            days = await campaign_days(session, campaign, today=TODAY, days=30)
        assert days[0][0] == date(2026, 3, 1)
        assert sum((flow for _, flow in days), Flow()) == Flow(gained, spent)


async def test_a_campaigns_days_end_with_today_and_are_as_many_as_asked(story: World) -> None:
    async with story.database.reading() as session:
        days = await campaign_days(session, 1, today=TODAY, days=3)
        nothing = await campaign_days(session, 999, today=TODAY, days=3)
    assert [day for day, _ in days] == [TODAY - timedelta(days=2), TODAY - timedelta(days=1), TODAY]
    assert nothing == []


async def test_a_budget_burns_down_from_what_was_funded_to_what_is_left(story: World) -> None:
    with clock.standing_at(at(10, 18)):
        async with story.database.writing() as session:
            await campaigns.top_up(session, story.admin, 1, "25")

    async with story.database.reading() as session:
        steps = await burn_down(session, 1)
    assert [(step.at, step.left) for step in steps] == [
        (at(1), 50_00),
        (at(2), 48_00),
        (at(3, 23), 42_00),
        (at(9, 1), 38_00),
        (at(10), 36_00),
        (at(10, 18), 61_00),
    ]
