"""Many processes at the same moment: each thing happens once, and everybody else is told why
not.
"""

from collections import Counter

import pytest
from sqlmodel import delete

from swivi.core import clock
from swivi.core.idempotency import IdempotentAnswer
from swivi.core.rates import Rate
from swivi.domain.accounts import tokens
from swivi.domain.accounts.models import ApiToken, Role, UserStatus
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.clips.models import Clip, ClipSubmission, ViewTracking
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.payouts.models import Payout, PayoutRequest, PayoutStatus
from swivi.domain.tracking import manual_readings
from swivi.domain.tracking.models import TrackingRun
from tests.conftest import SettingsFor
from tests.factories import instagram, tiktok
from tests.processes import at_once
from tests.races import work
from tests.world import World

MANY = 20


@pytest.fixture
async def rich(world: World) -> World:
    """The clipper has earned $50.00."""
    await world.earn(5_000)
    return world


READING = {work.track, work.track_at, work.complete, work.send}


def race(world: World, *jobs: tuple[object, ...]) -> Counter[str]:
    """How often each outcome came."""
    return Counter(at_once(world.settings, jobs, reads=any(job[0] in READING for job in jobs)))


async def test_of_many_requests_for_the_whole_balance_one_is_made(rich: World) -> None:
    outcomes = race(rich, *[(work.ask, rich.clipper, "50.00", None)] * MANY)

    assert outcomes == {"done": 1, "open_request_exists": MANY - 1}
    assert len(await rich.all(PayoutRequest)) == 1
    assert (await rich.user()).reserved == 5_000


async def test_of_many_requests_with_one_key_all_get_the_same_one(rich: World) -> None:
    outcomes = race(rich, *[(work.ask, rich.clipper, "50.00", "key-1")] * MANY)

    assert outcomes == {"done": MANY}
    assert len(await rich.all(PayoutRequest)) == 1


ASK = {"amount": 50, "method": "paypal", "details": "casey@swivi.test"}


async def test_of_many_posts_with_one_key_each_does_its_work_once(rich: World) -> None:
    campaign = await rich.campaign()
    link = {"campaignId": str(campaign.id), "clipUrl": tiktok(9).canonical_url}
    async with rich.database.writing() as session:
        clipper = (await tokens.issue(session, rich.clipper.user_id)).token
    for path, body, table in (
        ("/clippers/payout-request", ASK, PayoutRequest),
        ("/clippers/submissions", link, ClipSubmission),
        ("/tokens", {"name": "Nightly"}, ApiToken),
    ):
        before = len(await rich.all(table))
        outcomes = race(rich, *[(work.send, clipper, path, body)] * MANY)
        assert outcomes["done"] >= 1
        assert set(outcomes) <= {"done", "request_under_way"}, path
        assert len(await rich.all(table)) == before + 1
        key_of_other_work = race(rich, (work.send, clipper, path, body | {"more": 1}))
        assert key_of_other_work == {"idempotency_conflict": 1}, path
        await forget_keys(rich)


async def forget_keys(world: World) -> None:
    async with world.database.writing() as session:
        await session.execute(delete(IdempotentAnswer))


async def test_of_many_attempts_to_sign_in_from_many_processes_so_many_get_through(
    world: World, settings_for: SettingsFor
) -> None:
    settings = settings_for(limit_sign_in=Rate(5, 3_600))
    jobs = [(work.sign_in, "casey@swivi.test", "192.0.2.1")] * MANY
    assert Counter(at_once(settings, jobs)) == {"done": 5, "too_many_requests": MANY - 5}


async def test_of_many_completions_of_one_request_one_pays(rich: World) -> None:
    request = await rich.process(await rich.request("50.00"), "approve")
    outcomes = race(
        rich,
        *[
            (work.process, rich.admin, request.id, "complete", f"TX-{number}")
            for number in range(MANY)
        ],
    )

    assert outcomes == {"done": 1, "wrong_payout_status": MANY - 1}
    assert len(await rich.all(Payout)) == 1
    assert (await rich.user()).paid == 5_000


