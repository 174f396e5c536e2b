"""The sandbox for view tracking: links go the whole real way, seen by no clipper, and nothing of it
stays.
"""

import pytest

from swivi.core.errors import InvalidInput
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.errors import AdminsOnly, WrongCredentials
from swivi.domain.accounts.models import User, UserStatus
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import review
from swivi.domain.clips.models import Clip, ClipSubmission
from swivi.domain.tracking import sandbox
from swivi.domain.tracking.sandbox import RefusedLink
from swivi.insights.campaigns import catalogue
from tests.factories import instagram, tiktok, youtube
from tests.world import World

VIDEOS = (tiktok(1), youtube(2), instagram(3))


async def submit(world: World, *pasted: str) -> list[RefusedLink]:
    return await sandbox.submit_links(world.database, world.running.intake, world.admin, pasted)


async def submit_all(world: World) -> Campaign:
    for video in VIDEOS:
        world.simulator.script(video, 1_000, 5_000)
    assert await submit(world, *(video.canonical_url for video in VIDEOS)) == []
    return (await world.all(Campaign))[-1]


async def approve_all(world: World) -> list[Clip]:
    for sent in await world.all(ClipSubmission):
        async with world.database.writing() as session:
            await review.approve(session, world.admin, sent.id)
    return await world.all(Clip)


async def test_links_of_all_platforms_are_read_approved_tracked_and_earn(world: World) -> None:
    campaign = await submit_all(world)
    assert [sent.initial_views for sent in await world.all(ClipSubmission)] == [1_000] * 3
    assert world.runs_started == len(VIDEOS)

    clips = await approve_all(world)
    run = await world.track(campaign)
    assert (run.clips_successful, run.earnings_added) == (3, 3 * 600)
    assert await world.earnings(*clips) == [600] * 3


async def test_links_that_lead_nowhere_set_nothing_up(world: World) -> None:
    refused = await submit(world, "https://example.test/video/1", "nonsense")

    assert [one.link for one in refused] == ["https://example.test/video/1", "nonsense"]
    assert await world.all(Campaign) == []


async def test_no_clipper_sees_it_and_nobody_can_sign_in_as_its_clipper(world: World) -> None:
    campaign = await submit_all(world)
    async with world.database.reading() as session:
        assert (await catalogue.open_campaigns(session, limit=1))[1] == 0
        found = await sandbox.current(session)
        assert found is not None
    for password in ("", "!", "correct horse battery"):
        with pytest.raises(WrongCredentials):
            await accounts.authenticate(
                world.database, email=found.clipper.email, password=password
            )
    assert campaign.is_test
    with pytest.raises(InvalidInput):
        await accounts.newcomer(
            email=found.clipper.email, password="correct horse battery", name="Eve"
        )


async def test_what_cannot_be_taken_is_said_link_by_link(world: World) -> None:
    url = VIDEOS[0].canonical_url
    refused = await submit(world, url, "https://example.test/video/1", url)

    assert [one.link for one in refused] == ["https://example.test/video/1", url]
    assert refused[1].why == "You already submitted this video to this campaign."
    assert len(await world.all(ClipSubmission)) == 1


async def test_putting_it_away_leaves_no_money_and_the_same_links_can_come_again(
    world: World,
) -> None:
    first = await submit_all(world)
    await approve_all(world)
    await world.track(first)
    await sandbox.remove(world.tracker, world.admin)

    ended = await world.now(first)
    [tester] = await world.all(User, User.name == sandbox.NAME)
    assert (ended.status, ended.spent) == (CampaignStatus.COMPLETED, 0)
    assert (tester.total_earnings, tester.total_views, tester.status) == (0, 0, UserStatus.DISABLED)
    again = await submit_all(world)
    assert again.id != first.id


async def test_a_used_up_bench_can_be_put_away_too(world: World) -> None:
    campaign = await submit_all(world)
    await approve_all(world)
    await world.read(*((video, 1_000_000) for video in VIDEOS))
    await sandbox.remove(world.tracker, world.admin)

    assert (await world.now(campaign)).spent == 2_500
    async with world.database.reading() as session:
        assert await sandbox.current(session) is None


async def test_only_admins_may(world: World) -> None:
    with pytest.raises(AdminsOnly):
        await sandbox.submit_links(world.database, world.running.intake, world.clipper, ["x"])
    with pytest.raises(AdminsOnly):
        await sandbox.remove(world.tracker, world.clipper)
    assert await world.all(Campaign) == []
