"""Lists: filters, sorting and single items, for everything that the document names."""

from datetime import timedelta
from typing import Any

import pytest

from swivi.core import clock
from swivi.domain.clips import review
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api import contract
from tests.api.conftest import Person, refusal, wrong_fields
from tests.factories import instagram, tiktok, youtube
from tests.simulator import RunningSimulator

SORTS = [
    (path, parameter)
    for path, operations in contract.document()["paths"].items()
    for parameter in operations.get("get", {}).get("parameters", [])
    if parameter["name"] == "sort"
]


def choices(parameter: dict[str, Any]) -> list[str]:
    schema = parameter["schema"]
    return list(schema.get("enum") or schema["anyOf"][0]["enum"])


@pytest.fixture
async def lively(
    running: Runtime, simulator: RunningSimulator, clipper: Person, admin: Person
) -> dict[str, int]:
    """Three campaigns, submissions of every status and a run with a failure; the ids by name."""
    database = running.database
    cheap = await factories.a_campaign(
        database,
        admin.actor,
        title="Cheap",
        brand="Zest",
        payout_rate="1",
        budget="500",
        platforms=["tiktok"],
    )
    rich = await factories.a_campaign(
        database, admin.actor, title="Rich", payout_rate="9", budget="200"
    )
    paused = await factories.a_campaign(
        database,
        admin.actor,
        title="100% Paused",
        status="PAUSED",
        ends_at=clock.now() + timedelta(days=3),
    )
    await factories.a_campaign(database, admin.actor, title="Hidden", hidden=True)
    clip = await factories.a_clip(database, clipper.actor, admin.actor, cheap, tiktok(1))
    failing = await factories.a_clip(database, clipper.actor, admin.actor, rich, youtube(2))
    waiting = await factories.a_submission(database, clipper.actor, rich, instagram(3), baseline=70)
    refused = await factories.a_submission(database, clipper.actor, rich, tiktok(4), baseline=9)
    async with database.writing() as session:
        await review.reject(session, admin.actor, refused.id, "No.")
    simulator.script(tiktok(1), 3_000)
    simulator.script(youtube(2), None)
    run = await running.tracker.run(Trigger.CLI)
    return {
        "cheap": cheap.id,
        "rich": rich.id,
        "paused": paused.id,
        "clip": clip.submission_id,
        "failing": failing.submission_id,
        "waiting": waiting.id,
        "refused": refused.id,
        "run": run.id,
    }


