"""One video earns once in all of Swivi: whoever sends it, to whichever campaign, under whichever of
its links.
"""

from datetime import timedelta

import pytest

from swivi.core import clock
from swivi.core.errors import InvalidInput
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import AdminsOnly, OwnGain
from swivi.domain.clips import review
from swivi.domain.clips.errors import DuplicateSubmission, StillEarns, VideoNotHeld
from swivi.domain.clips.models import Clip, ClipSubmission, SubmissionStatus, ViewTracking
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.platforms.models import Outcome
from tests import factories
from tests.factories import instagram, tiktok
from tests.world import World

VIDEO = tiktok(1)
SUBMITTED = "This video was already submitted to Swivi"
WAIT_SECONDS = 20


async def revoke(world: World, clip: Clip) -> None:
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, clip.id, "Bought views.")


async def release(
    world: World,
    submission_id: int,
    *,
    by: Actor | None = None,
    reason: object = "The owner asked for it.",
) -> ClipSubmission:
    async with world.database.writing() as session:
        return await review.release(session, by or world.admin, submission_id, reason)


async def test_another_clipper_cannot_submit_it_to_another_campaign(world: World) -> None:
    await world.submission(await world.campaign(), VIDEO)

    with pytest.raises(DuplicateSubmission, match=SUBMITTED):
        await world.submission(await world.campaign(), VIDEO, by=await world.another_clipper())


async def test_a_video_that_was_revoked_as_fraud_cannot_come_again(world: World) -> None:
    clip = await world.clip(await world.campaign(), VIDEO)
    await revoke(world, clip)

    with pytest.raises(DuplicateSubmission, match=SUBMITTED):
        await world.submission(await world.campaign(), VIDEO, by=await world.another_clipper())


async def test_it_is_held_after_its_campaign_was_completed(world: World) -> None:
    campaign = await world.campaign()
    await world.clip(campaign, VIDEO)
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")

    with pytest.raises(DuplicateSubmission, match="another campaign"):
        await world.submission(await world.campaign(), VIDEO)


async def test_a_rejected_video_may_be_sent_by_anybody(world: World) -> None:
    first = await world.submission(await world.campaign(), VIDEO)
    async with world.database.writing() as session:
        await review.reject(session, world.admin, first.id, "Blurry.")

    await world.submission(await world.campaign(), VIDEO, by=await world.another_clipper())


async def test_what_a_completion_left_unreviewed_may_be_sent_again(world: World) -> None:
    campaign = await world.campaign()
    await world.submission(campaign, VIDEO)
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")

    await world.submission(await world.campaign(), VIDEO)


async def test_an_admin_releases_a_revoked_video_and_its_owner_earns_with_it(world: World) -> None:
    campaign, owner = await world.campaign(), await world.another_clipper()
    stolen = await world.clip(campaign, VIDEO)
    await revoke(world, stolen)
    await release(world, stolen.submission_id)
    owned = await world.clip(campaign, VIDEO, by=owner)
    await world.read((VIDEO, 4_000))

    assert await world.earnings(stolen, owned) == [0, 1_000]
    [entry] = await world.all(AuditEntry, AuditEntry.action == "submission.released")
    assert (entry.actor_id, entry.subject_id, entry.reason) == (
        world.admin.user_id,
        stolen.submission_id,
        "The owner asked for it.",
    )
    assert (entry.before, entry.after) == ({"holds_video": True}, {"holds_video": False})


async def test_an_admin_releases_the_video_of_a_completed_campaign(world: World) -> None:
    campaign = await world.campaign()
    clip = await world.clip(campaign, VIDEO)
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Over.")
    await release(world, clip.submission_id)

    await world.submission(await world.campaign(), VIDEO)


async def test_what_may_still_earn_is_not_released(world: World) -> None:
    campaign = await world.campaign()
    waiting, earning = (
        await world.submission(campaign, tiktok(2)),
        await world.clip(campaign, VIDEO),
    )

    for submission_id, why in ((waiting.id, "Reject it"), (earning.submission_id, "Revoke it")):
        with pytest.raises(StillEarns, match=why):
            await release(world, submission_id)


async def test_who_may_release_and_that_it_is_released_once(world: World) -> None:
    clip = await world.clip(await world.campaign(), VIDEO)
    await revoke(world, clip)
    with pytest.raises(AdminsOnly):
        await release(world, clip.submission_id, by=world.clipper)
    with pytest.raises(OwnGain):
        await release(world, clip.submission_id, by=factories.promoted(world.clipper))
    with pytest.raises(InvalidInput):
        await release(world, clip.submission_id, reason=" ")
    await release(world, clip.submission_id)

    with pytest.raises(VideoNotHeld):
        await release(world, clip.submission_id)


