"""A jump that no video ever had puts its clip on hold: nothing is paid by itself, and an admin
decides.
"""

from typing import Any

import pytest

from swivi.core.errors import InvalidInput
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import AdminsOnly, OwnGain
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import holds, review
from swivi.domain.clips.errors import ClipsOnHold, NoSuchClip, NotOnHold, OnHold
from swivi.domain.clips.models import Clip, ClipHold, HoldDecision, ViewTracking
from swivi.domain.ledger.models import AuditEntry, Transfer, TransferKind
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.tracking import manual_readings
from swivi.domain.tracking.models import ManualReading
from swivi.insights.money import accrual_story
from swivi.insights.operations.overview import overview
from swivi.insights.submissions import clip_story
from swivi.insights.submissions.held import clips_on_hold
from swivi.pages.clipper.clip.why import why
from tests.factories import tiktok, youtube
from tests.world import World

VIDEO, OTHER = tiktok(1), youtube(1)
IMPOSSIBLE = 8_000_000_000
EVIDENCE = "The count rose from 1,200 to 8,000,000,000 within one interval."


@pytest.fixture
async def campaign(world: World) -> Campaign:
    """At $2.50 per 1,000 views."""
    return await world.campaign(budget="1000.00")


@pytest.fixture
async def clip(world: World, campaign: Campaign) -> Clip:
    """A clip that was credited for 1,200 views, and is on hold for 8 billion."""
    clip = await world.clip(campaign, VIDEO)
    await world.read((VIDEO, 1_200))
    await world.read((VIDEO, IMPOSSIBLE))
    return clip


async def decide(
    world: World, clip: Clip, how: Any, by: Actor | None = None, reason: object = "Seen."
) -> Clip:
    async with world.database.writing() as session:
        decided = await how(session, by or world.admin, clip.id, reason)
    assert isinstance(decided, Clip)
    return decided


async def explained(world: World, clip: Clip) -> list[tuple[int, bool]]:
    """The peak by which each credit of the clip is explained, and whether the explanation adds
    up.
    """
    transfers = await world.all(
        Transfer, Transfer.clip_id == clip.id, Transfer.kind == TransferKind.ACCRUAL
    )
    async with world.database.reading() as session:
        made = await accrual_story.made(session, transfers)
    return [(made[each.id].peak_views, made[each.id].adds_up) for each in transfers]


async def told_why(world: World, clip: Clip) -> list[str]:
    async with world.database.reading() as session:
        return why(await clip_story.reckoning_of(session, clip.id))


async def test_an_impossible_count_pays_nothing_and_is_kept(world: World, clip: Clip) -> None:
    [hold] = await world.all(ClipHold)
    held = await world.now(clip)

    assert (held.earnings, held.peak_views, held.views, held.flag) == (300, 1_200, 1_200, EVIDENCE)
    assert (hold.clip_id, hold.reason, hold.placed_by, hold.lifted_at) == (
        clip.id,
        EVIDENCE,
        None,
        None,
    )
    assert (hold.views, hold.views_before) == (IMPOSSIBLE, 1_200)
    assert [one.views for one in await world.all(ViewTracking) if one.views is not None] == [
        0,
        1_200,
        IMPOSSIBLE,
    ]
    assert (await world.user()).total_views == 1_200


async def test_both_sides_are_told_once_and_shown_the_reason(world: World, clip: Clip) -> None:
    for views in (IMPOSSIBLE, IMPOSSIBLE + 1, 2_000):
        await world.read((VIDEO, views))

    assert (await world.told()).count(NotificationKind.CLIP_HELD) == 1
    assert (await world.told(world.admin)).count(NotificationKind.CLIP_HELD) == 1
    said = (await told_why(world, clip))[0]
    assert said.startswith("On hold since ")
    assert f"{EVIDENCE} An admin is checking it." in said
    async with world.database.reading() as session:
        [shown] = await clips_on_hold(session, limit=10)
        assert (shown.clip_id, shown.reason, shown.worth) == (
            clip.id,
            EVIDENCE,
            2_000_000_000 - 300,
        )
        assert (await overview(session)).clips_on_hold == 1


async def test_others_are_paid_as_if_the_held_clip_asked_for_nothing(
    world: World, campaign: Campaign
) -> None:
    held = await world.clip(campaign, VIDEO)
    other = await world.clip(campaign, OTHER, by=await world.another_clipper())
    await world.read((VIDEO, IMPOSSIBLE), (OTHER, 100_000))

    assert await world.earnings(held, other) == [0, 25_000]
    assert (await world.now(campaign)).status is CampaignStatus.ACTIVE


async def test_while_held_no_count_pays_also_a_plausible_one(world: World, clip: Clip) -> None:
    run = await world.read((VIDEO, 5_000))

    after = await world.now(clip)
    assert (run.earnings_added, after.earnings, after.peak_views) == (0, 300, 1_200)


async def test_paid_the_next_settlement_credits_the_growth_within_the_budget(
    world: World, clip: Clip, campaign: Campaign
) -> None:
    paid = await decide(world, clip, holds.pay)
    assert (paid.peak_views, (await world.user()).total_views) == (IMPOSSIBLE, IMPOSSIBLE)
    assert await world.earnings(clip) == [300]

    run = await world.read((VIDEO, IMPOSSIBLE))
    assert (run.earnings_added, await world.earnings(clip)) == (99_700, [100_000])
    assert (await world.now(campaign)).status is CampaignStatus.COMPLETED
    assert await explained(world, clip) == [(1_200, True), (IMPOSSIBLE, True)]


async def test_paid_is_the_count_that_the_admin_saw_and_no_later_one(
    world: World, clip: Clip
) -> None:
    await world.read((VIDEO, 900_000_000_000))

    assert (await decide(world, clip, holds.pay)).peak_views == IMPOSSIBLE


