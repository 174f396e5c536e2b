"""Money from the budget to the payout, through the API alone."""

from typing import Any

from tests.api.conftest import Person, refusal
from tests.factories import instagram, tiktok, youtube
from tests.simulator import RunningSimulator

CRON = {"Authorization": "Bearer cron-secret-of-32-characters-or-more"}
VIDEOS = (tiktok(1), youtube(2), instagram(3), tiktok(4))
READINGS = {
    VIDEOS[0]: (1000, 3000, 3000, 23000),
    VIDEOS[1]: (0, 10000, 10000, 30000),
    VIDEOS[2]: (777, 1777, 1777, 21777),
    VIDEOS[3]: (50, 51, 51, 51),
}
"""Baseline, first run, the same again, last run."""


async def test_views_become_earnings_and_earnings_a_payout(
    guest: Any, clipper: Person, admin: Person, simulator: RunningSimulator
) -> None:
    for video, views in READINGS.items():
        simulator.script(video, *views)
    campaign = await _open_campaign(admin)
    await _submit_all(clipper, campaign)
    await _approve_all(admin)

    first = await _track(guest)
    assert first["earningsAdded"] == 32.5
    assert await _earnings(clipper) == [5.0, 25.0, 2.5, 0.0]

    again = await _track(guest)
    assert again["earningsAdded"] == 0
    assert await _earnings(clipper) == [5.0, 25.0, 2.5, 0.0]

    last = await _track(guest)
    assert (last["earningsAdded"], last["campaignsCompleted"]) == (67.5, 1)
    assert await _earnings(clipper) == [27.5, 47.5, 25.0, 0.0]
    await _is_completed(admin, campaign)
    await _dashboard_shows_all_of_it(clipper)

    await _pay_out(clipper, admin)
    await _books_agree(guest)


async def _open_campaign(admin: Person) -> str:
    terms = {
        "title": "Summer Vibes 2025",
        "budget": 100,
        "payoutRate": 2.50,
        "platforms": ["tiktok", "youtube"],
    }
    created = await admin.http.post("/admin/campaigns", json=terms | {"status": "DRAFT"})
    assert created.status_code == 201, created.text
    campaign = created.json()
    assert (campaign["budget"], campaign["spent"], campaign["remaining"]) == (100.0, 0.0, 100.0)
    change = {"platforms": ["tiktok", "youtube", "instagram"], "status": "ACTIVE"}
    changed = await admin.http.patch(f"/admin/campaigns/{campaign['id']}", json=change)
    assert changed.json()["status"] == "ACTIVE", changed.text
    assert changed.json()["platforms"] == ["tiktok", "youtube", "instagram"]
    return str(campaign["id"])


async def _submit_all(clipper: Person, campaign: str) -> None:
    offered = (await clipper.http.get("/clippers/campaigns")).json()
    assert [item["id"] for item in offered["items"]] == [campaign]
    for video, (baseline, *_) in READINGS.items():
        body = {"campaignId": campaign, "clipUrl": video.canonical_url}
        sent = await clipper.http.post("/clippers/submissions", json=body)
        assert sent.status_code == 201, sent.text
        assert sent.json() | {"id": "?"} == {
            "id": "?",
            "campaignId": campaign,
            "platform": video.platform,
            "externalId": video.external_id,
            "clipUrl": video.canonical_url,
            "status": "PENDING",
            "initialViews": baseline,
            "baselineProblem": None,
        }


async def _approve_all(admin: Person) -> None:
    queue = (await admin.http.get("/admin/submissions", params={"status": "PENDING"})).json()
    assert queue["total"] == len(VIDEOS)
    for item in queue["items"]:
        approved = await admin.http.post(f"/admin/submissions/{item['id']}/approve")
        assert approved.json()["status"] == "APPROVED", approved.text
        assert approved.json()["initialViews"] == item["initialViews"]


