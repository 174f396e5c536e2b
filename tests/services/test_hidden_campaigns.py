"""Hidden and test campaigns do not exist for others, and no clipper is ever credited test money."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from swivi.core.errors import InvalidInput
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import NoSuchCampaign
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import review
from swivi.domain.clips.models import ClipSubmission
from swivi.domain.ledger.models import AuditEntry, Transfer, TransferKind
from swivi.insights.campaigns import catalogue
from tests.factories import tiktok
from tests.world import World

KEPT_BACK = ("hidden", "is_test")


@pytest.mark.parametrize("kept_back", KEPT_BACK)
async def test_who_guesses_the_id_is_told_that_there_is_no_such_campaign(
    world: World, kept_back: str
) -> None:
    campaign = await world.campaign(**{kept_back: True})

    for by in (world.clipper, await world.another_clipper()):
        with pytest.raises(NoSuchCampaign):
            await world.running.intake.submit(by, campaign.id, tiktok(1).canonical_url)
    assert await world.all(ClipSubmission) == []


@pytest.mark.parametrize("status", ["DRAFT", "PAUSED"])
async def test_neither_does_its_status_show(world: World, status: str) -> None:
    campaign = await world.campaign(hidden=True, status=status)

    with pytest.raises(NoSuchCampaign):
        await world.submission(campaign, tiktok(1))


@pytest.mark.parametrize("kept_back", KEPT_BACK)
async def test_it_is_neither_listed_nor_shown_nor_counted(world: World, kept_back: str) -> None:
    campaign = await world.campaign(**{kept_back: True})

    async with world.database.reading() as session:
        assert await catalogue.open_campaigns(session, limit=9) == ([], 0)
        assert await catalogue.public_campaign(session, campaign.id) is None
        assert await catalogue.public_campaign(session, campaign.id, world.clipper.user_id) is None
        assert await catalogue.spent_of(session, [campaign.id]) == {}


async def test_who_has_a_clip_in_a_campaign_that_was_hidden_still_sees_it_and_submits(
    world: World,
) -> None:
    campaign, kim = await world.campaign(), await world.another_clipper()
    await world.submission(campaign, tiktok(1))
    async with world.database.writing() as session:
        await campaigns.change(session, world.admin, campaign.id, {"hidden": True})

    await world.submission(campaign, tiktok(2))
    with pytest.raises(NoSuchCampaign):
        await world.submission(campaign, tiktok(3), by=kim)
    async with world.database.reading() as session:
        seen = await catalogue.public_campaign(session, campaign.id, world.clipper.user_id)
        assert seen is not None
        assert await catalogue.public_campaign(session, campaign.id, kim.user_id) is None


async def test_test_money_goes_to_the_sandbox_and_back(world: World) -> None:
    campaign = await world.campaign(is_test=True)
    clip = await world.sandbox_clip(campaign, tiktok(1))
    await world.read((tiktok(1), 8_000))

    assert await world.earnings(clip) == [2_000]
    user = await world.user()
    assert (user.total_earnings, user.available) == (0, 0)
    [accrual] = await world.all(Transfer, Transfer.kind == TransferKind.ACCRUAL)
    assert (accrual.credit_account, accrual.user_id) == ("sandbox", None)
    async with world.database.writing() as session:
        assert await review.revoke(session, world.admin, clip.id, "Over.") == 2_000
    assert (await world.now(campaign)).spent == 0


async def test_the_views_of_test_campaigns_are_in_no_public_total(world: World) -> None:
    campaign = await world.campaign(is_test=True)
    await world.sandbox_clip(campaign, tiktok(1))
    await world.read((tiktok(1), 8_000))

    async with world.database.reading() as session:
        assert await catalogue.totals(session) == catalogue.Totals(0, 0)


async def change(world: World, campaign: Campaign, *, is_test: bool) -> None:
    async with world.database.writing() as session:
        await campaigns.change(session, world.admin, campaign.id, {"is_test": is_test})


async def test_a_test_campaign_stays_one_and_one_with_clips_does_not_become_one(
    world: World,
) -> None:
    test, real, empty = (
        await world.campaign(is_test=True),
        await world.campaign(),
        await world.campaign(),
    )
    await world.submission(real, tiktok(1))

    for campaign, is_test in ((test, False), (real, True)):
        with pytest.raises(InvalidInput) as refused:
            await change(world, campaign, is_test=is_test)
        assert set(refused.value.fields) == {"is_test"}
        with pytest.raises(DBAPIError, match="a test campaign stays one"):
            async with world.database.writing() as session:
                await session.execute(
                    text("UPDATE campaigns SET is_test = :is_test WHERE id = :id"),
                    {"is_test": is_test, "id": campaign.id},
                )
    await change(world, empty, is_test=True)
    assert (await world.now(empty)).is_test
    [entry] = await world.all(AuditEntry, AuditEntry.action == "campaign.changed")
    assert (entry.before["is_test"], entry.after["is_test"]) == (False, True)
