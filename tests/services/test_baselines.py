"""Baselines that cannot be read: tried again less and less, and in the end the clipper is told."""

from datetime import datetime, timedelta

import pytest

from swivi.core import clock
from swivi.demo.simulator.items.base import State
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.intake import Intake
from swivi.domain.clips.models import ClipSubmission, SubmissionStatus
from swivi.domain.clips.tallies import SUBMISSIONS
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.notifications.models import Notification, NotificationKind
from tests.factories import youtube
from tests.world import World

VIDEO = youtube(1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def campaign(world: World) -> Campaign:
    return await world.campaign()


async def submit(world: World, campaign: Campaign) -> ClipSubmission:
    return await world.running.intake.submit(
        world.clipper, campaign.id, VIDEO.canonical_url, wait_seconds=20
    )


async def read_until(world: World, until: datetime, *, every: timedelta = HOUR) -> list[datetime]:
    """Let the schedule look for due baselines so often; when it read one."""
    tried, at = [], clock.now()
    while at < until:
        at += every
        with clock.standing_at(at):
            if await world.running.intake.read_due_baselines():
                tried.append(at)
    return tried


async def pending(world: World) -> int:
    """How many submissions the kept totals have as PENDING."""
    async with world.database.reading() as session:
        rows = await session.execute(SUBMISSIONS.select().where(SUBMISSIONS.c.status == "PENDING"))
        return sum(row.submissions for row in rows)


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ("not_found", "The platform says that this video does not exist."),
        ("private", "The platform does not show this video: it is private or was deleted."),
        ("restricted", "The platform restricts who may see this video."),
    ],
)
async def test_a_video_that_definitely_cannot_be_read_for_a_day_is_rejected_and_its_clipper_told(
    world: World, campaign: Campaign, state: State, problem: str
) -> None:
    world.simulator.script(VIDEO, state=state)
    submission = await submit(world, campaign)
    tried = await read_until(world, submission.created_at + 2 * DAY)

    closed = await world.now(submission)
    reason = f"{problem} Check that everybody can see the video, then submit it again."
    assert (closed.status, closed.reason, closed.reviewer_id) == (
        SubmissionStatus.REJECTED,
        reason,
        None,
    )
    assert (closed.next_baseline_at, closed.initial_views) == (None, None)
    assert 3 <= len(tried) + 1 <= 13
    assert DAY <= tried[-1] - submission.created_at < DAY + 8 * HOUR
    [told] = await world.all(Notification, Notification.user_id == world.clipper.user_id)
    assert told.kind is NotificationKind.SUBMISSION_REJECTED
    assert told.body == f'Your clip for "{campaign.title}" was rejected: {reason}'
    [entry] = await world.all(AuditEntry, AuditEntry.action == "submission.rejected")
    assert (entry.actor_id, entry.subject_id, entry.reason) == (None, submission.id, reason)
    assert await pending(world) == 0


@pytest.mark.parametrize("state", ["error", "odd", "omitted"])
async def test_attempts_whose_answers_may_pass_end_after_a_week(
    world: World, campaign: Campaign, state: State
) -> None:
    world.simulator.script(VIDEO, state=state)
    submission = await submit(world, campaign)
    tried = await read_until(world, submission.created_at + 9 * DAY, every=2 * HOUR)

    closed = await world.now(submission)
    assert closed.status is SubmissionStatus.REJECTED
    assert timedelta(days=7) <= tried[-1] - submission.created_at < timedelta(days=7) + 8 * HOUR
    assert len(tried) < 40
    assert await world.told() == [NotificationKind.SUBMISSION_REJECTED]


async def test_one_definite_answer_closes_nothing_if_the_video_is_there_later(
    world: World, campaign: Campaign
) -> None:
    world.simulator.script(VIDEO, state="not_found")
    submission = await submit(world, campaign)
    await read_until(world, submission.created_at + 20 * HOUR)
    world.simulator.script(VIDEO, 4_321)
    await read_until(world, submission.created_at + 3 * DAY)

    read = await world.now(submission)
    assert (read.status, read.initial_views, read.baseline_problem) == (
        SubmissionStatus.PENDING,
        4_321,
        None,
    )


async def test_a_closed_video_may_be_sent_again(world: World, campaign: Campaign) -> None:
    world.simulator.script(VIDEO, state="private")
    submission = await submit(world, campaign)
    await read_until(world, submission.created_at + 2 * DAY, every=6 * HOUR)
    world.simulator.script(VIDEO, 50)
    again = await submit(world, campaign)

    assert (again.id != submission.id, again.status, again.initial_views) == (
        True,
        SubmissionStatus.PENDING,
        50,
    )


async def test_a_submission_is_not_closed_while_nobody_can_be_asked(
    world: World, campaign: Campaign
) -> None:
    submission = await world.submission(campaign, VIDEO, baseline=None)
    no_key = Intake(world.database, None)
    with clock.standing_at(submission.created_at + timedelta(days=30)):
        await no_key.read_baselines([submission])
    world.simulator.set(refuse="quota")
    with clock.standing_at(submission.created_at + timedelta(days=31)):
        await world.running.intake.read_baselines([submission])

    waiting = await world.now(submission)
    assert (waiting.status, waiting.baseline_attempts) == (SubmissionStatus.PENDING, 2)
    assert waiting.next_baseline_at is not None


async def test_of_two_that_read_a_baseline_at_once_one_closes_the_submission(
    world: World, campaign: Campaign
) -> None:
    world.simulator.script(VIDEO, state="not_found")
    submission = await submit(world, campaign)
    with clock.standing_at(submission.created_at + 2 * DAY):
        await world.running.intake.read_baselines([submission])
        await world.running.intake.read_baselines([submission])

    assert await world.told() == [NotificationKind.SUBMISSION_REJECTED]
    assert len(await world.all(AuditEntry, AuditEntry.action == "submission.rejected")) == 1


async def test_zero_beside_likes_is_no_baseline(world: World, campaign: Campaign) -> None:
    world.simulator.script(VIDEO, 0, 573_901, likes=25_900)
    submission = await submit(world, campaign)
    assert (submission.initial_views, submission.status) == (None, SubmissionStatus.PENDING)
    await read_until(world, submission.created_at + HOUR)

    assert (await world.now(submission)).initial_views == 573_901
