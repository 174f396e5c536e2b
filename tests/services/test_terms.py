"""A campaign's terms in money: caps, minimum, rates, budget, and who may earn at all."""

from typing import Any

import pytest

from swivi.core.errors import InvalidInput
from swivi.core.money import MAX_CENTS, Cents
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role, UserStatus
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import WrongCampaignStatus
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import holds, review
from swivi.domain.clips.models import Clip
from swivi.domain.ledger.errors import BudgetExceeded
from swivi.domain.platforms.models import MAX_VIEWS
from swivi.insights.submissions import clip_story
from tests.factories import instagram, tiktok, youtube
from tests.world import World


async def change(world: World, campaign: Campaign, **terms: Any) -> Campaign:
    async with world.database.writing() as session:
        return await campaigns.change(session, world.admin, campaign.id, terms)


async def revoke(world: World, clip: Clip) -> Cents:
    """Revoke a clip for fraud; returns the cents recovered."""
    async with world.database.writing() as session:
        return await review.revoke(session, world.admin, clip.id, "Bought views.")


async def set_status(world: World, user: Actor, status: UserStatus) -> None:
    async with world.database.writing() as session:
        await accounts.set_role_and_status(
            session, world.admin, user.user_id, role=Role.CLIPPER, status=status
        )


async def test_a_clip_earns_no_more_than_the_cap_per_clip(world: World) -> None:
    clip = await world.clip(await world.campaign(max_per_clip="5.00"), tiktok(1))
    for views in (1_000, 3_000, 50_000):
        await world.read((tiktok(1), views))

    assert await world.earnings(clip) == [500]


async def test_a_clipper_earns_no_more_than_the_cap_per_clipper_shared_by_demand(
    world: World,
) -> None:
    campaign = await world.campaign(max_per_clipper="9.00")
    clips = [await world.clip(campaign, video) for video in (tiktok(1), youtube(1))]
    other = await world.clip(campaign, tiktok(2), by=await world.another_clipper())
    await world.read((tiktok(1), 2_000), (youtube(1), 4_000), (tiktok(2), 2_000))

    assert await world.earnings(*clips, other) == [300, 600, 500]

    await world.read((tiktok(1), 90_000), (youtube(1), 90_000), (tiktok(2), 2_000))
    assert await world.earnings(*clips, other) == [300, 600, 500]


async def test_a_revoked_clip_that_was_recovered_whole_frees_the_clippers_cap(world: World) -> None:
    campaign = await world.campaign(max_per_clipper="10.00")
    bought, honest = [await world.clip(campaign, video) for video in (tiktok(1), youtube(1))]
    await world.read((tiktok(1), 90_000), (youtube(1), 0))
    assert await world.earnings(bought, honest) == [1_000, 0]
    assert await revoke(world, bought) == 1_000

    await world.read((youtube(1), 2_000))
    assert await world.earnings(bought, honest) == [0, 500]

    await world.read((youtube(1), 90_000))
    assert await world.earnings(bought, honest) == [0, 1_000]
    async with world.database.reading() as session:
        assert (await clip_story.reckoning_of(session, honest.id)).clipper_credited == 1_000


async def test_of_a_revoked_clip_only_what_was_recovered_frees_the_clippers_cap(
    world: World,
) -> None:
    campaign = await world.campaign(max_per_clipper="50.00")
    bought, honest = [await world.clip(campaign, video) for video in (tiktok(1), youtube(1))]
    await world.read((tiktok(1), 90_000), (youtube(1), 0))
    await world.request("30.00")
    assert await revoke(world, bought) == 2_000

    await world.read((youtube(1), 90_000))
    assert await world.earnings(bought, honest) == [3_000, 2_000]


async def test_growth_below_the_minimum_earns_nothing_and_from_it_on_everything(
    world: World,
) -> None:
    clip = await world.clip(await world.campaign(min_views="1000"), tiktok(1), baseline=500)
    await world.read((tiktok(1), 1_499))
    assert await world.earnings(clip) == [0]

    await world.read((tiktok(1), 1_500))
    assert await world.earnings(clip) == [250]


