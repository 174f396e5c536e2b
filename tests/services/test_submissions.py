"""Submitting and reviewing: one video is in once, whatever its link looks like; no baseline, no
approval.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias

import pytest

from swivi.core import clock
from swivi.core.errors import InvalidInput, SwiviError
from swivi.domain.accounts.errors import AdminsOnly, ClippersOnly
from swivi.domain.campaigns.errors import CampaignNotOpen, NoSuchCampaign
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import review
from swivi.domain.clips.errors import (
    AlreadyReviewed,
    BaselineMissing,
    DuplicateSubmission,
    PlatformNotWanted,
)
from swivi.domain.clips.models import Clip, ClipSubmission, SubmissionStatus
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.platforms.errors import InvalidLink
from swivi.domain.platforms.models import VideoRef
from tests.factories import instagram, tiktok, youtube
from tests.world import World

Decision: TypeAlias = Callable[[World, ClipSubmission], Awaitable[ClipSubmission]]

WAIT_SECONDS = 20
YOUTUBE_LINKS = (
    "https://youtube.com/shorts/{}",
    "http://m.youtube.com/watch?v={}&t=3",
    "https://youtu.be/{}?si=abc",
    "https://www.youtube.com/embed/{}",
    "https://www.youtube-nocookie.com/embed/{}",
    "music.youtube.com/watch?v={}",
)
TIKTOK_LINKS = (
    "https://www.tiktok.com/@somebody.else/video/{}?is_from_webapp=1",
    "https://m.tiktok.com/v/{}.html",
    "https://www.tiktok.com/embed/v2/{}",
    "HTTPS://TIKTOK.COM./@x/photo/{}",
)


@pytest.fixture
async def campaign(world: World) -> Campaign:
    return await world.campaign()


async def submit(world: World, campaign: Campaign, url: str) -> ClipSubmission:
    return await world.running.intake.submit(
        world.clipper, campaign.id, url, wait_seconds=WAIT_SECONDS
    )


async def approve(world: World, submission: ClipSubmission) -> ClipSubmission:
    async with world.database.writing() as session:
        return await review.approve(session, world.admin, submission.id)


async def reject(
    world: World, submission: ClipSubmission, reason: object = "Blurry."
) -> ClipSubmission:
    async with world.database.writing() as session:
        return await review.reject(session, world.admin, submission.id, reason)


async def test_a_submission_is_pending_with_the_views_of_that_moment_as_its_baseline(
    world: World, campaign: Campaign
) -> None:
    world.simulator.script(youtube(1), 1_234, 9_999)
    submission = await submit(world, campaign, YOUTUBE_LINKS[0].format(youtube(1).external_id))

    assert (submission.status, submission.initial_views) == (SubmissionStatus.PENDING, 1_234)
    assert submission.url == youtube(1).canonical_url
    assert submission.author


@pytest.mark.parametrize(
    ("video", "links"), [(youtube(1), YOUTUBE_LINKS), (tiktok(1), TIKTOK_LINKS)]
)
async def test_another_shape_of_a_link_is_the_same_video(
    world: World, campaign: Campaign, video: VideoRef, links: tuple[str, ...]
) -> None:
    await world.submission(campaign, video)

    for link in links:
        with pytest.raises(
            DuplicateSubmission, match="You already submitted this video to this campaign"
        ):
            await submit(world, campaign, link.format(video.external_id))


async def test_ids_that_differ_in_case_are_different_videos(
    world: World, campaign: Campaign
) -> None:
    for code in ("DTAabcdefgh", "DTAabcdefgH"):
        await submit(world, campaign, f"https://www.instagram.com/reel/{code}/")

    assert len(await world.all(ClipSubmission)) == 2


async def test_one_clippers_video_is_in_one_campaign_only(world: World, campaign: Campaign) -> None:
    await world.submission(campaign, tiktok(1))

    with pytest.raises(DuplicateSubmission, match="another campaign"):
        await world.submission(await world.campaign(title="Winter"), tiktok(1))


async def test_a_campaign_takes_a_video_from_one_clipper_only(
    world: World, campaign: Campaign
) -> None:
    await world.submission(campaign, tiktok(1))

    with pytest.raises(DuplicateSubmission, match="This video was already submitted to Swivi"):
        await world.submission(campaign, tiktok(1), by=await world.another_clipper())


async def test_a_rejected_video_may_be_sent_again_with_a_baseline_of_its_own(
    world: World, campaign: Campaign
) -> None:
    first = await world.submission(campaign, tiktok(1), baseline=100)
    await reject(world, first)
    second = await world.submission(campaign, tiktok(1), baseline=900)
    await approve(world, second)
    await world.read((tiktok(1), 1_900))

    assert (await world.user()).available == 250
    assert (await world.now(first)).initial_views == 100


@pytest.mark.parametrize(
    ("status", "refusal"),
    [("DRAFT", NoSuchCampaign), ("SCHEDULED", NoSuchCampaign), ("PAUSED", CampaignNotOpen)],
)
async def test_a_campaign_that_is_not_active_takes_no_clips(
    world: World, status: str, refusal: type[Exception]
) -> None:
    closed = await world.campaign(status=status)

    with pytest.raises(refusal):
        await world.submission(closed, tiktok(1))


async def test_a_completed_campaign_takes_no_clips_and_approves_none(
    world: World, campaign: Campaign
) -> None:
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 10**6))

    with pytest.raises(CampaignNotOpen):
        await world.submission(campaign, tiktok(2))


async def test_a_platform_that_the_campaign_does_not_pay_for_is_refused(world: World) -> None:
    only_tiktok = await world.campaign(platforms=["tiktok"])

    with pytest.raises(PlatformNotWanted, match="does not accept Instagram clips, only TikTok"):
        await world.submission(only_tiktok, instagram(1))


async def test_who_may_submit_what_where(world: World, campaign: Campaign) -> None:
    with pytest.raises(ClippersOnly):
        await world.submission(campaign, tiktok(1), by=world.admin)
    with pytest.raises(NoSuchCampaign):
        await world.running.intake.submit(world.clipper, 999, tiktok(1).canonical_url)
    with pytest.raises(InvalidLink):
        await submit(
            world, campaign, "https://www.tiktok.com.evil.com/@x/video/7592641437091532062"
        )
    assert await world.all(ClipSubmission) == []


@pytest.mark.parametrize("state", ["private", "omitted"])
async def test_a_baseline_that_cannot_be_read_is_retried_and_not_guessed(
    world: World, campaign: Campaign, state: str
) -> None:
    world.simulator.script(tiktok(1), state=state)  # type: ignore[arg-type]
    waiting = await submit(world, campaign, tiktok(1).canonical_url)
    assert waiting.initial_views is None
    assert waiting.baseline_problem
    with pytest.raises(BaselineMissing):
        await approve(world, waiting)
    assert await world.running.intake.read_due_baselines() == 0, "not at once"

    world.simulator.script(tiktok(1), 4_321)
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        assert await world.running.intake.read_due_baselines() == 1
    assert (await world.now(waiting)).initial_views == 4_321


async def test_many_baselines_due_are_read_by_one_scraper_run(
    world: World, campaign: Campaign
) -> None:
    for number in range(20):
        await world.submission(campaign, tiktok(number), baseline=None)
    with clock.standing_at(clock.now() + timedelta(hours=1)):
        await world.running.intake.read_due_baselines()

    assert world.runs_started == 1
    assert all(row.initial_views is not None for row in await world.all(ClipSubmission))


async def test_a_baseline_is_written_once(world: World, campaign: Campaign) -> None:
    submission = await world.submission(campaign, tiktok(1), baseline=100)
    world.simulator.script(tiktok(1), 5_000)
    await world.running.intake.read_baselines([submission])
    await approve(world, submission)
    await world.running.intake.read_baselines([submission])

    assert (await world.now(submission)).initial_views == 100


async def test_an_approval_makes_a_clip_and_tells_the_clipper(
    world: World, campaign: Campaign
) -> None:
    submission = await world.submission(campaign, tiktok(1), baseline=100)
    approved = await approve(world, submission)

    assert (approved.status, approved.reviewer_id) == (
        SubmissionStatus.APPROVED,
        world.admin.user_id,
    )
    [clip] = await world.all(Clip)
    assert (clip.submission_id, clip.initial_views, clip.rate, clip.earnings) == (
        submission.id,
        100,
        250,
        0,
    )
    assert await world.told() == [NotificationKind.SUBMISSION_APPROVED]


@pytest.mark.parametrize("decide", [approve, reject])
async def test_a_decision_is_final(world: World, campaign: Campaign, decide: Decision) -> None:
    submission = await world.submission(campaign, tiktok(1))
    decided = await decide(world, submission)

    for again in (approve, reject):
        with pytest.raises(AlreadyReviewed):
            await again(world, submission)
    assert (await world.now(submission)).status is decided.status
    assert len(await world.told()) == 1


async def test_a_rejection_needs_a_reason(world: World, campaign: Campaign) -> None:
    submission = await world.submission(campaign, tiktok(1))

    for reason in (None, "", "   ", "x" * 501, 5):
        with pytest.raises(InvalidInput):
            await reject(world, submission, reason)


async def test_only_admins_review(world: World, campaign: Campaign) -> None:
    submission = await world.submission(campaign, tiktok(1))

    async with world.database.writing() as session:
        with pytest.raises(AdminsOnly):
            await review.approve(session, world.clipper, submission.id)
        with pytest.raises(AdminsOnly):
            await review.reject(session, world.clipper, submission.id, "Mine.")


async def test_a_failed_use_case_leaves_nothing_behind(world: World, campaign: Campaign) -> None:
    submission = await world.submission(campaign, tiktok(1), baseline=None)
    with pytest.raises(SwiviError):
        await approve(world, submission)

    assert (await world.now(submission)).status is SubmissionStatus.PENDING
    assert await world.all(Clip) == []
    assert await world.told() == []
