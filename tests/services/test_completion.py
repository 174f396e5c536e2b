"""The other ends of a campaign: its time is over, or an admin says so.

And clips that are taken out before.
"""

from datetime import timedelta

import pytest

from swivi.core import clock
from swivi.core.errors import Conflict, InvalidInput
from swivi.core.money import Cents
from swivi.domain.accounts.errors import AdminsOnly
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import WrongCampaignStatus
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import review
from swivi.domain.clips.models import Clip, ClipState, ClipSubmission, SubmissionStatus
from swivi.domain.ledger.models import Transfer, TransferKind
from swivi.domain.notifications.models import NotificationKind
from tests.factories import tiktok
from tests.world import World


async def revoke(world: World, clip: Clip, reason: object = "Bought views.") -> Cents:
    async with world.database.writing() as session:
        return await review.revoke(session, world.admin, clip.id, reason)


async def test_a_campaign_whose_time_is_over_is_read_settled_and_completed(world: World) -> None:
    ends = clock.now() + timedelta(hours=1)
    campaign = await world.campaign(ends_at=ends.isoformat())
    clip, pending = (
        await world.clip(campaign, tiktok(1)),
        await world.submission(campaign, tiktok(2)),
    )
    world.simulator.script(tiktok(1), 4_000)
    await world.running.schedule.start_and_end_campaigns()
    assert (await world.now(campaign)).status is CampaignStatus.ACTIVE

    with clock.standing_at(ends):
        await world.running.schedule.start_and_end_campaigns()

    closed, refused = await world.now(campaign), await world.now(pending)
    assert (closed.status, closed.completion_reason) == (
        CampaignStatus.COMPLETED,
        "The campaign ended.",
    )
    assert (closed.completed_at, closed.spent) == (ends, 1_000)
    assert await world.earnings(clip) == [1_000]
    assert (refused.status, refused.reason) == (SubmissionStatus.REJECTED, "the campaign ended")


async def test_an_admin_completes_a_campaign_with_a_reason(world: World) -> None:
    campaign = await world.campaign()
    clip = await world.clip(campaign, tiktok(1))
    world.simulator.script(tiktok(1), 4_000)
    closed = await world.tracker.complete(
        campaign.id, actor=world.admin, reason="The brand is happy."
    )

    assert (closed.status, closed.completion_reason, closed.spent) == (
        "COMPLETED",
        "The brand is happy.",
        1_000,
    )
    assert [one.final_earnings for one in await world.all(ClipSubmission)] == [1_000]
    assert (await world.told())[-1] is NotificationKind.CAMPAIGN_COMPLETED
    assert await world.earnings(clip) == [1_000]


async def pause(world: World, campaign: Campaign) -> None:
    async with world.database.writing() as session:
        await campaigns.step(session, world.admin, campaign.id, CampaignStatus.PAUSED)


async def test_a_paused_campaign_is_read_before_an_admin_completes_it(world: World) -> None:
    campaign = await world.campaign()
    clip = await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 4_000))
    await pause(world, campaign)
    world.simulator.script(tiktok(1), 24_000)
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")

    assert await world.earnings(clip) == [6_000]


async def test_a_paused_campaign_whose_time_is_over_is_read_before_it_is_completed(
    world: World,
) -> None:
    ends = clock.now() + timedelta(hours=1)
    campaign = await world.campaign(ends_at=ends.isoformat())
    clip = await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 4_000))
    await pause(world, campaign)
    world.simulator.script(tiktok(1), 24_000)
    with clock.standing_at(ends):
        await world.running.schedule.start_and_end_campaigns()

    assert (await world.now(campaign)).status is CampaignStatus.COMPLETED
    assert await world.earnings(clip) == [6_000]


async def test_a_clip_that_rests_is_read_before_its_campaign_is_completed(world: World) -> None:
    campaign = await world.campaign()
    clip = await world.clip(campaign, tiktok(1))
    start = clock.now()
    world.simulator.script(tiktok(1), state="private")
    for hours in (0, 30):
        with clock.standing_at(start + timedelta(hours=hours)):
            await world.track()
    world.simulator.script(tiktok(1), 4_000)
    with clock.standing_at(start + timedelta(hours=31)):
        assert (await world.track()).clips_planned == 0
        await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")

    assert await world.earnings(clip) == [1_000]