async def test_of_two_requests_paid_with_one_transaction_id_one_is(rich: World) -> None:
    kim = await rich.another_clipper()
    await rich.earn(5_000, by=kim)
    requests = [
        await rich.process(await rich.request("50.00", by=by), "approve")
        for by in (rich.clipper, kim)
    ]
    outcomes = race(
        rich, *[(work.process, rich.admin, request.id, "complete", "TX-1") for request in requests]
    )

    assert outcomes == {"done": 1, "transaction_id_taken": 1}


async def test_a_request_is_cancelled_or_decided_on_but_not_both(rich: World) -> None:
    request = await rich.request("50.00")
    outcomes = race(
        rich,
        (work.cancel, rich.clipper, request.id),
        (work.process, rich.admin, request.id, "approve", None),
        (work.process, rich.admin, request.id, "reject", None),
    )

    status = (await rich.now(request)).status
    approved_first = outcomes["done"] == 2  # then it was rejected after all, which is an edge
    assert outcomes["done"] + outcomes["wrong_payout_status"] == 3
    assert outcomes["done"] == 1 or (approved_first and status is PayoutStatus.REJECTED)
    assert status is not PayoutStatus.PENDING


async def test_a_submission_is_approved_or_rejected_but_not_both(world: World) -> None:
    submission = await world.submission(await world.campaign(), tiktok(1))
    jobs = [(decide, world.admin, submission.id) for decide in (work.approve, work.reject)]
    outcomes = race(world, *jobs * (MANY // 2))

    assert outcomes == {"done": 1, "already_reviewed": MANY - 1}
    assert len(await world.all(Clip)) == ((await world.now(submission)).status == "APPROVED")


async def test_of_many_submissions_of_one_video_one_is_taken(world: World) -> None:
    campaign, kim = await world.campaign(), await world.another_clipper()
    jobs = [(work.submit, by, campaign.id, tiktok(1)) for by in (world.clipper, kim)]
    outcomes = race(world, *jobs * (MANY // 2))

    assert outcomes == {"done": 1, "duplicate_submission": MANY - 1}
    assert len(await world.all(ClipSubmission)) == 1


async def test_one_clippers_video_is_taken_by_one_of_many_campaigns(world: World) -> None:
    campaigns = [await world.campaign() for _ in range(4)]
    outcomes = race(
        world, *[(work.submit, world.clipper, campaign.id, tiktok(1)) for campaign in campaigns]
    )

    assert outcomes == {"done": 1, "duplicate_submission": 3}


async def test_of_many_clippers_who_send_one_video_to_many_campaigns_one_holds_it(
    world: World,
) -> None:
    campaigns = [await world.campaign() for _ in range(5)]
    clippers = [world.clipper, *[await world.another_clipper() for _ in range(3)]]
    jobs = [(work.submit, by, campaign.id, tiktok(1)) for by in clippers for campaign in campaigns]
    outcomes = race(world, *jobs)

    assert outcomes == {"done": 1, "duplicate_submission": MANY - 1}
    assert [sent.holds_video for sent in await world.all(ClipSubmission)] == [True]


async def test_links_to_one_video_whose_baselines_are_read_at_once_leave_one(world: World) -> None:
    video, links = instagram(9), [instagram(number) for number in range(1, 5)]
    sent = [await world.submission(await world.campaign(), link, baseline=None) for link in links]
    jobs = [(work.baseline, one.id, link, video) for one, link in zip(sent, links, strict=True)]
    assert race(world, *jobs) == {"done": 4}

    found = await world.all(ClipSubmission)
    states = Counter((one.status.value, one.holds_video, one.video == video) for one in found)
    assert states == {("PENDING", True, True): 1, ("REJECTED", False, False): 3}


async def test_of_many_confirmations_of_one_reading_one_counts(world: World) -> None:
    clip = await world.clip(await world.campaign(), tiktok(1))
    async with world.database.writing() as session:
        waiting = await manual_readings.read_by_hand(
            session, world.admin, clip.id, views=90_000, reason="Seen.", limit=1
        )
    admins = [await world.another_admin() for _ in range(4)]
    outcomes = race(world, *[(work.confirm, by, waiting.id) for by in admins])

    assert outcomes == {"done": 1, "conflict": 3}
    assert len(await world.all(ViewTracking, ViewTracking.source == manual_readings.SOURCE)) == 1


async def test_of_four_tracking_runs_one_runs(world: World) -> None:
    clip = await world.clip(await world.campaign(), tiktok(1))
    world.simulator.script(tiktok(1), 4_000)
    world.simulator.set(run_seconds=1.0)  # so that none begins after another has ended
    outcomes = race(world, *[(work.track,)] * 4)

    assert outcomes == {"done": 1, "run_under_way": 3}
    assert (len(await world.all(TrackingRun)), world.runs_started) == (1, 1)
    assert await world.earnings(clip) == [1_000]


async def test_of_many_processes_at_one_tick_of_the_schedule_one_runs_however_short_the_run(
    world: World,
) -> None:
    tick = clock.now().replace(second=0, microsecond=0)
    outcomes = race(world, *[(work.track_at, tick)] * 12)

    assert set(outcomes) <= {"done", "run_under_way"}
    assert len(await world.all(TrackingRun)) == 1


async def test_a_settlement_and_a_payout_request_of_the_same_clipper_both_count(
    rich: World,
) -> None:
    clip = await rich.clip(await rich.campaign(), tiktok(1_000))
    rich.simulator.script(tiktok(1_000), 4_000)
    outcomes = race(rich, (work.track,), *[(work.ask, rich.clipper, "50.00", None)] * 3)

    assert outcomes == {"done": 2, "open_request_exists": 2}
    user = await rich.user()
    assert (user.total_earnings, user.reserved, user.available) == (6_000, 5_000, 1_000)
    assert await rich.earnings(clip) == [1_000]


async def test_a_revocation_and_a_payout_request_never_take_the_same_money(world: World) -> None:
    campaign = await world.campaign()
    clip = await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 20_000))  # $50.00
    outcomes = race(
        world, (work.revoke, world.admin, clip.id), (work.ask, world.clipper, "50.00", None)
    )

    user = await world.user()
    assert outcomes in (
        {"done": 2},
        {"done": 1, "insufficient_balance": 1},
        {"done": 1, "budget_exceeded": 1},
    )
    assert (user.available, user.total_earnings) == (0, user.reserved)


async def test_what_admins_make_of_a_user_at_once_is_a_chain_in_the_audit_log(world: World) -> None:
    made = [(role, status) for role in Role for status in UserStatus]
    changes = [
        (work.change_user, world.admin, world.clipper.user_id, role, status)
        for role, status in made * 3
    ]
    assert race(world, *changes) == {"done": len(changes)}

    chain = await world.all(AuditEntry, AuditEntry.action == "user.changed")
    states = [
        {"role": Role.CLIPPER, "status": UserStatus.ACTIVE},
        *(entry.after for entry in chain),
    ]
    assert [entry.before for entry in chain] == states[:-1]
    user = await world.user()
    assert states[-1] == {"role": user.role, "status": user.status}


async def test_of_two_admins_who_demote_each_other_one_is_left(world: World) -> None:
    other = await world.another_admin()
    pairs = ((world.admin, other), (other, world.admin))
    outcomes = race(
        world,
        *[
            (work.change_user, by, who.user_id, Role.CLIPPER, UserStatus.ACTIVE)
            for by, who in pairs
        ],
    )

    assert outcomes == {"done": 1, "admins_only": 1}
    roles = {(await world.user(actor)).role for actor in (world.admin, other)}
    assert roles == {Role.ADMIN, Role.CLIPPER}


async def test_completing_tracking_and_approving_at_once_close_the_books_once(world: World) -> None:
    campaign = await world.campaign()
    clip, late = await world.clip(campaign, tiktok(1)), await world.submission(campaign, tiktok(2))
    for number in (1, 2):
        world.simulator.script(tiktok(number), 4_000)
    race(
        world,
        (work.complete, world.admin, campaign.id),
        (work.track,),
        (work.approve, world.admin, late.id),
        (work.complete, world.admin, campaign.id),
    )
    if (
        await world.now(campaign)
    ).status is CampaignStatus.ACTIVE:  # tracking held the lease all the while
        await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")

    assert (await world.now(campaign)).status is CampaignStatus.COMPLETED
    assert await world.earnings(clip) == [1_000]
