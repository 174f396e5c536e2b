"""Readings by hand: kept with their reason, paid by the next settlement and never before, never
clawing back.
"""

import asyncio
from typing import Any

import pytest

from swivi.core import clock
from swivi.core.errors import Conflict, InvalidInput
from swivi.core.money import Cents
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import AdminsOnly, OwnGain
from swivi.domain.accounts.models import Role, UserStatus
from swivi.domain.campaigns.errors import WrongCampaignStatus
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import review
from swivi.domain.clips.errors import NoSuchClip
from swivi.domain.clips.models import Clip, ViewTracking
from swivi.domain.ledger.models import AuditEntry, Transfer
from swivi.domain.platforms.models import MAX_VIEWS
from swivi.domain.tracking import manual_readings
from swivi.domain.tracking.errors import NoSuchManualReading, SecondAdminNeeded
from swivi.domain.tracking.models import ManualReading, ManualReadingStatus
from swivi.insights.operations.manual_readings import waiting_readings
from swivi.insights.operations.overview import overview
from tests import factories
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


LIMIT = 10_000
"""Cents: 40,000 views at the campaign's rate."""


async def ask(
    world: World,
    clip: Clip,
    views: object,
    *,
    reason: object = "The scraper is blocked.",
    by: Actor | None = None,
    limit: Cents = LIMIT,
) -> ViewTracking | ManualReading:
    async with world.database.writing() as session:
        return await manual_readings.read_by_hand(
            session, by or world.admin, clip.id, views=views, reason=reason, limit=limit
        )


async def enter(world: World, clip: Clip, views: object, **more: Any) -> ViewTracking:
    entered = await ask(world, clip, views, **more)
    assert isinstance(entered, ViewTracking)
    return entered


async def wait(world: World, clip: Clip, views: object, **more: Any) -> ManualReading:
    entered = await ask(world, clip, views, **more)
    assert isinstance(entered, ManualReading)
    return entered


async def confirm(world: World, waiting: ManualReading, by: Actor) -> ViewTracking:
    async with world.database.writing() as session:
        return await manual_readings.confirm(session, by, waiting.id)


async def decline(world: World, waiting: ManualReading, by: Actor) -> ManualReading:
    async with world.database.writing() as session:
        return await manual_readings.decline(session, by, waiting.id)


async def test_it_moves_no_money_until_the_next_settlement_counts_it(
    world: World, clip: Clip
) -> None:
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

    assert (fallen.views, fallen.peak_views, fallen.flag) == (
        3_000,
        5_000,
        "The views fell from 5,000 to 3,000.",
    )
    assert (run.earnings_added, await world.earnings(clip)) == (0, [1_000])
    assert (await world.user()).total_views == 5_000


async def test_zero_after_a_larger_count_is_kept_but_not_believed(world: World, clip: Clip) -> None:
    await enter(world, clip, 0)

    after = await world.now(clip)
    assert (after.views, after.peak_views, after.flag) == (
        5_000,
        5_000,
        "Zero views were read after 5,000.",
    )


async def test_it_pays_no_more_than_the_budget_has(
    world: World, campaign: Campaign, clip: Clip
) -> None:
    await confirm(world, await wait(world, clip, 900_000), await world.another_admin())
    await world.read((VIDEO, 5_000))

    assert await world.earnings(clip) == [10_000]
    assert (await world.now(campaign)).completed_at is not None


async def test_who_what_before_after_and_why_are_in_the_audit_log(world: World, clip: Clip) -> None:
    await enter(world, clip, 9_000, reason=" Seen on the phone. ")

    [entry] = await world.all(AuditEntry, AuditEntry.action == "clip.read_by_hand")
    assert (entry.actor_id, entry.subject, entry.subject_id) == (
        world.admin.user_id,
        "clip",
        clip.id,
    )
    assert (entry.before, entry.after) == (
        {"views": 5_000, "peak_views": 5_000},
        {"views": 9_000, "peak_views": 9_000},
    )
    assert (entry.reason, entry.amount) == ("Seen on the phone.", None)


