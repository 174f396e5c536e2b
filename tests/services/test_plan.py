"""What a run takes: which campaigns, in which order, whole."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from swivi.core import clock
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.tracking.models import Trigger
from swivi.domain.tracking.plan import clips_needing_tracking
from swivi.domain.tracking.service import Tracker, TrackingOptions
from tests.factories import record_states, tiktok
from tests.world import World


async def planned(world: World, limit: int = 1_000) -> list[tuple[str, int]]:
    async with world.database.reading() as session:
        groups = await clips_needing_tracking(session, limit=limit)
    return [(group.campaign.title, group.clips) for group in groups]


async def campaign_of(world: World, title: str, clips: int = 1, **terms: object) -> Campaign:
    campaign = await world.campaign(title=title, **terms)
    for number in range(clips):
        await world.clip(campaign, tiktok(campaign.id * 1_000 + number))
    return campaign


async def tracked(world: World, campaign: Campaign, *, hours_ago: int | None) -> None:
    """Let a campaign have been tracked last so many hours ago."""
    at = None if hours_ago is None else clock.now() - timedelta(hours=hours_ago)
    async with world.database.writing() as session:
        await session.execute(
            update(Campaign)
            .where(Campaign.id == campaign.id)  # type: ignore[arg-type]
            .values(last_tracked_at=at)
        )
        await record_states(session)


async def test_never_tracked_comes_first_then_new_campaigns_then_the_stalest(world: World) -> None:
    ages = {
        "stale": (99, 9),
        "never": (99, None),
        "new": (2, 1),
        "stalest": (99, 50),
        "newer but staler": (3, 2),
    }
    for title, (created, tracked_last) in ages.items():
        with clock.standing_at(clock.now() - timedelta(hours=created)):
            campaign = await campaign_of(world, title)
        await tracked(world, campaign, hours_ago=tracked_last)

    assert [title for title, _ in await planned(world)] == [
        "never",
        "newer but staler",
        "new",
        "stalest",
        "stale",
    ]


@pytest.mark.parametrize(
    ("limit", "taken"),
    [
        (1, ["A"]),
        (2, ["A"]),
        (4, ["A"]),
        (5, ["A", "B"]),
        (6, ["A", "B", "C"]),
        (99, ["A", "B", "C"]),
    ],
)
async def test_campaigns_are_taken_whole_up_to_the_limit_and_a_larger_one_alone(
    world: World, limit: int, taken: list[str]
) -> None:
    for title, clips in (("A", 2), ("B", 3), ("C", 1)):
        await campaign_of(world, title, clips)

    assert [title for title, _ in await planned(world, limit)] == taken


async def test_a_campaign_larger_than_the_limit_is_tracked_whole_and_the_rest_by_the_next_run(
    world: World,
) -> None:
    await campaign_of(world, "large", 3)
    await campaign_of(world, "small", 1)
    tracker = Tracker(world.database, world.running.readers, TrackingOptions(max_clips=2))

    assert [(await tracker.run(Trigger.CLI)).clips_read for _ in range(2)] == [3, 1]


@pytest.mark.parametrize(
    "terms",
    [{"status": "DRAFT"}, {"status": "SCHEDULED"}, {"status": "PAUSED"}],
    ids=lambda terms: str(terms["status"]),
)
async def test_a_campaign_that_is_not_active_is_not_read(
    world: World, terms: dict[str, str]
) -> None:
    campaign = await campaign_of(world, "quiet")
    async with world.database.writing() as session:
        await session.execute(update(Campaign).where(Campaign.id == campaign.id).values(terms))  # type: ignore[arg-type]
        await record_states(session)
    run = await world.track()

    assert await planned(world) == []
    assert (run.clips_planned, world.runs_started) == (0, 0)


async def test_growth_during_a_pause_counts_at_the_next_settlement(world: World) -> None:
    campaign = await world.campaign()
    clip = await world.clip(campaign, tiktok(1))
    for status, earned in ((CampaignStatus.PAUSED, 0), (CampaignStatus.ACTIVE, 1_000)):
        async with world.database.writing() as session:
            await campaigns.step(session, world.admin, campaign.id, status)
        await world.read((tiktok(1), 4_000))
        assert await world.earnings(clip) == [earned]


async def test_a_campaign_paused_while_it_is_being_read_is_settled_with_that_reading_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await world.campaign()
    clip = await world.clip(campaign, tiktok(1))
    world.simulator.script(tiktok(1), 4_000)
    reader = world.tracker.readers.for_platform(clip.platform)  # type: ignore[union-attr]
    collect = reader.collect

    async def pause_and_collect(*asked: object) -> object:
        async with world.database.writing() as session:
            await campaigns.step(session, world.admin, campaign.id, CampaignStatus.PAUSED)
        return await collect(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "collect", pause_and_collect)
    run = await world.track()

    assert (run.clips_read, run.earnings_added, run.campaigns_settled) == (1, 0, 0)
    assert await world.earnings(clip) == [0]

    monkeypatch.undo()
    async with world.database.writing() as session:
        await campaigns.step(session, world.admin, campaign.id, CampaignStatus.ACTIVE)
    await world.read((tiktok(1), 3_000))  # the platform took some back meanwhile
    assert await world.earnings(clip) == [1_000]
    seen = await world.now(clip)
    assert (seen.views, seen.peak_views) == (3_000, 4_000)


async def test_a_run_of_one_campaign_reads_all_of_its_clips_and_no_others(world: World) -> None:
    await campaign_of(world, "first", 2)
    second = await campaign_of(world, "second", 3)
    run = await world.tracker.run(Trigger.ADMIN, campaign_id=second.id)

    assert (run.clips_read, run.campaigns_settled) == (3, 1)
    assert world.runs_started == 1
