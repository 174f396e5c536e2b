"""Readings by hand: kept with their reason, paid by the next settlement and never before, never clawing back."""

import pytest

from swivi.accounts.actor import Actor
from swivi.accounts.errors import AdminsOnly
from swivi.campaigns.errors import WrongCampaignStatus
from swivi.campaigns.models import Campaign
from swivi.clips import review
from swivi.clips.errors import NoSuchClip
from swivi.clips.models import Clip, ViewTracking
from swivi.core.errors import Conflict, InvalidInput
from swivi.ledger.models import AuditEntry, Transfer
from swivi.platforms.models import MAX_VIEWS
from swivi.tracking import manual
from tests.factories import tiktok
from tests.world import World

VIDEO = tiktok(1)


@pytest.fixture
async def campaign(world: World) -> Campaign:
    return await world.campaign()


@pytest.fixture
async def clip(world: World, campaign: Campaign) -> Clip:
    """A clip that counts from 1,000 views, was seen with 5,000 and earned $10.00 for the growth."""
    clip = await world.clip(campaign, VIDEO, baseline=1_000)
    await world.read((VIDEO, 5_000))
    return clip


async def enter(
    world: World, clip: Clip, views: object, *, reason: object = "The scraper is blocked.", by: Actor | None = None
) -> ViewTracking:
    async with world.database.writing() as session:
        return await manual.read_by_hand(session, by or world.admin, clip.id, views=views, reason=reason)


async def test_it_moves_no_money_until_the_next_settlement_counts_it(world: World, clip: Clip) -> None:
    transfers = await world.all(Transfer)
    reading = await enter(world, clip, "9,000")

    entered = await world.now(clip)
    assert (entered.views, entered.peak_views, entered.earnings) == (9_000, 9_000, 1_000)
    assert (reading.run_id, reading.source, reading.views) == (None, "manual", 9_000)
    assert await world.all(Transfer) == transfers

    world.simulator.script(VIDEO, state="error")
    run = await world.track()
    assert (run.earnings_added, await world.earnings(clip)) == (1_000, [2_000])
    assert (await world.user()).total_views == 9_000


async def test_it_is_credited_once_however_many_runs_follow(world: World, clip: Clip) -> None:
    await enter(world, clip, 9_000)
    for _ in range(3):
        await world.read((VIDEO, 9_000))

    assert await world.earnings(clip) == [2_000]


async def test_below_the_peak_it_claws_nothing_back_and_is_shown(world: World, clip: Clip) -> None:
    await enter(world, clip, 3_000)
    fallen = await world.now(clip)
    run = await world.read((VIDEO, 3_000))

    assert (fallen.views, fallen.peak_views, fallen.flag) == (3_000, 5_000, "The views fell from 5,000 to 3,000.")
    assert (run.earnings_added, await world.earnings(clip)) == (0, [1_000])
    assert (await world.user()).total_views == 5_000


async def test_zero_after_a_larger_count_is_kept_but_not_believed(world: World, clip: Clip) -> None:
    await enter(world, clip, 0)

    after = await world.now(clip)
    assert (after.views, after.peak_views, after.flag) == (5_000, 5_000, "Zero views were read after 5,000.")


async def test_it_pays_no_more_than_the_budget_has(world: World, campaign: Campaign, clip: Clip) -> None:
    await enter(world, clip, MAX_VIEWS)
    await world.read((VIDEO, 5_000))

    assert await world.earnings(clip) == [10_000]
    assert (await world.now(campaign)).completed_at is not None


async def test_who_what_before_after_and_why_are_in_the_audit_log(world: World, clip: Clip) -> None:
    await enter(world, clip, 9_000, reason=" Seen on the phone. ")

    [entry] = await world.all(AuditEntry, AuditEntry.action == "clip.read_by_hand")
    assert (entry.actor_id, entry.subject, entry.subject_id) == (world.admin.user_id, "clip", clip.id)
    assert (entry.before, entry.after) == (
        {"views": 5_000, "peak_views": 5_000},
        {"views": 9_000, "peak_views": 9_000},
    )
    assert (entry.reason, entry.amount) == ("Seen on the phone.", None)


@pytest.mark.parametrize("views", ["", "many", "-1", -1, "1.5", 1.5, True, None, str(MAX_VIEWS + 1), "9" * 400, "١٢"])
async def test_what_is_no_plausible_count_is_refused(world: World, clip: Clip, views: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        await enter(world, clip, views)
    assert set(refused.value.fields) == {"views"}


@pytest.mark.parametrize("reason", ["", "   ", None, "x" * 501])
async def test_without_a_reason_it_is_refused(world: World, clip: Clip, reason: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        await enter(world, clip, 9_000, reason=reason)
    assert set(refused.value.fields) == {"reason"}


async def test_only_admins_may_and_only_for_clips_that_can_still_earn(world: World, clip: Clip) -> None:
    with pytest.raises(AdminsOnly):
        await enter(world, clip, 9_000, by=world.clipper)
    with pytest.raises(NoSuchClip):
        await enter(world, Clip(id=999), 9_000)
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, clip.id, "Bought views.")
    with pytest.raises(Conflict, match="revoked"):
        await enter(world, clip, 9_000)


async def test_a_completed_campaigns_books_stay_closed(world: World, campaign: Campaign, clip: Clip) -> None:
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Enough.")
    with pytest.raises(WrongCampaignStatus):
        await enter(world, clip, 9_000)
