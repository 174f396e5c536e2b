"""A settlement, and whatever else may happen to its campaign at that moment: one comes first, the
other sees it.

Several campaigns race at once, so that the two come in either order.
"""

from collections import Counter
from collections.abc import Sequence

from sqlmodel import col, select

from swivi.core import clock
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import (
    Clip,
    ClipState,
    ClipSubmission,
    SubmissionStatus,
    ViewTracking,
)
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import manual_readings
from swivi.domain.tracking.models import RunStatus, Trigger
from swivi.domain.tracking.plan import CampaignGroup, start_run
from tests.factories import tiktok
from tests.processes import at_once
from tests.races import work
from tests.world import World

CAMPAIGNS = 6


async def due(world: World, number: int, *, views: int) -> tuple[Campaign, Clip, int]:
    """A campaign with a clip that has grown to `views`, and the run that is about to settle it."""
    campaign = await world.campaign()
    clip = await world.clip(campaign, tiktok(number))
    await seen(world, clip, views)
    return campaign, clip, await planned(world, campaign)


async def seen(world: World, clip: Clip, views: int) -> None:
    async with world.database.writing() as session:
        await manual_readings.read_by_hand(
            session, world.admin, clip.id, views=views, reason="Seen.", limit=100_000
        )


async def planned(world: World, campaign: Campaign) -> int:
    """A run that has read this campaign and settles it next."""
    async with world.database.writing() as session:
        run = await start_run(session, Trigger.CLI, [CampaignGroup(campaign, 0)])
        run.status, run.finished_at = RunStatus.COMPLETED, clock.now()
    return run.id


async def audited(world: World, action: str, subject_id: int) -> AuditEntry:
    [entry] = await world.all(
        AuditEntry, AuditEntry.action == action, AuditEntry.subject_id == subject_id
    )
    return entry


def race(world: World, jobs: Sequence[tuple[object, ...]]) -> Counter[str]:
    return Counter(at_once(world.settings, jobs))


async def test_an_edit_of_the_terms_leaves_approved_clips_theirs_and_is_never_half_applied(
    world: World,
) -> None:
    jobs, staged = [], []
    for number in range(CAMPAIGNS):
        campaign, clip, run_id = await due(world, number, views=4_000)
        late = await world.submission(campaign, tiktok(100 + number))
        staged.append((campaign, clip, late))
        jobs += [
            (work.settle, run_id, campaign.id),
            (
                work.change,
                world.admin,
                campaign.id,
                {"payout_rate": "5.00", "max_per_clip": "20.00"},
            ),
            (work.approve, world.admin, late.id),
        ]
    assert race(world, jobs) == {"done": len(jobs)}

    for campaign, clip, late in staged:
        assert await world.earnings(clip) == [1_000], (
            "4,000 views at the $2.50 that were frozen at approval"
        )
        edited = await world.now(campaign)
        assert (edited.payout_rate, edited.max_per_clip, edited.spent) == (500, 2_000, 1_000)
        [approved] = await world.all(Clip, Clip.submission_id == late.id)
        edit, approval = (
            await audited(world, "campaign.changed", campaign.id),
            await audited(world, "submission.approved", late.id),
        )
        assert (approved.rate, approved.max_per_clip) == (
            (500, 2_000) if edit.id < approval.id else (250, None)
        )


async def test_a_budget_that_is_lowered_during_a_settlement_is_never_overspent(
    world: World,
) -> None:
    jobs, staged = [], []
    for number in range(CAMPAIGNS):
        campaign, clip, run_id = await due(world, number, views=16_000)  # $40.00
        staged.append((campaign, clip))
        jobs += [
            (work.settle, run_id, campaign.id),
            (work.change, world.admin, campaign.id, {"budget": "30.00"}),
        ]
    outcomes = race(world, jobs)

    lowered = 0
    for campaign, clip in staged:
        now = await world.now(campaign)
        assert (now.budget, now.spent, now.status) in (
            (3_000, 3_000, CampaignStatus.COMPLETED),
            (10_000, 4_000, CampaignStatus.ACTIVE),
        )
        assert await world.earnings(clip) == [now.spent]
        lowered += now.budget == 3_000
    assert outcomes == Counter(
        {"done": CAMPAIGNS + lowered, "budget_exceeded": CAMPAIGNS - lowered}
    )