async def test_duplicates_of_an_earlier_release_earn_on_and_keep_the_video_from_others(
    open_world: World,
) -> None:
    world = open_world
    holder = await world.clip(await world.campaign(), VIDEO)
    legacy = await world.clip(await world.campaign(), tiktok(2), by=await world.another_clipper())
    async with world.database.writing() as session:  # as the migration leaves the younger of two
        for row in (
            await session.get_one(ClipSubmission, legacy.submission_id),
            await session.get_one(Clip, legacy.id),
        ):
            row.external_id = VIDEO.external_id
        (await session.get_one(ClipSubmission, legacy.submission_id)).holds_video = False
    await revoke(world, holder)
    await release(world, holder.submission_id)

    with pytest.raises(DuplicateSubmission, match=SUBMITTED):
        await world.submission(await world.campaign(), VIDEO)
    await world.read((VIDEO, 4_000))
    assert await world.earnings(legacy) == [1_000]


async def test_a_link_that_is_answered_as_another_video_takes_that_ones_id(world: World) -> None:
    alias, video = instagram(1), instagram(2)
    campaign = await world.campaign()
    world.simulator.script(alias, 1_000, answers=video)
    sent = await world.running.intake.submit(
        world.clipper, campaign.id, alias.canonical_url, wait_seconds=WAIT_SECONDS
    )

    assert (sent.status, sent.video, sent.url, sent.initial_views) == (
        SubmissionStatus.PENDING,
        video,
        video.canonical_url,
        1_000,
    )
    with pytest.raises(DuplicateSubmission, match=SUBMITTED):
        await world.submission(await world.campaign(), video, by=await world.another_clipper())
    async with world.database.writing() as session:
        await review.approve(session, world.admin, sent.id)
    await world.read((video, 5_000))
    assert (await world.user()).total_earnings == 1_000


async def test_a_second_link_to_a_video_that_is_held_is_closed_as_a_duplicate(world: World) -> None:
    alias, video, kim = instagram(1), instagram(2), await world.another_clipper()
    await world.submission(await world.campaign(), video)
    campaign = await world.campaign()
    world.simulator.script(alias, 1_000, answers=video)
    sent = await world.running.intake.submit(
        kim, campaign.id, alias.canonical_url, wait_seconds=WAIT_SECONDS
    )

    assert (sent.status, sent.holds_video, sent.initial_views) == (
        SubmissionStatus.REJECTED,
        False,
        None,
    )
    assert sent.reason == "This video was already submitted to Swivi under another link."
    assert await world.told(kim) == [NotificationKind.SUBMISSION_REJECTED]
    [entry] = await world.all(AuditEntry, AuditEntry.action == "submission.rejected")
    assert (entry.actor_id, entry.subject_id) == (None, sent.id)


async def test_of_two_links_to_one_video_in_one_batch_one_remains(world: World) -> None:
    first, second, video = instagram(1), instagram(2), instagram(3)
    campaign = await world.campaign()
    sent = [await world.submission(campaign, link, baseline=None) for link in (first, second)]
    for link in (first, second):
        world.simulator.script(link, 1_000, answers=video)
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        await world.running.intake.read_due_baselines()

    assert world.runs_started == 1
    kept, closed = [await world.now(one) for one in sent]
    assert (kept.status, kept.video, kept.initial_views) == (SubmissionStatus.PENDING, video, 1_000)
    assert (closed.status, closed.holds_video) == (SubmissionStatus.REJECTED, False)


async def test_a_link_whose_video_was_submitted_meanwhile_is_closed_at_the_baseline(
    world: World,
) -> None:
    alias, video = instagram(1), instagram(2)
    campaign = await world.campaign()
    waiting = await world.submission(campaign, alias, baseline=None)
    await world.submission(campaign, video, by=await world.another_clipper())
    world.simulator.script(alias, 1_000, answers=video)
    await world.running.intake.read_baselines([waiting])

    assert (await world.now(waiting)).status is SubmissionStatus.REJECTED


async def test_a_run_that_reads_another_video_credits_nothing(world: World) -> None:
    clip = await world.clip(await world.campaign(), instagram(1))
    world.simulator.script(instagram(1), 90_000, answers=instagram(2))
    run = await world.track()

    assert (run.clips_failed, run.earnings_added) == (1, 0)
    now = await world.now(clip)
    assert (now.views, now.peak_views) == (0, 0)
    readings = await world.all(ViewTracking, ViewTracking.run_id == run.id)
    assert {(one.outcome, one.views) for one in readings} == {(Outcome.ERROR, None)}
    assert (
        readings[-1].detail
        == f"The scraper answered for another video, {instagram(2).external_id}."
    )
