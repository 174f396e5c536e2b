"""Ends of campaigns whose views cannot be read: refused, forced, or put off; and the last dollars
of a budget.
"""

from datetime import timedelta

import pytest

from swivi.core import clock
from swivi.demo.simulator.settings import Refusal
from swivi.domain.accounts.actor import Actor
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import CampaignNotOpen
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.notifications.models import Notification, NotificationKind
from swivi.domain.platforms.models import VideoRef
from swivi.domain.tracking.errors import UnreadClipsLeft
from swivi.domain.tracking.models import PlannedCampaign, PlanStatus, TrackingRun
from tests.factories import tiktok
from tests.world import World

HOUR = timedelta(hours=1)
ENDS = timedelta(hours=2)


async def paid_once(world: World, **terms: object) -> Campaign:
    """A campaign with one clip that earned $10.00; its video has 24,000 views by now, worth
    $60.00.
    """
    campaign = await world.campaign(**terms)
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 4_000))
    world.simulator.script(tiktok(1), 24_000)
    return campaign


async def complete(
    world: World, campaign: Campaign, by: Actor | None = None, *, force: bool = False
) -> Campaign:
    return await world.tracker.complete(
        campaign.id, actor=by or world.admin, reason="Over.", force=force
    )


async def tick(world: World, at: timedelta) -> None:
    with clock.standing_at(clock.now() + at):
        await world.running.schedule.start_and_end_campaigns()


@pytest.mark.parametrize("refusal", ["token", "quota", "credit"])
@pytest.mark.parametrize("status", ["ACTIVE", "PAUSED"])
async def test_an_end_is_refused_while_the_reading_service_is_stopped(
    world: World, refusal: Refusal, status: str
) -> None:
    campaign = await paid_once(world)
    async with world.database.writing() as session:
        (await session.get_one(Campaign, campaign.id)).status = CampaignStatus(status)
    world.simulator.set(refuse=refusal)
    with pytest.raises(UnreadClipsLeft) as refused:
        await complete(world, campaign)
    assert "1 clip could not be read: 1 not asked about. " in refused.value.sentence
    assert (await world.all(TrackingRun))[-1].problem in refused.value.sentence  # type: ignore[operator]
    assert (await world.now(campaign)).status is CampaignStatus(status)

    world.simulator.set(refuse=None)
    closed = await complete(world, campaign)
    assert (closed.spent, closed.completion_reason) == (6_000, "Over.")


@pytest.mark.parametrize(
    ("state", "endings", "why"), [("omitted", [], "missing from"), ("ok", ["FAILED"] * 3, "failed")]
)
async def test_an_end_is_refused_while_a_clip_cannot_be_read_for_passing_reasons(
    world: World, state: str, endings: list[str], why: str
) -> None:
    campaign = await paid_once(world)
    await world.clip(campaign, tiktok(2))
    world.simulator.script(tiktok(2), 8_000)
    if state == "omitted":
        world.simulator.script(tiktok(1), state="omitted")
    world.simulator.set(endings=[{"status": ending, "rows": 0} for ending in endings])
    with pytest.raises(UnreadClipsLeft, match=why):
        await complete(world, campaign)

    world.simulator.script(tiktok(1), 24_000)
    assert (await complete(world, campaign)).spent == 8_000


@pytest.mark.parametrize("state", ["not_found", "private"])
async def test_a_definite_answer_does_not_keep_a_campaign_from_its_end(
    world: World, state: str
) -> None:
    campaign = await paid_once(world)
    world.simulator.script(tiktok(1), state=state)  # type: ignore[arg-type]
    assert (await complete(world, campaign)).status is CampaignStatus.COMPLETED


async def test_a_clip_that_rests_does_not_keep_a_campaign_from_its_end(world: World) -> None:
    campaign = await paid_once(world)
    world.simulator.script(tiktok(1), state="private")
    await world.track()
    world.simulator.script(tiktok(1), state="omitted")
    assert (await complete(world, campaign)).status is CampaignStatus.COMPLETED


async def test_an_end_that_is_forced_says_what_was_not_read_in_the_audit_log(world: World) -> None:
    campaign = await paid_once(world)
    world.simulator.script(tiktok(1), state="omitted")
    closed = await complete(world, campaign, force=True)

    reason = "Over. 1 clip could not be read: 1 missing from the scraper's answers."
    [entry] = await world.all(AuditEntry, AuditEntry.action == "campaign.completed")
    assert (entry.reason, entry.actor_id) == (reason, world.admin.user_id)
    assert (closed.spent, closed.completion_reason) == (1_000, reason)


async def test_a_campaign_whose_budget_is_used_up_ends_without_a_reading(world: World) -> None:
    campaign = await paid_once(world)
    async with world.database.writing() as session:
        await campaigns.change(session, world.admin, campaign.id, {"budget": "10.00"})
    world.simulator.set(refuse="credit")
    await world.running.schedule.start_and_end_campaigns()
    assert (await world.now(campaign)).status is CampaignStatus.COMPLETED