async def test_a_clip_that_is_revoked_during_a_settlement_keeps_nothing(world: World) -> None:
    jobs, staged = [], []
    for number in range(CAMPAIGNS):
        campaign, clip, run_id = await due(world, number, views=4_000)
        async with world.database.writing() as session:
            await work.settle_campaign(session, run_id, campaign.id)
        await seen(world, clip, 8_000)
        staged.append((campaign, clip))
        jobs += [
            (work.settle, await planned(world, campaign), campaign.id),
            (work.revoke, world.admin, clip.id),
        ]
    assert [clip.earnings for clip in await world.all(Clip)] == [1_000] * CAMPAIGNS
    assert race(world, jobs) == {"done": len(jobs)}

    for campaign, clip in staged:
        now = await world.now(clip)
        assert (now.state, now.earnings) == (ClipState.REVOKED, 0)
        assert (await world.now(campaign)).spent == 0
    user = await world.user()
    assert (user.total_earnings, user.total_views) == (0, 0)


async def test_of_several_settlements_of_one_reading_the_growth_is_credited_once(
    world: World,
) -> None:
    campaign, clip, run_id = await due(world, 1, views=4_000)
    runs = [run_id, *[await planned(world, campaign) for _ in range(3)]]
    assert race(world, [(work.settle, run, campaign.id) for run in runs for _ in range(3)]) == {
        "done": 12
    }
    assert await world.earnings(clip) == [1_000]


async def test_every_top_up_before_a_completion_counts_and_none_after_it(world: World) -> None:
    campaign, tops = await world.campaign(), 12
    top_up = (work.top_up, world.admin, campaign.id, "10.00")
    outcomes = race(
        world, [top_up] * 4 + [(work.complete, world.admin, campaign.id)] + [top_up] * (tops - 4)
    )

    late = outcomes["wrong_campaign_status"]
    assert outcomes == Counter({"done": 1 + tops - late, "wrong_campaign_status": late})
    now = await world.now(campaign)
    assert (now.status, now.budget) == (CampaignStatus.COMPLETED, 10_000 + (tops - late) * 1_000)
    completion = await audited(world, "campaign.completed", campaign.id)
    changes = await world.all(AuditEntry, AuditEntry.action == "campaign.changed")
    assert len(changes) == tops - late
    assert all(change.id < completion.id for change in changes)


async def test_a_rejection_while_the_books_are_closed_is_one_or_the_other(world: World) -> None:
    jobs, submissions = [], []
    for number in range(CAMPAIGNS):
        campaign, _, run_id = await due(world, number, views=100_000)  # more than the budget covers
        submissions.append(await world.submission(campaign, tiktok(100 + number)))
        jobs += [(work.settle, run_id, campaign.id), (work.reject, world.admin, submissions[-1].id)]
    outcomes = race(world, jobs)

    reasons = Counter([(await world.now(submission)).reason for submission in submissions])
    by_hand, closed = reasons["A reason."], reasons["the budget was used up before review"]
    assert by_hand + closed == CAMPAIGNS
    assert outcomes == Counter({"done": CAMPAIGNS + by_hand, "already_reviewed": closed})
    async with world.database.reading() as session:
        pending = select(ClipSubmission).where(
            col(ClipSubmission.status) == SubmissionStatus.PENDING
        )
        assert not (await session.exec(pending)).all()


async def test_settlements_of_campaigns_with_the_same_clippers_do_not_lock_each_other_out(
    world: World,
) -> None:
    """Each settlement changes the views of one clipper and then the earnings of both: in two
    orders, it would seem.
    """
    kim = await world.another_clipper()
    jobs, clips = [], []
    for number in range(4 * CAMPAIGNS):
        grows, known = (world.clipper, kim) if number % 2 else (kim, world.clipper)
        campaign = await world.campaign()
        growing = await world.clip(campaign, tiktok(2 * number), by=grows)
        clips += [growing, await world.clip(campaign, tiktok(2 * number + 1), by=known)]
        await seen(world, clips[-1], 4_000)
        run_id = await planned(world, campaign)
        async with world.database.writing() as session:
            session.add(
                ViewTracking(
                    clip_id=growing.id,
                    run_id=run_id,
                    date=clock.now(),
                    outcome=Outcome.OK,
                    views=4_000,
                )
            )
        jobs.append((work.settle, run_id, campaign.id))
    assert race(world, jobs) == {"done": len(jobs)}
    assert await world.earnings(*clips) == [1_000] * len(clips)
