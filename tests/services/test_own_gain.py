"""No admin acts on what they gain from, whatever their role was or will be."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import OwnGain
from swivi.domain.accounts.models import Role, UserStatus
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import review
from swivi.domain.clips.models import Clip, ClipSubmission, SubmissionStatus
from swivi.domain.payouts import service as payouts
from swivi.domain.tracking import manual_readings
from tests import factories
from tests.factories import tiktok
from tests.world import World

LIMIT = 10_000


@pytest.fixture
async def promoted(world: World) -> Actor:
    """The clipper, who has become an admin."""
    async with world.database.writing() as session:
        await accounts.set_role_and_status(
            session, world.admin, world.clipper.user_id, role=Role.ADMIN, status=UserStatus.ACTIVE
        )
    return factories.promoted(world.clipper)


@pytest.fixture
async def campaign(world: World) -> Campaign:
    return await world.campaign()


@pytest.fixture
async def waiting(world: World, campaign: Campaign) -> ClipSubmission:
    return await world.submission(campaign, tiktok(1))


@pytest.fixture
async def clip(world: World, campaign: Campaign) -> Clip:
    return await world.clip(campaign, tiktok(2))


async def refused(world: World, work: Callable[[AsyncSession], Awaitable[Any]]) -> None:
    with pytest.raises(OwnGain):
        async with world.database.writing() as session:
            await work(session)


async def test_nobody_reviews_their_own_submission(
    world: World, waiting: ClipSubmission, promoted: Actor
) -> None:
    await refused(world, lambda session: review.approve(session, promoted, waiting.id))
    await refused(world, lambda session: review.reject(session, promoted, waiting.id, "No."))

    assert (await world.now(waiting)).status is SubmissionStatus.PENDING


async def test_nobody_enters_views_for_or_revokes_their_own_clip(
    world: World, clip: Clip, promoted: Actor
) -> None:
    await refused(
        world,
        lambda session: manual_readings.read_by_hand(
            session, promoted, clip.id, views=10, reason="Seen.", limit=LIMIT
        ),
    )
    await refused(world, lambda session: review.revoke(session, promoted, clip.id, "No."))


async def test_nobody_decides_on_their_own_payout(world: World, promoted: Actor) -> None:
    await world.earn(5_000)
    request = await world.request()

    await refused(world, lambda session: payouts.process(session, promoted, request.id, "approve"))


@pytest.mark.parametrize(
    "terms",
    [
        {"budget": "500.00"},
        {"payout_rate": "9.00"},
        {"platform_rates": {"tiktok": "9.00"}},
        {"max_per_clip": "900.00"},
        {"max_per_clipper": "900.00"},
        {"min_views": 7},
        {"ends_at": "2999-12-31T00:00:00Z"},
    ],
)
@pytest.mark.parametrize("own", ["waiting", "clip"])
async def test_nobody_changes_what_a_campaign_pays_for_their_own_clips(
    world: World,
    campaign: Campaign,
    promoted: Actor,
    terms: dict[str, object],
    own: str,
    request: pytest.FixtureRequest,
) -> None:
    if own == "waiting":
        await world.submission(campaign, tiktok(1))
    else:
        await world.clip(campaign, tiktok(1))

    await refused(world, lambda session: campaigns.change(session, promoted, campaign.id, terms))
    if "budget" in terms:
        await refused(
            world, lambda session: campaigns.top_up(session, promoted, campaign.id, "5.00")
        )
    async with world.database.writing() as session:
        await campaigns.change(session, world.admin, campaign.id, terms)
        await campaigns.change(session, promoted, campaign.id, {"title": "Another title"})


async def test_nobody_takes_money_from_others_into_a_budget_that_pays_their_own_clips(
    world: World, campaign: Campaign, clip: Clip, promoted: Actor
) -> None:
    other = await world.another_clipper()
    rival = await world.clip(campaign, tiktok(3), by=other)
    waiting = await world.submission(campaign, tiktok(4), by=other)

    await refused(
        world, lambda session: review.revoke(session, promoted, rival.id, "Bought views.")
    )
    await refused(world, lambda session: review.reject(session, promoted, waiting.id, "No."))
    async with world.database.writing() as session:
        await review.approve(session, promoted, waiting.id)
        await review.revoke(session, world.admin, rival.id, "Bought views.")


async def test_nobody_resumes_a_campaign_that_pays_their_own_clips(
    world: World, campaign: Campaign, clip: Clip, promoted: Actor
) -> None:
    async with world.database.writing() as session:
        await campaigns.step(session, promoted, campaign.id, CampaignStatus.PAUSED)
    await refused(
        world, lambda session: campaigns.step(session, promoted, campaign.id, CampaignStatus.ACTIVE)
    )
    async with world.database.writing() as session:
        await campaigns.step(session, world.admin, campaign.id, CampaignStatus.ACTIVE)


async def test_an_admin_with_a_rejected_clip_there_may_change_it(
    world: World, campaign: Campaign, waiting: ClipSubmission, promoted: Actor
) -> None:
    async with world.database.writing() as session:
        await review.reject(session, world.admin, waiting.id, "No.")
        changed = await campaigns.change(session, promoted, campaign.id, {"payout_rate": "3.00"})

    assert changed.payout_rate == 300