@pytest.mark.parametrize(
    "views", ["", "many", "-1", -1, "1.5", 1.5, True, None, str(MAX_VIEWS + 1), "9" * 400, "١٢"]
)
async def test_what_is_no_plausible_count_is_refused(
    world: World, clip: Clip, views: object
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await enter(world, clip, views)
    assert set(refused.value.fields) == {"views"}


@pytest.mark.parametrize("reason", ["", "   ", None, "x" * 501])
async def test_without_a_reason_it_is_refused(world: World, clip: Clip, reason: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        await enter(world, clip, 9_000, reason=reason)
    assert set(refused.value.fields) == {"reason"}


async def test_only_admins_may_and_only_for_clips_that_can_still_earn(
    world: World, clip: Clip
) -> None:
    with pytest.raises(AdminsOnly):
        await enter(world, clip, 9_000, by=world.clipper)
    with pytest.raises(NoSuchClip):
        await enter(world, Clip(id=999), 9_000)
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, clip.id, "Bought views.")
    with pytest.raises(Conflict, match="revoked"):
        await enter(world, clip, 9_000)


async def test_a_completed_campaigns_books_stay_closed(
    world: World, campaign: Campaign, clip: Clip
) -> None:
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Enough.")
    with pytest.raises(WrongCampaignStatus):
        await enter(world, clip, 9_000)


async def test_views_worth_more_than_the_limit_count_once_another_admin_confirms(
    world: World, clip: Clip
) -> None:
    other = await world.another_admin()
    waiting = await wait(world, clip, "45,004")

    assert (waiting.worth, waiting.asked_by, waiting.status) == (
        10_001,
        world.admin.user_id,
        ManualReadingStatus.WAITING,
    )
    await world.read((VIDEO, 5_000))
    asked = await world.now(clip)
    assert (asked.views, asked.peak_views, asked.earnings) == (5_000, 5_000, 1_000)
    async with world.database.reading() as session:
        [shown] = await waiting_readings(session, limit=9)
        assert (shown.id, shown.worth, shown.asked_by) == (waiting.id, 10_001, world.admin.user_id)
        assert (await overview(session)).readings_waiting == 1

    await confirm(world, waiting, other)
    confirmed = await world.now(clip)
    assert (confirmed.views, confirmed.peak_views) == (45_004, 45_004)
    async with world.database.reading() as session:
        assert await waiting_readings(session, limit=9) == []
    await world.read((VIDEO, 5_000))
    assert await world.earnings(clip) == [10_000]


async def test_what_is_worth_exactly_the_limit_needs_nobody_else(world: World, clip: Clip) -> None:
    assert (await enter(world, clip, 45_000)).views == 45_000


async def test_who_entered_views_does_not_confirm_them(world: World, clip: Clip) -> None:
    waiting = await wait(world, clip, 90_000)

    with pytest.raises(SecondAdminNeeded):
        await confirm(world, waiting, world.admin)
    with pytest.raises(AdminsOnly):
        await confirm(world, waiting, world.clipper)
    with pytest.raises(OwnGain):
        await confirm(world, waiting, factories.promoted(world.clipper))
    assert (await world.now(waiting)).status is ManualReadingStatus.WAITING


async def test_a_large_count_in_small_steps_needs_a_second_admin_too(
    world: World, clip: Clip
) -> None:
    await enter(world, clip, 30_000)
    await enter(world, clip, 45_000, by=await world.another_admin())
    await wait(world, clip, 46_000)


async def test_what_a_scraper_or_two_admins_saw_counts_as_seen(world: World, clip: Clip) -> None:
    await confirm(world, await wait(world, clip, 60_000, limit=1), await world.another_admin())
    assert (await enter(world, clip, 80_000)).views == 80_000
    assert (await enter(world, clip, 60_000, limit=1)).views == 60_000, (
        "below the peak it is worth nothing"
    )


async def test_declined_views_change_nothing(world: World, clip: Clip) -> None:
    waiting = await wait(world, clip, 90_000)
    await decline(world, waiting, await world.another_admin())

    assert (await world.now(clip)).peak_views == 5_000
    with pytest.raises(Conflict, match="already declined"):
        await confirm(world, waiting, await world.another_admin())
    withdrawn = await wait(world, clip, 90_000)
    await decline(world, withdrawn, world.admin)


async def test_one_reading_of_a_clip_waits_and_is_decided_on_once(world: World, clip: Clip) -> None:
    other, waiting = await world.another_admin(), await wait(world, clip, 90_000)

    with pytest.raises(Conflict, match="await a second admin"):
        await ask(world, clip, 95_000)
    await confirm(world, waiting, other)
    for decide in (confirm, decline):
        with pytest.raises(Conflict, match="already confirmed"):
            await decide(world, waiting, other)
    with pytest.raises(NoSuchManualReading):
        await confirm(world, ManualReading(id=999), other)


async def test_each_step_of_a_waiting_reading_is_in_the_audit_log(world: World, clip: Clip) -> None:
    other = await world.another_admin()
    await decline(world, await wait(world, clip, 90_000, reason="Seen once."), other)
    await confirm(world, await wait(world, clip, 90_000, reason="Seen twice."), other)

    entries = [
        entry for entry in await world.all(AuditEntry) if entry.action.startswith("clip.reading")
    ]
    asked_by, worth = world.admin.user_id, 21_250
    assert [(entry.action, entry.actor_id, entry.reason, entry.after) for entry in entries] == [
        ("clip.reading_asked", asked_by, "Seen once.", {"views": 90_000, "worth": worth}),
        (
            "clip.reading_declined",
            other.user_id,
            "Seen once.",
            {"views": 90_000, "worth": worth, "asked_by": asked_by},
        ),
        ("clip.reading_asked", asked_by, "Seen twice.", {"views": 90_000, "worth": worth}),
        (
            "clip.reading_confirmed",
            other.user_id,
            "Seen twice.",
            {"views": 90_000, "peak_views": 90_000, "asked_by": asked_by},
        ),
    ]


async def test_of_a_revoked_clip_nothing_is_confirmed(world: World, clip: Clip) -> None:
    other, waiting = await world.another_admin(), await wait(world, clip, 90_000)
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, clip.id, "Bought views.")

    with pytest.raises(Conflict, match="revoked"):
        await confirm(world, waiting, other)
    await decline(world, waiting, other)


