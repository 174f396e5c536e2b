"""Audits are made after each run and every night, once whatever the number of processes, kept, and
told of once.
"""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from swivi.core import clock, leases
from swivi.domain.campaigns.models import Campaign
from swivi.domain.ledger.invariants import INVARIANTS
from swivi.domain.notifications.models import Notification, NotificationKind
from swivi.domain.reconciliation import service as reconciliation
from swivi.domain.reconciliation.models import AuditTrigger, Reconciliation
from swivi.domain.reconciliation.service import Reconciler, ReconciliationUnderWay
from swivi.runtime import schedule
from tests.factories import tiktok
from tests.world import World


@pytest.fixture
async def campaign(open_world: World) -> Campaign:
    campaign = await open_world.campaign()
    await open_world.clip(campaign, tiktok(1))
    await open_world.read((tiktok(1), 4_000))
    return campaign


async def spoil(world: World, campaign: Campaign, cents: int) -> None:
    async with world.database.writing() as session:
        statement = text("UPDATE campaigns SET spent = spent + :cents WHERE id = :id")
        await session.execute(statement, {"cents": cents, "id": campaign.id})


async def told(world: World) -> list[str]:
    mine = (
        Notification.user_id == world.admin.user_id,
        Notification.kind == NotificationKind.BOOKS_WRONG,
    )
    return [one.body for one in await world.all(Notification, *mine)]


async def test_an_audit_keeps_what_it_covered(open_world: World, campaign: Campaign) -> None:
    audit = await open_world.running.auditor.audit(AuditTrigger.ADMIN)
    [kept] = await open_world.all(Reconciliation)
    assert (kept.id, kept.found, kept.findings, kept.transfers) == (audit.id, 0, [], 2)
    assert [result["invariant"] for result in kept.results] == list(INVARIANTS)
    assert sum(result["checks"] for result in kept.results) == kept.checks
    assert all(result["checks"] > 0 for result in kept.results)
    of_campaigns_and_clips = kept.results[0]
    assert of_campaigns_and_clips["rows"] == 2


async def test_each_run_that_ended_is_followed_by_one_audit(
    open_world: World, campaign: Campaign
) -> None:
    # As two processes, one after the other; a second run is audited again.
    for _ in range(2):
        for auditor in (open_world.running.auditor, Reconciler(open_world.database)):
            await auditor.after_runs()
        await open_world.read((tiktok(1), 5_000))
    assert [(one.trigger, one.run_id) for one in await open_world.all(Reconciliation)] == [
        (AuditTrigger.RUN, 1),
        (AuditTrigger.RUN, 2),
    ]


async def test_the_clock_sees_to_it(
    open_world: World, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "AUDIT_SECONDS", 0.05)
    changed = asyncio.Event()
    open_world.database.listeners.append(lambda _: changed.set())
    open_world.running.schedule.start()
    try:
        while not await open_world.all(Reconciliation):
            await asyncio.wait_for(changed.wait(), 20)
            changed.clear()
    finally:
        open_world.running.schedule.stop()
    [audit] = await open_world.all(Reconciliation)
    assert audit.trigger is AuditTrigger.RUN


async def test_without_a_run_there_is_nothing_to_follow(open_world: World) -> None:
    await open_world.running.auditor.after_runs()
    assert await open_world.all(Reconciliation) == []


async def test_a_night_has_one_audit(open_world: World, campaign: Campaign) -> None:
    night = clock.now().replace(second=5)
    for moment in (night, night + timedelta(seconds=20), night + timedelta(days=1)):
        with clock.standing_at(moment):
            await open_world.running.auditor.nightly()
    assert [one.trigger for one in await open_world.all(Reconciliation)] == [
        AuditTrigger.NIGHTLY
    ] * 2


async def test_a_finding_is_told_once_and_again_when_it_comes_back(
    open_world: World, campaign: Campaign
) -> None:
    found = []
    for cents in (0, 1, 0, -1, 1):
        await spoil(open_world, campaign, cents)
        found.append((await open_world.running.auditor.audit(AuditTrigger.NIGHTLY)).found)
    assert [number > 0 for number in found] == [False, True, True, False, True]
    first, second = await told(open_world)
    assert first == second
    assert first.startswith(
        f"I1: campaign {campaign.id}: spent is $10.01, its clips earned $10.00."
    )
    assert first.endswith(f" And {found[1] - 1} more.")


async def test_another_finding_is_told_beside_a_known_one(
    open_world: World, campaign: Campaign
) -> None:
    await spoil(open_world, campaign, 1)
    await open_world.running.auditor.audit(AuditTrigger.NIGHTLY)
    async with open_world.database.writing() as session:
        await session.execute(text("UPDATE users SET total_earnings = total_earnings + 1"))
    await open_world.running.auditor.audit(AuditTrigger.NIGHTLY)
    first, second = await told(open_world)
    assert first.startswith("I1: campaign")
    assert second.startswith("I2: user")


async def test_a_finding_stops_nobody(open_world: World, campaign: Campaign) -> None:
    await spoil(open_world, campaign, 1)
    await open_world.running.auditor.audit(AuditTrigger.NIGHTLY)
    run = await open_world.read((tiktok(1), 8_000))
    assert run.earnings_added == 1_000


async def test_one_audit_at_a_time(open_world: World, campaign: Campaign) -> None:
    hold = await leases.acquire(open_world.database, reconciliation.LEASE, reconciliation.LEASE_TTL)
    assert hold is not None
    auditor = open_world.running.auditor
    with pytest.raises(ReconciliationUnderWay):
        await auditor.audit(AuditTrigger.ADMIN)
    await auditor.after_runs()  # no complaint: the one under way is as good
    assert await open_world.all(Reconciliation) == []
    await hold.release()
    await auditor.after_runs()
    assert len(await open_world.all(Reconciliation)) == 1


async def test_an_audit_whose_process_died_is_in_the_way_for_a_minute(
    open_world: World, campaign: Campaign
) -> None:
    assert await leases.acquire(open_world.database, reconciliation.LEASE, reconciliation.LEASE_TTL)
    with clock.standing_at(clock.now() + reconciliation.LEASE_TTL + timedelta(seconds=1)):
        await open_world.running.auditor.audit(AuditTrigger.ADMIN)


async def test_old_audits_go_and_the_newest_stays(open_world: World, campaign: Campaign) -> None:
    for _ in range(2):
        await open_world.running.auditor.audit(AuditTrigger.ADMIN)
    with clock.standing_at(clock.now() + reconciliation.KEPT + timedelta(days=1)):
        async with open_world.database.writing() as session:
            await reconciliation.forget_old(session)
    assert [one.id for one in await open_world.all(Reconciliation)] == [2]