async def _track(guest: Any) -> dict[str, Any]:
    answer = await guest.get("/cron/view-tracking", headers=CRON)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    assert (report["status"], report["processed"], report["failed"]) == ("COMPLETED", 4, 0)
    return report


async def _earnings(clipper: Person) -> list[float]:
    """Of the submissions, oldest first."""
    items = (await clipper.http.get("/clippers/submissions")).json()["items"]
    return [item["earnings"] for item in reversed(items)]


async def _is_completed(admin: Person, campaign: str) -> None:
    ended = (await admin.http.get(f"/admin/campaigns/{campaign}")).json()
    assert (ended["status"], ended["spent"], ended["remaining"]) == ("COMPLETED", 100.0, 0.0)
    assert ended["completedAt"].endswith("Z")
    assert ended["completionReason"]


async def _dashboard_shows_all_of_it(clipper: Person) -> None:
    items = (await clipper.http.get("/clippers/submissions")).json()["items"]
    assert [item["finalEarnings"] for item in items] == [item["earnings"] for item in items]
    shown = (await clipper.http.get("/clippers/dashboard")).json()
    recent = shown.pop("recentClips")
    assert shown == {
        "stats": [
            {"title": "Total Earned", "value": "$100.00"},
            {"title": "Total Views", "value": "74,828"},
            {"title": "Active Campaigns", "value": "0"},
            {"title": "Clips Submitted", "value": "4"},
        ],
        "availableBalance": 100.0,
        "totalEarnings": 100.0,
        "totalViews": 23000 + 30000 + 21777 + 51,
        "minimumPayout": 20.0,
        "canRequestPayout": True,
    }
    assert recent[-1] | {"id": "?"} == {
        "id": "?",
        "views": 23000,
        "earnings": 27.5,
        "campaign": "Summer Vibes 2025",
        "status": "approved",
        "platform": "tiktok",
        "url": VIDEOS[0].canonical_url,
    }


async def _pay_out(clipper: Person, admin: Person) -> None:
    body = {"amount": 100, "method": "PayPal", "details": {"email": "casey@swivi.test"}}
    asked = await clipper.http.post("/clippers/payout-request", json=body)
    assert (asked.status_code, asked.json()["status"], asked.json()["net"]) == (
        201,
        "PENDING",
        100.0,
    ), asked.text
    process = f"/admin/payout-requests/{asked.json()['id']}/process"

    early = await admin.http.post(process, json={"action": "complete", "transactionId": "PP-1"})
    assert refusal(early) == (409, "wrong_payout_status")
    assert (await admin.http.post(process, json={"action": "approve"})).json()[
        "status"
    ] == "APPROVED"
    paid = (
        await admin.http.post(process, json={"action": "complete", "transactionId": "PP-1"})
    ).json()
    assert (paid["status"], paid["transactionId"], paid["clipperId"]) == (
        "COMPLETED",
        "PP-1",
        clipper.id,
    )

    history = (await clipper.http.get("/clippers/payout-requests")).json()["items"]
    assert [(item["status"], item["transactionId"]) for item in history] == [("COMPLETED", "PP-1")]
    dashboard = (await clipper.http.get("/clippers/dashboard")).json()
    assert (dashboard["availableBalance"], dashboard["totalEarnings"]) == (0.0, 100.0)
    assert dashboard["canRequestPayout"] is False
    kinds = [
        told["kind"] for told in (await clipper.http.get("/clippers/notifications")).json()["items"]
    ]
    assert kinds[:3] == ["PAYOUT_COMPLETED", "PAYOUT_APPROVED", "CAMPAIGN_COMPLETED"]


async def _books_agree(guest: Any) -> None:
    report = (await guest.get("/cron/payout-calculation", headers=CRON)).json()
    assert report["allAgree"] is True
    assert report["totalPayable"] == 0
    [balance] = report["clippers"]
    assert (balance["earned"], balance["paid"], balance["reserved"]) == (100.0, 100.0, 0.0)
    assert (balance["available"], balance["ledgerAvailable"]) == (0.0, 0.0)
