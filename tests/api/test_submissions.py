"""Submissions through the API: each is sent, reviewed and revoked once."""

import httpx

from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.models import ClipSubmission
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import Person, Snapshot, refusal, wrong_fields
from tests.factories import tiktok, youtube
from tests.simulator import RunningSimulator


async def _submit(person: Person, campaign: Campaign, link: str) -> httpx.Response:
    return await person.http.post(
        "/clippers/submissions", json={"campaignId": str(campaign.id), "clipUrl": link}
    )


async def test_the_same_video_by_another_link_is_a_duplicate(
    running: Runtime, clipper: Person, other_clipper: Person, admin: Person, everything: Snapshot
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    other_campaign = await factories.a_campaign(running.database, admin.actor)
    assert (
        await _submit(clipper, campaign, "https://youtu.be/dQw4w9WgXcQ?si=x")
    ).status_code == 201
    before = await everything()
    links = (
        "https://www.youtube.com/shorts/dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcT",  # differs in the two bits that YouTube ignores
        "Look at this: https://youtu.be/dQw4w9WgXcQ and get the app",
    )
    for link in links:
        for person, where in (
            (clipper, campaign),
            (other_clipper, campaign),
            (clipper, other_campaign),
        ):
            answer = await _submit(person, where, link)
            assert refusal(answer) == (409, "duplicate_submission")
            assert wrong_fields(answer) == {"clipUrl"}
    assert await everything() == before


async def test_a_campaign_that_is_not_open_takes_nothing(
    running: Runtime, clipper: Person, admin: Person, everything: Snapshot
) -> None:
    paused = await factories.a_campaign(running.database, admin.actor, status="PAUSED")
    tiktok_only = await factories.a_campaign(running.database, admin.actor, platforms=["tiktok"])
    unknown = [
        await factories.a_campaign(running.database, admin.actor, status=each)
        for each in ("DRAFT", "SCHEDULED")
    ]
    before = await everything()
    for campaign in unknown:  # whoever guesses its id learns no more of it than on its page
        assert refusal(await _submit(clipper, campaign, tiktok(1).canonical_url)) == (
            404,
            "campaign_not_found",
        )
    assert refusal(await _submit(clipper, paused, tiktok(1).canonical_url)) == (
        409,
        "campaign_not_open",
    )
    assert refusal(await _submit(clipper, tiktok_only, youtube(1).canonical_url)) == (
        422,
        "platform_not_wanted",
    )
    assert await everything() == before


async def test_a_video_that_cannot_be_read_awaits_its_baseline(
    running: Runtime,
    clipper: Person,
    admin: Person,
    simulator: RunningSimulator,
    everything: Snapshot,
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    simulator.script(tiktok(1), state="private")
    sent = await _submit(clipper, campaign, tiktok(1).canonical_url)
    assert sent.status_code == 201
    problem = "The platform does not show this video: it is private or was deleted."
    assert (sent.json()["initialViews"], sent.json()["baselineProblem"]) == (None, problem)
    before = await everything()
    answer = await admin.http.post(f"/admin/submissions/{sent.json()['id']}/approve")
    assert refusal(answer) == (409, "baseline_missing")
    assert await everything() == before


async def test_a_submission_is_decided_on_once(
    running: Runtime, clipper: Person, admin: Person, everything: Snapshot
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    submission = await factories.a_submission(running.database, clipper.actor, campaign, tiktok(1))
    path = f"/admin/submissions/{submission.id}"
    before = await everything()
    for reason in ({}, {"reason": ""}, {"reason": "x" * 501}, {"reason": 7}):
        answer = await admin.http.post(f"{path}/reject", json=reason)
        assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_input"), {"reason"}), (
            reason
        )
    assert await everything() == before
    rejected = (await admin.http.post(f"{path}/reject", json={"reason": "Not our drink."})).json()
    assert (rejected["status"], rejected["reason"]) == ("REJECTED", "Not our drink.")
    before = await everything()
    assert refusal(await admin.http.post(f"{path}/approve")) == (409, "already_reviewed")
    assert refusal(await admin.http.post(f"{path}/reject", json={"reason": "Again."})) == (
        409,
        "already_reviewed",
    )
    assert await everything() == before
    [own] = (await clipper.http.get("/clippers/submissions?status=rejected")).json()["items"]
    assert own["reason"] == "Not our drink."


async def test_a_revoked_clip_gives_back_what_it_earned_once(
    running: Runtime,
    clipper: Person,
    admin: Person,
    simulator: RunningSimulator,
    everything: Snapshot,
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    clip = await factories.a_clip(running.database, clipper.actor, admin.actor, campaign, tiktok(1))
    simulator.script(tiktok(1), 4_000)
    await running.tracker.run(Trigger.ADMIN, campaign_id=clip.campaign_id)
    revoke = f"/admin/clips/{clip.id}/revoke"
    assert refusal(await admin.http.post(revoke, json={})) == (422, "invalid_input")
    answer = await admin.http.post(revoke, json={"reason": "Bought views."})
    assert answer.json() == {"clipId": str(clip.id), "recovered": 10.0}
    before = await everything()
    assert refusal(await admin.http.post(revoke, json={"reason": "Again."})) == (409, "conflict")
    assert await everything() == before
    assert (await admin.http.get(f"/admin/campaigns/{campaign.id}")).json()["spent"] == 0


async def test_a_clip_that_rests_is_tracked_again_once_and_for_a_reason(
    running: Runtime,
    clipper: Person,
    admin: Person,
    simulator: RunningSimulator,
    everything: Snapshot,
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    clip = await factories.a_clip(running.database, clipper.actor, admin.actor, campaign, tiktok(1))
    path = f"/admin/clips/{clip.id}/track-again"
    assert refusal(await admin.http.post(path, json={"reason": "It is read."})) == (409, "conflict")
    simulator.script(tiktok(1), state="private")
    await running.tracker.run(Trigger.ADMIN, campaign_id=clip.campaign_id)
    before = await everything()
    assert refusal(await admin.http.post(path, json={})) == (422, "invalid_input")
    assert await everything() == before
    answer = await admin.http.post(path, json={"reason": "Public again."})
    assert answer.json() == {"clipId": str(clip.id), "clipState": "TRACKED"}
    assert refusal(await admin.http.post(path, json={"reason": "Again."})) == (409, "conflict")


async def test_the_review_list_filters_and_says_who_waits_for_what(
    running: Runtime, clipper: Person, other_clipper: Person, admin: Person
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    other = await factories.a_campaign(running.database, admin.actor, title="Other")
    await factories.a_submission(running.database, clipper.actor, campaign, tiktok(1), baseline=50)
    await factories.a_submission(running.database, other_clipper.actor, campaign, youtube(2))
    await factories.a_clip(running.database, clipper.actor, admin.actor, other, tiktok(3))
    for query, total in (
        ({}, 3),
        ({"status": "pending"}, 2),
        ({"status": "APPROVED", "platform": "tiktok"}, 1),
        ({"campaignId": str(campaign.id)}, 2),
        ({"campaignId": str(campaign.id), "platform": "youtube"}, 1),
    ):
        listed = (await admin.http.get("/admin/submissions", params=query)).json()
        assert listed["total"] == len(listed["items"]) == total, query
    waiting = (await admin.http.get("/admin/submissions?status=PENDING&pageSize=1")).json()[
        "items"
    ][0]
    assert (
        waiting["clipperName"],
        waiting["campaign"],
        waiting["campaignRemaining"],
        waiting["views"],
    ) == (
        clipper.actor.name,
        campaign.title,
        100.0,
        50,
    )


async def test_a_hidden_or_test_campaign_is_as_good_as_none(
    running: Runtime, clipper: Person, admin: Person, everything: Snapshot
) -> None:
    kept_back = [
        await factories.a_campaign(running.database, admin.actor, **{flag: True})
        for flag in ("hidden", "is_test")
    ]
    before = await everything()
    for campaign in kept_back:
        sent = await _submit(clipper, campaign, tiktok(1).canonical_url)
        read = await clipper.http.get(f"/clippers/campaigns/{campaign.id}")
        assert refusal(sent) == refusal(read) == (404, "campaign_not_found")
    assert (await clipper.http.get("/clippers/campaigns")).json()["total"] == 0
    assert await everything() == before


async def test_an_admin_releases_a_revoked_video(
    running: Runtime, clipper: Person, other_clipper: Person, admin: Person
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    clip = await factories.a_clip(running.database, clipper.actor, admin.actor, campaign, tiktok(1))
    release = f"/admin/submissions/{clip.submission_id}/release"
    why = {"reason": "The owner asked for it."}
    assert refusal(await admin.http.post(release, json=why)) == (409, "still_earns")
    await admin.http.post(f"/admin/clips/{clip.id}/revoke", json={"reason": "Stolen."})
    link = tiktok(1).canonical_url
    assert refusal(await _submit(other_clipper, campaign, link)) == (409, "duplicate_submission")
    assert refusal(await admin.http.post(release, json={})) == (422, "invalid_input")

    released = await admin.http.post(release, json=why)
    assert (released.status_code, released.json()["holdsVideo"]) == (200, False)
    assert (await _submit(other_clipper, campaign, link)).status_code == 201


async def test_an_admin_does_not_review_their_own_clip(
    running: Runtime, clipper: Person, admin: Person, everything: Snapshot
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    sent = await factories.a_submission(running.database, clipper.actor, campaign, tiktok(1))
    async with running.database.writing() as session:
        (await session.get_one(ClipSubmission, sent.id)).user_id = admin.actor.user_id
    before = await everything()
    answers = [
        await admin.http.post(f"/admin/submissions/{sent.id}/approve"),
        await admin.http.post(f"/admin/submissions/{sent.id}/reject", json={"reason": "No."}),
        await admin.http.patch(f"/admin/campaigns/{campaign.id}", json={"budget": 900}),
    ]
    assert [refusal(answer) for answer in answers] == [(403, "own_gain")] * 3
    assert await everything() == before
