"""Campaigns through the API: creation, changes, and every status."""

from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import Person, Snapshot, refusal, wrong_fields
from tests.factories import tiktok
from tests.simulator import RunningSimulator

TERMS = {"title": "T", "budget": 100, "payoutRate": 2.5, "platforms": ["tiktok"]}


async def _create(admin: Person, **changes: object) -> str:
    created = await admin.http.post("/admin/campaigns", json=TERMS | changes)
    assert created.status_code == 201, created.text
    return f"/admin/campaigns/{created.json()['id']}"


async def test_terms_come_back_as_they_were_sent(admin: Person) -> None:
    sent = TERMS | {
        "brand": "B",
        "description": "D",
        "requirements": "R",
        "platforms": ["tiktok", "youtube"],
        "platformRates": {"youtube": 3.25},
        "maxPerClip": 20.1,
        "maxPerClipper": "1,000.00",
        "minViews": 500,
        "contentUrl": "https://example.com/files",
        "startsAt": "2026-01-01T12:00:00+02:00",
        "endsAt": "2026-02-01T00:00:00Z",
        "hidden": True,
        "status": "draft",
    }
    created = (await admin.http.post("/admin/campaigns", json=sent)).json()
    expected = sent | {
        "maxPerClipper": 1000.0,
        "startsAt": "2026-01-01T10:00:00Z",
        "status": "DRAFT",
    }
    assert {name: created[name] for name in expected} == expected
    assert (await admin.http.get(f"/admin/campaigns/{created['id']}")).json() == created


async def test_terms_and_a_step_in_one_change_are_one_transaction(
    admin: Person, everything: Snapshot
) -> None:
    campaign = await _create(admin)
    before = await everything()
    refused = await admin.http.patch(campaign, json={"budget": 200, "status": "PAUSED"})
    assert refusal(refused) == (409, "wrong_campaign_status")
    assert await everything() == before
    changed = (await admin.http.patch(campaign, json={"budget": 200, "status": "ACTIVE"})).json()
    assert (changed["budget"], changed["status"]) == (200.0, "ACTIVE")


async def test_completing_and_changing_terms_at_once_is_refused_whole(
    admin: Person, everything: Snapshot
) -> None:
    campaign = await _create(admin, status="ACTIVE")
    before = await everything()
    refused = await admin.http.patch(campaign, json={"budget": 200, "status": "COMPLETED"})
    assert (refusal(refused), wrong_fields(refused)) == ((422, "invalid_input"), {"status"})
    assert await everything() == before


async def test_a_running_campaign_is_not_archived_silently(
    admin: Person, everything: Snapshot
) -> None:
    campaign = await _create(admin, status="ACTIVE")
    before = await everything()
    assert refusal(await admin.http.delete(campaign)) == (409, "wrong_campaign_status")
    assert await everything() == before
    assert (await admin.http.patch(campaign, json={"status": "COMPLETED"})).json()[
        "status"
    ] == "COMPLETED"
    assert (await admin.http.delete(campaign)).json()["status"] == "ARCHIVED"


async def test_completing_reads_and_settles_once_more(
    running: Runtime, clipper: Person, admin: Person, simulator: RunningSimulator
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    await factories.a_clip(running.database, clipper.actor, admin.actor, campaign, tiktok(1))
    simulator.script(tiktok(1), 4_000)
    ended = (
        await admin.http.patch(f"/admin/campaigns/{campaign.id}", json={"status": "COMPLETED"})
    ).json()
    assert (ended["status"], ended["spent"]) == ("COMPLETED", 10.0)
    late = await admin.http.patch(f"/admin/campaigns/{campaign.id}", json={"budget": 500})
    assert refusal(late) == (409, "wrong_campaign_status")


async def test_completing_is_refused_while_clips_cannot_be_read_unless_it_is_forced_with_a_reason(
    running: Runtime,
    clipper: Person,
    admin: Person,
    simulator: RunningSimulator,
    everything: Snapshot,
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    await factories.a_clip(running.database, clipper.actor, admin.actor, campaign, tiktok(1))
    simulator.script(tiktok(1), state="omitted")
    path = f"/admin/campaigns/{campaign.id}"
    refused = await admin.http.patch(path, json={"status": "COMPLETED"})
    assert refusal(refused) == (409, "not_all_read")
    assert "1 clip could not be read: 1 missing from the scraper's answers." in refused.text

    before = await everything()
    for body, field in (
        ({"status": "COMPLETED", "force": True}, "reason"),
        ({"status": "COMPLETED", "force": "yes", "reason": "So."}, "force"),
        ({"status": "PAUSED", "force": True}, "force"),
        ({"title": "T", "reason": "So."}, "reason"),
    ):
        wrong = await admin.http.patch(path, json=body)
        assert (wrong.status_code, wrong_fields(wrong)) == (422, {field}), body
    assert await everything() == before

    forced = (
        await admin.http.patch(path, json={"status": "COMPLETED", "force": True, "reason": "So."})
    ).json()
    assert forced["status"] == "COMPLETED"
    [entry] = (
        await admin.http.get("/admin/audit-log", params={"action": "campaign.completed"})
    ).json()["items"]
    assert entry["reason"] == "So. 1 clip could not be read: 1 missing from the scraper's answers."


async def test_a_budget_below_what_is_spent_is_refused(
    running: Runtime,
    clipper: Person,
    admin: Person,
    simulator: RunningSimulator,
    everything: Snapshot,
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    clip = await factories.a_clip(running.database, clipper.actor, admin.actor, campaign, tiktok(1))
    simulator.script(tiktok(1), 20_000)
    await running.tracker.run(Trigger.ADMIN, campaign_id=clip.campaign_id)
    before = await everything()
    answer = await admin.http.patch(f"/admin/campaigns/{campaign.id}", json={"budget": 49.99})
    assert refusal(answer) == (409, "budget_exceeded")
    assert await everything() == before


async def test_a_misspelt_term_is_refused_instead_of_ignored(
    admin: Person, everything: Snapshot
) -> None:
    campaign = await _create(admin)
    before = await everything()
    answer = await admin.http.patch(campaign, json={"maxPayoutPerClip": 5})
    assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_input"), {"maxPayoutPerClip"})
    assert await everything() == before


async def test_lists_come_in_pages(admin: Person, clipper: Person) -> None:
    for number in range(3):
        await _create(admin, title=f"Campaign {number}", status="ACTIVE")
    await _create(admin, title="Hidden", status="ACTIVE", hidden=True)
    await _create(admin, title="Draft")
    page = (await clipper.http.get("/clippers/campaigns?page=2&pageSize=2")).json()
    assert {name: page[name] for name in ("total", "page", "pageSize")} == {
        "total": 3,
        "page": 2,
        "pageSize": 2,
    }
    assert [item["title"] for item in page["items"]] == ["Campaign 0"]
    assert (await admin.http.get("/admin/campaigns")).json()["total"] == 5
    assert (await admin.http.get("/admin/campaigns?status=draft")).json()["total"] == 1
