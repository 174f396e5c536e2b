"""A clipper's payout, and whatever else may happen to it or to them at that moment."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import text

from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import UserStatus
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.payouts.models import Payout, PayoutRequest, PayoutStatus
from tests import factories
from tests.factories import tiktok
from tests.processes import at_once
from tests.races import work
from tests.world import World

CLIPPERS = 6


@pytest.fixture
async def crowd(world: World) -> list[Actor]:
    """Clippers who have earned $50.00 each."""
    campaign = await world.campaign(budget="1000.00")
    clippers = [await factories.a_clipper(world.database) for _ in range(CLIPPERS)]
    for number, clipper in enumerate(clippers):
        await world.clip(campaign, tiktok(number), by=clipper)
        world.simulator.script(tiktok(number), 20_000)
    await world.track()
    return clippers


def race(world: World, jobs: Sequence[tuple[object, ...]]) -> Counter[str]:
    return Counter(at_once(world.settings, jobs))


async def entries(world: World, subject: str, subject_id: int) -> list[AuditEntry]:
    return await world.all(
        AuditEntry, AuditEntry.subject == subject, AuditEntry.subject_id == subject_id
    )


async def test_of_many_completions_with_one_transaction_id_one_pays(world: World) -> None:
    await world.earn(5_000)
    request = await world.process(await world.request("50.00"), "approve")
    outcomes = race(world, [(work.process, world.admin, request.id, "complete", "TX-1")] * 20)

    assert outcomes == {"done": 1, "wrong_payout_status": 19}
    assert len(await world.all(Payout)) == 1
    assert (await world.user()).paid == 5_000


async def test_a_request_is_approved_and_rejected_in_an_order_that_the_audit_log_tells(
    world: World, crowd: list[Actor]
) -> None:
    requests = [await world.request("50.00", by=clipper) for clipper in crowd]
    decisions = [(request, action) for request in requests for action in ("approve", "reject")]
    outcomes = race(
        world,
        [(work.process, world.admin, request.id, action, None) for request, action in decisions],
    )

    walked = 0
    for request in requests:
        assert (
            await world.now(request)
        ).status is PayoutStatus.REJECTED  # an approved one can be rejected as well
        steps = (await entries(world, "payout_request", request.id))[1:]
        assert [(step.before["status"], step.after["status"]) for step in steps] in (
            [("PENDING", "REJECTED")],
            [("PENDING", "APPROVED"), ("APPROVED", "REJECTED")],
        )
        walked += len(steps)
    assert outcomes == Counter({"done": walked, "wrong_payout_status": 2 * CLIPPERS - walked})


async def test_an_approved_request_is_paid_or_failed_or_rejected_once(
    world: World, crowd: list[Actor]
) -> None:
    requests = [
        await world.process(await world.request("50.00", by=clipper), "approve")
        for clipper in crowd
    ]
    jobs = [
        (
            work.process,
            world.admin,
            request.id,
            action,
            f"TX-{request.id}" if action == "complete" else None,
        )
        for request in requests
        for action in ("complete", "fail", "reject")
    ]
    assert race(world, jobs) == {"done": CLIPPERS, "wrong_payout_status": 2 * CLIPPERS}

    paid = [
        request
        for request in requests
        if (await world.now(request)).status is PayoutStatus.COMPLETED
    ]
    assert {payout.request_id for payout in await world.all(Payout)} == {
        request.id for request in paid
    }
    for clipper, request in zip(crowd, requests, strict=True):
        user = await world.user(clipper)
        assert (user.reserved, user.paid) == (0, 5_000 if request in paid else 0)


async def test_a_request_that_is_cancelled_or_rejected_makes_room_for_the_next_one(
    world: World, crowd: list[Actor]
) -> None:
    requests = [await world.request("50.00", by=clipper) for clipper in crowd]
    jobs: list[tuple[object, ...]] = []
    for position, (clipper, request) in enumerate(zip(crowd, requests, strict=True)):
        end = (work.cancel, clipper, request.id)
        if position % 2:
            end = (work.process, world.admin, request.id, "reject", None)
        jobs += [end, (work.ask, clipper, "50.00", None)]
    outcomes = race(world, jobs)

    again = len(await world.all(PayoutRequest)) - CLIPPERS
    assert outcomes == Counter({"done": CLIPPERS + again, "open_request_exists": CLIPPERS - again})


WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type "
    "= 'Lock'"
)


async def until_waiting(world: World, many: int) -> None:
    """Return once so many transactions wait for a lock."""
    async with asyncio.timeout(30):
        while True:
            async with world.database.reading() as session:
                if (await session.execute(WAITING)).scalar_one() >= many:
                    return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_rejection_and_the_next_request_never_wait_for_each_other(world: World) -> None:
    await world.earn(5_000)
    request = await world.request("50.00")

    async with (
        world.database.writing() as stopping
    ):  # whoever comes to write to `users`, and nobody before that
        await stopping.execute(text("LOCK TABLE users IN SHARE MODE"))
        rejecting = asyncio.create_task(
            work.process(world.running, world.admin, request.id, "reject", None)
        )
        await until_waiting(world, 1)
        asking = asyncio.create_task(work.ask(world.running, world.clipper, "50.00", None))
        await until_waiting(world, 2)
    await asyncio.gather(rejecting, asking)

    assert [asked.status for asked in await world.all(PayoutRequest)] == [
        PayoutStatus.REJECTED,
        PayoutStatus.PENDING,
    ]


async def test_nobody_requests_a_payout_after_they_were_disabled(
    world: World, crowd: list[Actor]
) -> None:
    jobs: list[tuple[object, ...]] = []
    for clipper in crowd:
        jobs += [(work.disable, world.admin, clipper), (work.ask, clipper, "50.00", None)]
    outcomes = race(world, jobs)

    made = await world.all(PayoutRequest)
    assert outcomes == Counter(
        {"done": CLIPPERS + len(made), "account_disabled": CLIPPERS - len(made)}
    )
    for clipper in crowd:
        user = await world.user(clipper)
        mine = [request for request in made if request.user_id == clipper.user_id]
        assert (user.status, user.reserved) == (UserStatus.DISABLED, 5_000 * len(mine))
        if mine:
            [asked], [disabled] = (
                await entries(world, "payout_request", mine[0].id),
                [
                    entry
                    for entry in await entries(world, "user", clipper.user_id)
                    if entry.action == "user.changed"
                ],
            )
            assert asked.id < disabled.id