@pytest.mark.parametrize(
    "terms", [{"payout_rate": "10000.01"}, {"platform_rates": {"youtube": "10000.01"}}]
)
async def test_a_rate_is_no_larger_than_what_can_be_computed_of_it(
    world: World, terms: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput, match=r"The highest rate is \$10,000\.00\."):
        await world.campaign(**terms)

    campaign = await world.campaign(payout_rate="10000.00", budget="1000000000.00")
    clip = await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), MAX_VIEWS))
    async with (
        world.database.writing() as session
    ):  # no video can have so many: the clip is on hold
        await holds.pay(session, world.admin, clip.id, "The platform confirmed it.")
    await world.read((tiktok(1), MAX_VIEWS))
    assert await world.earnings(clip) == [MAX_CENTS]


async def test_a_platform_may_have_a_rate_of_its_own(world: World) -> None:
    campaign = await world.campaign(platform_rates={"youtube": "5.00"})
    clips = [await world.clip(campaign, make(1)) for make in (tiktok, youtube, instagram)]
    await world.read(*((make(1), 1_000) for make in (tiktok, youtube, instagram)))

    assert await world.earnings(*clips) == [250, 500, 250]


async def test_an_edit_of_the_terms_applies_only_to_clips_approved_after_it(world: World) -> None:
    campaign = await world.campaign(payout_rate="2.50", max_per_clip="6.00")
    before = await world.clip(campaign, tiktok(1))
    await change(world, campaign, payout_rate="1.00", max_per_clip="4.00")
    after = await world.clip(campaign, tiktok(2))
    await world.read((tiktok(1), 10_000), (tiktok(2), 10_000))

    assert await world.earnings(before, after) == [600, 400]


async def test_a_disabled_clipper_earns_nothing_new_and_keeps_what_was_earned(world: World) -> None:
    campaign, kim = await world.campaign(), await world.another_clipper()
    clips = [await world.clip(campaign, tiktok(1)), await world.clip(campaign, tiktok(2), by=kim)]
    await world.read((tiktok(1), 1_000), (tiktok(2), 1_000))
    await set_status(world, kim, UserStatus.DISABLED)
    await world.read((tiktok(1), 3_000), (tiktok(2), 3_000))

    assert await world.earnings(*clips) == [750, 250]
    assert (await world.user(kim)).available == 250


async def test_the_budget_moves_between_spent_and_any_height_while_the_campaign_lives(
    world: World,
) -> None:
    campaign = await world.campaign(budget="100.00")
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 10_000))  # $25.00

    for budget, cents in (("25.00", 2_500), ("1,000.00", 100_000), ("25.01", 2_501)):
        assert (await change(world, campaign, budget=budget)).budget == cents


@pytest.mark.parametrize("budget", ["24.99", "0.01"])
async def test_a_budget_is_never_set_below_what_is_spent(world: World, budget: str) -> None:
    campaign = await world.campaign(budget="100.00")
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 10_000))  # $25.00

    with pytest.raises(BudgetExceeded):
        await change(world, campaign, budget=budget, title="Renamed")
    kept = await world.now(campaign)
    assert (kept.budget, kept.title) == (10_000, campaign.title)


@pytest.mark.parametrize("budget", ["0", "-5", "NaN", "1e400", "10.001", None, True])
async def test_a_budget_that_is_no_amount_is_refused(world: World, budget: object) -> None:
    campaign = await world.campaign()

    with pytest.raises(InvalidInput):
        await change(world, campaign, budget=budget)


async def test_a_raised_budget_pays_what_was_cut_short_only_while_the_campaign_is_open(
    world: World,
) -> None:
    campaign = await world.campaign(budget="10.00")
    clip = await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 3_999))  # $9.99
    await change(world, campaign, budget="20.00")
    await world.read((tiktok(1), 6_000))
    assert await world.earnings(clip) == [1_500]

    await world.read((tiktok(1), 60_000))
    with pytest.raises(WrongCampaignStatus):
        await change(world, campaign, budget="30.00")
    assert (await world.now(campaign)).spent == 2_000


async def test_a_budget_lowered_to_what_is_spent_completes_the_campaign(world: World) -> None:
    campaign = await world.campaign()
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 4_000))
    await change(world, campaign, budget="10.00")
    await world.running.schedule.start_and_end_campaigns()

    closed = await world.now(campaign)
    assert (closed.status, closed.completion_reason) == (
        CampaignStatus.COMPLETED,
        "The budget was used up.",
    )