async def found(person: Person, path: str, **query: object) -> list[str]:
    answer = await person.http.get(path, params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["total"] == len(body["items"])
    return [item["id"] for item in body["items"]]


def test_lists_can_be_sorted_at_all() -> None:
    assert len(SORTS) >= 8


async def test_every_sort_of_every_list_orders_by_that_field(
    lively: dict[str, int], clipper: Person, admin: Person
) -> None:
    for path, parameter in SORTS:
        person = admin if path.startswith("/admin/") else clipper
        for sort in choices(parameter):
            answer = await person.http.get(path, params={"sort": sort})
            assert answer.status_code == 200, (path, sort, answer.text)
            values = [item[sort.removeprefix("-")] for item in answer.json()["items"]]
            known = [value for value in values if value is not None]
            assert known == sorted(known, reverse=sort.startswith("-")), (path, sort)
            assert values[: len(known)] == known, f"what is unknown comes last: {path} {sort}"
        assert refusal(await person.http.get(path, params={"sort": "nonsense"})) == (
            422,
            "invalid_input",
        ), path


async def test_open_campaigns_by_platform(lively: dict[str, int], clipper: Person) -> None:
    path, cheap, rich = "/clippers/campaigns", str(lively["cheap"]), str(lively["rich"])
    assert await found(clipper, path, platform="tiktok", sort="payoutRate") == [cheap, rich]
    assert await found(clipper, path, platform="youtube") == [rich]
    assert await found(clipper, path, platform="tiktok", sort="-remaining") == [cheap, rich]


async def test_a_clipper_reads_the_campaigns_that_everybody_may_see(
    lively: dict[str, int], clipper: Person, admin: Person
) -> None:
    for name in ("cheap", "paused"):
        answer = await clipper.http.get(f"/clippers/campaigns/{lively[name]}")
        assert answer.json()["id"] == str(lively[name])
        assert "hidden" not in answer.json()
    [hidden] = await found(admin, "/admin/campaigns", q="Hidden")
    for unseen in (hidden, "0", "x", 2**63):
        assert refusal(await clipper.http.get(f"/clippers/campaigns/{unseen}")) == (
            404,
            "campaign_not_found",
        )


async def test_all_campaigns_by_status_and_words(lively: dict[str, int], admin: Person) -> None:
    path = "/admin/campaigns"
    assert await found(admin, path, status="paused") == [str(lively["paused"])]
    assert await found(admin, path, q=" zEst ") == [str(lively["cheap"])]
    assert await found(admin, path, q="100%") == [str(lively["paused"])]
    assert await found(admin, path, q="%") == [str(lively["paused"])]
    assert len(await found(admin, path, q="")) == 4


async def test_a_clippers_submissions_by_everything(
    lively: dict[str, int], clipper: Person, other_clipper: Person
) -> None:
    path = "/clippers/submissions"
    assert await found(clipper, path, status="pending") == [str(lively["waiting"])]
    assert await found(clipper, path, campaignId=lively["cheap"]) == [str(lively["clip"])]
    assert await found(clipper, path, platform="youtube") == [str(lively["failing"])]
    one = await clipper.http.get(f"{path}/{lively['clip']}")
    assert (one.json()["status"], one.json()["views"], one.json()["earnings"]) == (
        "APPROVED",
        3_000,
        3.0,
    )
    assert refusal(await other_clipper.http.get(f"{path}/{lively['clip']}")) == (
        404,
        "submission_not_found",
    )


async def test_everybodys_submissions_by_everything(
    lively: dict[str, int], clipper: Person, admin: Person
) -> None:
    path, rich = (
        "/admin/submissions",
        [str(lively[name]) for name in ("refused", "waiting", "failing")],
    )
    assert await found(admin, path, campaignId=lively["rich"]) == rich
    assert await found(admin, path, clipperId=clipper.id, status="rejected") == [
        str(lively["refused"])
    ]
    assert await found(admin, path, clipperId=admin.id) == []
    one = await admin.http.get(f"{path}/{lively['waiting']}")
    assert (one.json()["clipperId"], one.json()["initialViews"]) == (clipper.id, 70)
    assert refusal(await admin.http.get(f"{path}/999")) == (404, "submission_not_found")


async def test_a_run_says_what_failed_and_why(lively: dict[str, int], admin: Person) -> None:
    path = f"/admin/tracking-runs/{lively['run']}"
    shown = (await admin.http.get(path)).json()
    assert (shown["run"]["processed"], shown["run"]["failed"]) == (2, 1)
    assert sum(shown["failures"].values()) == 1
    assert {campaign["title"] for campaign in shown["campaigns"]} == {"Cheap", "Rich"}
    [failed] = (await admin.http.get(f"{path}/clips", params={"failed": True})).json()["items"]
    assert (failed["platform"], failed["views"], failed["earned"]) == ("youtube", None, 0.0)
    assert failed["outcome"] in shown["failures"]
    both = (await admin.http.get(f"{path}/clips")).json()
    assert both["total"] == 2
    assert [clip["earned"] for clip in both["items"] if clip["outcome"] == "ok"] == [3.0]
    for unknown in ("/admin/tracking-runs/999", "/admin/tracking-runs/999/clips"):
        assert refusal(await admin.http.get(unknown)) == (404, "tracking_run_not_found")
    assert await found(admin, "/admin/tracking-runs", trigger="cli", status="completed") == [
        str(lively["run"])
    ]
    assert await found(admin, "/admin/tracking-runs", status="failed") == []


async def test_payout_requests_by_status_and_clipper(
    earned: Person, admin: Person, other_clipper: Person
) -> None:
    body = {"amount": 20, "method": "paypal", "details": "me@swivi.test"}
    first = (await earned.http.post("/clippers/payout-request", json=body)).json()["id"]
    await earned.http.post(f"/clippers/payout-requests/{first}/cancel")
    second = (
        await earned.http.post("/clippers/payout-request", json=body | {"amount": 25})
    ).json()["id"]
    own, all_ = "/clippers/payout-requests", "/admin/payout-requests"
    assert (
        await found(earned, own, status="pending")
        == await found(admin, all_, status="PENDING")
        == [second]
    )
    assert (
        await found(earned, own, sort="amount")
        == await found(admin, all_, sort="amount")
        == [first, second]
    )
    assert await found(admin, all_, clipperId=other_clipper.id) == []
    assert (await earned.http.get(f"{own}/{first}")).json()["status"] == "CANCELLED"
    assert (await admin.http.get(f"{all_}/{second}")).json()["clipperId"] == earned.id
    assert refusal(await other_clipper.http.get(f"{own}/{first}")) == (
        404,
        "payout_request_not_found",
    )
    assert refusal(await admin.http.get(f"{all_}/999")) == (404, "payout_request_not_found")


async def test_one_user(clipper: Person, admin: Person) -> None:
    shown = (await admin.http.get(f"/admin/users/{clipper.id}")).json()
    assert (shown["email"], shown["submissions"]) == (clipper.actor.email, 0)
    assert refusal(await admin.http.get("/admin/users/999")) == (404, "not_found")


async def test_notifications_are_seen_one_by_one(
    lively: dict[str, int], clipper: Person, admin: Person
) -> None:
    path = "/clippers/notifications"
    newest, *older = await found(clipper, path, unread=True)
    assert (await admin.http.post(f"{path}/{newest}/read")).status_code == 204, (
        "harmless: it is not theirs"
    )
    assert await found(clipper, path, unread=True) == [newest, *older]
    assert (await clipper.http.post(f"{path}/{newest}/read")).status_code == 204
    assert await found(clipper, path, unread=True) == older
    assert await found(clipper, path) == [newest, *older]


async def test_analytics_over_any_days(lively: dict[str, int], admin: Person) -> None:
    today, path = clock.now().date(), "/admin/analytics"
    named = {"since": str(today - timedelta(days=2)), "until": str(today)}
    answer = (await admin.http.get(path, params=named)).json()
    assert (answer["days"], len(answer["series"]), answer["total"]["now"]["views"]) == (3, 3, 3_000)
    assert answer == (await admin.http.get(path, params={"days": 3})).json()
    before = (
        await admin.http.get(path, params={"days": 2, "until": str(today - timedelta(days=1))})
    ).json()
    assert before["total"]["now"]["views"] == 0
    for query, field in (
        ({"since": str(today + timedelta(days=1))}, "since"),
        ({"since": "1999-01-01"}, "since"),
        ({"since": str(today), "days": 3}, "days"),
        ({"until": "0001-01-01"}, "until"),
        ({"since": "yesterday"}, "since"),
    ):
        refused = await admin.http.get(path, params=query)
        assert (refusal(refused), wrong_fields(refused)) == ((422, "invalid_input"), {field}), query


async def test_the_audit_log_is_a_list_too(lively: dict[str, int], admin: Person) -> None:
    shown = (
        await admin.http.get("/admin/audit-log", params={"action": "submission.rejected"})
    ).json()
    [entry] = shown["items"]
    assert (entry["actorId"], entry["reason"], entry["subjectId"]) == (
        admin.id,
        "No.",
        str(lively["refused"]),
    )


async def test_what_is_exported_as_json_is_what_the_lists_say(
    lively: dict[str, int], clipper: Person, admin: Person
) -> None:
    for exported, listed in (
        ("submissions.json", "submissions"),
        ("payouts.json", "payout-requests"),
        ("audit.json", "audit-log"),
    ):
        file = await admin.http.get(f"/admin/exports/{exported}")
        assert file.headers["Content-Disposition"].startswith('attachment; filename="swivi-')
        assert (
            file.json()
            == (await admin.http.get(f"/admin/{listed}", params={"pageSize": 100})).json()["items"]
        )
    one = await admin.http.get(
        "/admin/exports/submissions.json", params={"campaignId": lively["cheap"]}
    )
    assert [row["id"] for row in one.json()] == [str(lively["clip"])]