async def test_the_limit_is_for_all_that_one_admin_enters_alone(
    world: World, campaign: Campaign, clip: Clip
) -> None:
    other = await world.clip(campaign, tiktok(2))
    third = await world.clip(campaign, tiktok(3), by=await world.another_clipper())
    await enter(world, clip, 25_000)
    await enter(world, other, 20_000)

    await wait(world, third, 4)
    assert (await enter(world, third, 20_000, by=await world.another_admin())).views == 20_000


async def test_what_a_scraper_has_seen_meanwhile_is_no_longer_one_admins_word(
    world: World, clip: Clip
) -> None:
    other = await world.clip(await world.campaign(), tiktok(2))
    await enter(world, clip, 25_000, limit=5_000)
    await decline(world, await wait(world, other, 20_000, limit=5_000), world.admin)
    await world.read((VIDEO, 25_000), (tiktok(2), 10))

    assert (await enter(world, other, 20_000, limit=5_000)).views == 20_000


async def test_of_two_readings_at_once_the_second_counts_the_first(
    world: World, clip: Clip
) -> None:
    other = await world.clip(await world.campaign(), tiktok(2))
    kept = await asyncio.gather(ask(world, clip, 35_000), ask(world, other, 30_000))

    assert sorted(type(each).__name__ for each in kept) == ["ManualReading", "ViewTracking"]


@pytest.mark.parametrize("new", ["who asks", "who confirms"])
@pytest.mark.parametrize("before", [Role.CLIPPER, UserStatus.DISABLED])
async def test_an_admin_made_lately_is_no_second_admin(
    world: World, clip: Clip, new: str, before: Role | UserStatus
) -> None:
    accomplice = await world.another_admin()
    was = (before, UserStatus.ACTIVE) if isinstance(before, Role) else (Role.ADMIN, before)
    for role, status in (was, (Role.ADMIN, UserStatus.ACTIVE)):
        async with world.database.writing() as session:
            await accounts.set_role_and_status(
                session, world.admin, accomplice.user_id, role=role, status=status
            )
    asks, confirms = (accomplice, world.admin) if new == "who asks" else (world.admin, accomplice)
    waiting = await wait(world, clip, 50_000, by=asks)
    with pytest.raises(SecondAdminNeeded):
        await confirm(world, waiting, confirms)

    with clock.standing_at(clock.now() + manual_readings.NEW_ADMIN_FOR):
        assert (await confirm(world, waiting, confirms)).views == 50_000