async def test_corrected_the_count_never_pays_and_later_ones_do(world: World, clip: Clip) -> None:
    await world.read((VIDEO, 3_000))
    corrected = await decide(world, clip, holds.correct)
    assert corrected.peak_views == 1_200

    run = await world.read((VIDEO, 4_000))
    assert (run.earnings_added, await world.earnings(clip)) == (700, [1_000])
    assert await explained(world, clip) == [(1_200, True), (4_000, True)]
    async with world.database.reading() as session:
        charted = await clip_story.views_over_time(session, clip.id)
    assert [each.amount for each in charted] == [0, 1_200, 4_000]


async def test_corrected_the_same_count_is_held_again(world: World, clip: Clip) -> None:
    await decide(world, clip, holds.correct)
    await world.read((VIDEO, IMPOSSIBLE))

    assert [one.decision for one in await world.all(ClipHold)] == [HoldDecision.CORRECTED, None]
    assert await world.earnings(clip) == [300]


@pytest.mark.parametrize(
    ("how", "decision"), [(holds.pay, HoldDecision.PAID), (holds.correct, HoldDecision.CORRECTED)]
)
async def test_a_decision_is_made_once_and_written_down(
    world: World, clip: Clip, how: Any, decision: HoldDecision
) -> None:
    await decide(world, clip, how, reason="The platform confirmed it.")

    [hold] = await world.all(ClipHold)
    assert (hold.decision, hold.lifted_by) == (decision, world.admin.user_id)
    [_, placed, decided] = await world.all(AuditEntry, AuditEntry.subject == "clip")
    assert (placed.action, placed.actor_id, placed.reason) == ("clip.held", None, EVIDENCE)
    assert (decided.action, decided.actor_id) == (
        f"clip.hold_{decision.lower()}",
        world.admin.user_id,
    )
    assert decided.reason == "The platform confirmed it."
    assert (await world.told()).count(NotificationKind.CLIP_HELD) == 2
    for again in (holds.pay, holds.correct):
        with pytest.raises(NotOnHold):
            await decide(world, clip, again)


@pytest.mark.parametrize("how", [holds.pay, holds.correct])
async def test_only_an_admin_decides_with_a_reason_and_not_on_an_own_clip(
    world: World, clip: Clip, how: Any
) -> None:
    own = Actor(world.clipper.user_id, world.admin.role, world.clipper.email, world.clipper.name)
    with pytest.raises(AdminsOnly):
        await decide(world, clip, how, by=world.clipper)
    with pytest.raises(OwnGain):
        await decide(world, clip, how, by=own)
    with pytest.raises(InvalidInput):
        await decide(world, clip, how, reason=" ")
    with pytest.raises(NoSuchClip):
        await decide(world, Clip(id=999), how)
    assert (await world.all(ClipHold))[0].lifted_at is None


async def test_revoked_the_hold_ends_too(world: World, clip: Clip) -> None:
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, clip.id, "Bought views.")

    assert (await world.all(ClipHold))[0].decision is HoldDecision.REVOKED
    assert (await world.now(clip)).earnings == 0


async def test_views_by_hand_are_held_too_and_refused_while_held(
    world: World, campaign: Campaign
) -> None:
    clip = await world.clip(campaign, VIDEO)
    second = await world.another_admin()
    said: dict[str, Any] = {"views": IMPOSSIBLE, "reason": "Seen.", "limit": 100}
    async with world.database.writing() as session:
        asked = await manual_readings.read_by_hand(session, world.admin, clip.id, **said)
        assert isinstance(asked, ManualReading)
    async with world.database.writing() as session:
        await manual_readings.confirm(session, second, asked.id)

    assert (await world.now(clip)).peak_views == 0
    with pytest.raises(OnHold):
        async with world.database.writing() as session:
            await manual_readings.read_by_hand(session, world.admin, clip.id, **said)
    await decide(world, clip, holds.correct)
    async with world.database.writing() as session:
        again = await manual_readings.read_by_hand(
            session, world.admin, clip.id, **said | {"views": 50_000}
        )
    assert isinstance(again, ManualReading), "a count that was wrong spares nobody the second admin"
    await world.track(campaign)
    assert await world.earnings(clip) == [0]


async def test_an_admin_ends_no_campaign_while_a_clip_is_held(
    world: World, clip: Clip, campaign: Campaign
) -> None:
    with pytest.raises(ClipsOnHold):
        await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")
    assert (await world.now(campaign)).status is CampaignStatus.ACTIVE

    await decide(world, clip, holds.correct)
    world.simulator.script(VIDEO, 1_200)
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")
    assert (await world.now(campaign)).status is CampaignStatus.COMPLETED


async def test_a_jump_in_the_last_reading_refuses_the_end_too(
    world: World, campaign: Campaign
) -> None:
    await world.clip(campaign, VIDEO)
    world.simulator.script(VIDEO, IMPOSSIBLE)
    with pytest.raises(ClipsOnHold):
        await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")

    assert [one.lifted_at for one in await world.all(ClipHold)] == [None]


async def test_the_clock_ends_a_campaign_and_what_is_held_lapses(
    world: World, clip: Clip, campaign: Campaign
) -> None:
    await world.tracker.complete(campaign.id, actor=None, reason="The campaign ended.")

    assert (await world.now(campaign)).status is CampaignStatus.COMPLETED
    assert (await world.all(ClipHold))[0].decision is HoldDecision.LAPSED
    assert await world.earnings(clip) == [300]
    assert "The campaign ended before an admin decided" in (await told_why(world, clip))[0]
    with pytest.raises(NotOnHold):
        await decide(world, clip, holds.pay)