async def test_a_campaign_completes_once(world: World) -> None:
    campaign = await world.campaign()
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 4_000))
    closed = await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")
    told = await world.told()

    with pytest.raises(WrongCampaignStatus):
        await world.tracker.complete(campaign.id, actor=world.admin, reason="Over again.")
    assert await world.now(campaign) == closed
    assert await world.told() == told


async def test_only_an_admin_completes_and_only_what_runs(world: World) -> None:
    draft = await world.campaign(status="DRAFT")

    with pytest.raises(AdminsOnly):
        await world.tracker.complete(draft.id, actor=world.clipper, reason="Mine.")
    with pytest.raises(WrongCampaignStatus):
        await world.tracker.complete(draft.id, actor=world.admin, reason="Over.")


async def test_a_clip_approved_late_is_credited_for_its_growth_since_the_baseline(
    world: World,
) -> None:
    campaign = await world.campaign()
    submission = await world.submission(campaign, tiktok(1), baseline=1_000)
    await world.read((tiktok(1), 3_000))
    async with world.database.writing() as session:
        await review.approve(session, world.admin, submission.id)
    await world.read((tiktok(1), 5_000))

    assert (await world.user()).available == 1_000


async def test_revoking_returns_what_the_clip_earned_to_the_campaign(world: World) -> None:
    campaign = await world.campaign()
    fraud, honest = await world.clip(campaign, tiktok(1)), await world.clip(campaign, tiktok(2))
    await world.read((tiktok(1), 2_000), (tiktok(2), 400))
    await world.read((tiktok(1), 4_000), (tiktok(2), 400))

    assert await revoke(world, fraud) == 1_000
    assert await world.earnings(fraud, honest) == [0, 100]
    assert (await world.now(campaign)).spent == 100
    user = await world.user()
    assert (user.total_earnings, user.total_views) == (100, 400)
    reversals = await world.all(Transfer, Transfer.kind == TransferKind.ACCRUAL_REVERSED)
    originals = {transfer.id: transfer.amount for transfer in await world.all(Transfer)}
    assert (
        [originals[one.reverses] for one in reversals]
        == [one.amount for one in reversals]
        == [500, 500]
    )  # type: ignore[index]
    assert (await world.told())[-1] is NotificationKind.CLIP_REVOKED


async def test_a_revoked_clip_is_neither_read_nor_credited_again(world: World) -> None:
    campaign = await world.campaign()
    fraud = await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 4_000))
    await revoke(world, fraud)
    run = await world.read((tiktok(1), 90_000))

    assert (run.clips_planned, run.earnings_added) == (0, 0)
    assert (await world.now(fraud)).state is ClipState.REVOKED


async def test_a_reversal_reaches_as_far_as_the_available_balance(world: World) -> None:
    campaign = await world.campaign()
    fraud = await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 6_000))
    await world.read((tiktok(1), 12_000))  # $15.00 and $15.00
    await world.request("20.00")

    assert await revoke(world, fraud) == 1_000
    assert await world.earnings(fraud) == [2_000]
    user = await world.user()
    assert (user.available, user.reserved) == (0, 2_000)
    assert (await world.now(campaign)).spent == 2_000


async def test_a_clip_is_revoked_once_with_a_reason_and_not_after_completion(world: World) -> None:
    campaign = await world.campaign()
    first, second = await world.clip(campaign, tiktok(1)), await world.clip(campaign, tiktok(2))

    with pytest.raises(InvalidInput):
        await revoke(world, first, " ")
    await revoke(world, first)
    with pytest.raises(Conflict):
        await revoke(world, first)
    world.simulator.script(tiktok(2), 1_000)
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")
    with pytest.raises(WrongCampaignStatus):
        await revoke(world, second)