async def test_an_end_by_the_clock_waits_and_is_told_to_admins_once(world: World) -> None:
    campaign = await paid_once(world, ends_at=(clock.now() + ENDS).isoformat())
    world.simulator.set(refuse="credit")
    for minutes in (0, 1, 5, 60):
        await tick(world, ENDS + timedelta(minutes=minutes))

    assert (await world.now(campaign)).status is CampaignStatus.ACTIVE
    [told] = await world.all(Notification, Notification.user_id == world.admin.user_id)
    assert (told.kind, told.title) == (NotificationKind.TRACKING_STOPPED, "A campaign's end waits")
    assert "for 48 hours" in told.body
    with pytest.raises(CampaignNotOpen):
        await world.submission(campaign, tiktok(2))

    world.simulator.set(refuse=None)
    await tick(world, ENDS + 3 * HOUR)
    closed = await world.now(campaign)
    assert (closed.status, closed.spent) == (CampaignStatus.COMPLETED, 6_000)
    assert closed.completion_reason == "The campaign ended."


async def test_an_end_that_waits_is_tried_again_at_a_falling_rate(world: World) -> None:
    await paid_once(world, ends_at=(clock.now() + ENDS).isoformat())
    world.simulator.set(refuse="credit")
    before = len(await world.all(TrackingRun))
    start = clock.now() + ENDS
    for minute in range(181):
        with clock.standing_at(start + timedelta(minutes=minute)):
            await world.running.schedule.start_and_end_campaigns()
    tries = [run.started_at - start for run in (await world.all(TrackingRun))[before:]]
    assert tries == [timedelta(minutes=minutes) for minutes in (0, 5, 10, 20, 40, 80, 140)]


async def test_an_end_that_waited_too_long_comes_without_the_reading_and_says_so(
    world: World,
) -> None:
    campaign = await paid_once(world, ends_at=(clock.now() + ENDS).isoformat())
    world.simulator.script(tiktok(1), state="omitted")
    await tick(world, ENDS)
    await tick(world, ENDS + 47 * HOUR)
    assert (await world.now(campaign)).status is CampaignStatus.ACTIVE
    await tick(world, ENDS + 49 * HOUR)

    closed = await world.now(campaign)
    assert (closed.status, closed.spent) == (CampaignStatus.COMPLETED, 1_000)
    assert closed.completion_reason == (
        "The campaign ended. Swivi tried to read its clips for 48 hours. 1 clip could not be read: "
        "1 missing from the scraper's answers."
    )


async def test_a_later_end_forgets_that_the_earlier_one_waited(world: World) -> None:
    campaign = await paid_once(world, ends_at=(clock.now() + ENDS).isoformat())
    world.simulator.set(refuse="credit")
    await tick(world, ENDS)
    async with world.database.writing() as session:
        ends_at = (clock.now() + 9 * HOUR).isoformat()
        await campaigns.change(session, world.admin, campaign.id, {"ends_at": ends_at})
    now = await world.now(campaign)
    assert (now.end_waits_since, now.end_retry_at) == (None, None)
    await world.submission(campaign, tiktok(2))


async def two_clips_for_ten_dollars(world: World) -> tuple[Campaign, Actor]:
    campaign, other = await world.campaign(budget="10.00"), await world.another_clipper()
    await world.clip(campaign, tiktok(1))
    await world.clip(campaign, tiktok(2), by=other)
    return campaign, other


async def plans(world: World, campaign: Campaign) -> list[PlanStatus]:
    return [
        one.status
        for one in await world.all(PlannedCampaign, PlannedCampaign.campaign_id == campaign.id)
    ]


async def earned(world: World, *actors: Actor) -> list[int]:
    return [(await world.user(actor)).total_earnings for actor in actors]


def say(world: World, video: VideoRef, views: int | None) -> None:
    if views is None:
        world.simulator.script(video, state="omitted")
    else:
        world.simulator.script(video, views)


async def test_the_last_dollars_wait_one_run_for_a_clip_that_could_not_be_read(
    world: World,
) -> None:
    campaign, other = await two_clips_for_ten_dollars(world)
    say(world, tiktok(1), 10_000)
    say(world, tiktok(2), None)
    run = await world.track()
    assert (run.earnings_added, await earned(world, world.clipper, other)) == (0, [0, 0])
    assert (await world.now(campaign)).status is CampaignStatus.ACTIVE

    say(world, tiktok(2), 10_000)
    await world.track()
    assert await earned(world, world.clipper, other) == [500, 500]
    assert await plans(world, campaign) == [PlanStatus.WAITED, PlanStatus.SETTLED]


async def test_the_last_dollars_wait_once_in_a_row(world: World) -> None:
    campaign, other = await two_clips_for_ten_dollars(world)
    say(world, tiktok(1), 10_000)
    say(world, tiktok(2), None)
    for _ in range(2):
        await world.track()
    assert await earned(world, world.clipper, other) == [1_000, 0]
    assert (await world.now(campaign)).status is CampaignStatus.COMPLETED


@pytest.mark.parametrize(("state", "views"), [("private", 10_000), ("omitted", 2_000)])
async def test_nothing_waits_for_a_definite_answer_or_while_the_budget_suffices(
    world: World, state: str, views: int
) -> None:
    campaign, _ = await two_clips_for_ten_dollars(world)
    say(world, tiktok(1), views)
    world.simulator.script(tiktok(2), state=state)  # type: ignore[arg-type]
    await world.track()
    assert await plans(world, campaign) == [PlanStatus.SETTLED]
