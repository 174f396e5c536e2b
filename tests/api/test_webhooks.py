"""Webhooks through the API: admins create, change, rotate, test and delete them, with a delivery
log.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from swivi.domain.reconciliation.models import AuditTrigger
from swivi.domain.seals.sealing import Sealer
from swivi.domain.webhooks.rules import MOST_WEBHOOKS
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api import contract
from tests.api.conftest import Person, refusal, wrong_fields
from tests.receiver import Receiver, running_receiver
from tests.simulator import RunningSimulator

EVENTS = ["submission.approved", "payout.completed"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running


async def make(admin: Person, url: str, **terms: Any) -> dict[str, Any]:
    answer = await admin.http.post("/admin/webhooks", json={"url": url, "events": EVENTS} | terms)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_the_secret_is_shown_when_it_is_made_and_never_again(
    admin: Person, receiver: Receiver
) -> None:
    made = await make(admin, receiver.url, description="  The   books ")
    assert made["secret"].startswith("whsec_")
    assert (made["description"], made["events"], made["active"]) == ("The books", EVENTS, True)
    path = f"/admin/webhooks/{made['id']}"
    for answer in (
        await admin.http.get("/admin/webhooks"),
        await admin.http.get(path),
        await admin.http.patch(path, json={"active": True}),
    ):
        assert answer.status_code == 200
        assert "whsec_" not in answer.text
    rotated = (await admin.http.post(f"{path}/rotate-secret")).json()
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != made["secret"]


async def test_making_one_twice_with_one_key_makes_one(admin: Person, receiver: Receiver) -> None:
    body = {"url": receiver.url, "events": EVENTS}
    answers = [
        await admin.http.post("/admin/webhooks", json=body, headers={"Idempotency-Key": "one"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert (await admin.http.get("/admin/webhooks")).json()["total"] == 1


async def test_a_test_event_arrives_and_is_in_the_log(
    admin: Person, receiver: Receiver, running: Runtime
) -> None:
    receiver.answer(500, 204)
    made = await make(admin, receiver.url)
    path = f"/admin/webhooks/{made['id']}"
    sent = await admin.http.post(f"{path}/test")
    assert (sent.status_code, sent.json()["status"], sent.json()["event"]) == (
        202,
        "PENDING",
        "webhook.test",
    )
    await running.sender.send_due()
    [failed] = (await admin.http.get(f"{path}/deliveries?status=pending")).json()["items"]
    assert (failed["attempts"], failed["statusCode"]) == (1, 500)
    assert failed["nextAttemptAt"] is not None

    again = await admin.http.post(f"{path}/deliveries/{failed['id']}/redeliver")
    assert again.status_code == 202
    await running.sender.send_due()
    [done] = (await admin.http.get(f"{path}/deliveries?status=DELIVERED")).json()["items"]
    assert (done["messageId"], done["error"], done["nextAttemptAt"]) == (
        failed["messageId"],
        None,
        None,
    )
    assert [(one["statusCode"], one["error"] is None) for one in done["log"]] == [
        (500, False),
        (204, True),
    ]
    assert {got.message_id for got in receiver.received} == {done["messageId"]}
    assert receiver.received[1].verified(made["secret"])["type"] == "webhook.test"
    assert (await admin.http.get(f"{path}/deliveries?status=gave_up")).json()["total"] == 0


async def test_what_an_admin_does_in_the_api_is_told(
    admin: Person, clipper: Person, receiver: Receiver, running: Runtime
) -> None:
    made = await make(admin, receiver.url)
    campaign = await factories.a_campaign(running.database, admin.actor)
    submission = await factories.a_submission(
        running.database, clipper.actor, campaign, factories.tiktok(1), baseline=10
    )
    assert (await admin.http.post(f"/admin/submissions/{submission.id}/approve")).status_code == 200
    await running.sender.send_due()
    [got] = receiver.received
    assert got.verified(made["secret"])["data"]["submissionId"] == str(submission.id)
    assert clipper.actor.email.encode() not in got.body


async def test_it_is_switched_off_changed_and_deleted(admin: Person, receiver: Receiver) -> None:
    made = await make(admin, receiver.url)
    path = f"/admin/webhooks/{made['id']}"
    off = await admin.http.patch(path, json={"active": False, "events": ["campaign.completed"]})
    assert (off.json()["active"], off.json()["events"]) == (False, ["campaign.completed"])
    assert refusal(await admin.http.post(f"{path}/test")) == (409, "webhook_inactive")
    assert (await admin.http.delete(path)).status_code == 204
    assert refusal(await admin.http.get(path)) == (404, "webhook_not_found")


async def test_what_is_wrong_with_it_is_said(admin: Person, receiver: Receiver) -> None:
    for body, fields in (
        ({}, {"url", "events"}),
        (
            {"url": "nonsense", "events": ["nonsense"], "description": "x" * 201},
            {"url", "events", "description"},
        ),
        ({"url": receiver.url, "events": []}, {"events"}),
        ({"url": receiver.url, "events": ["webhook.test"]}, {"events"}),
        ({"url": receiver.url, "events": [{}]}, {"events"}),
        ({"url": receiver.url, "events": EVENTS, "secret": "mine"}, {"secret"}),
    ):
        answer = await admin.http.post("/admin/webhooks", json=body)
        assert refusal(answer) == (422, "invalid_input"), body
        assert wrong_fields(answer) == fields
    assert (await admin.http.get("/admin/webhooks")).json()["total"] == 0


async def test_what_is_not_there_is_a_404(admin: Person, receiver: Receiver) -> None:
    path = f"/admin/webhooks/{(await make(admin, receiver.url))['id']}"
    for bad in ("0", "999", "abc", str(2**63)):
        assert refusal(await admin.http.get(f"/admin/webhooks/{bad}")) == (404, "webhook_not_found")
        assert refusal(await admin.http.post(f"/admin/webhooks/{bad}/test")) == (
            404,
            "webhook_not_found",
        )
        assert refusal(await admin.http.get(f"/admin/webhooks/{bad}/deliveries")) == (
            404,
            "webhook_not_found",
        )
        answer = await admin.http.post(f"{path}/deliveries/{bad}/redeliver")
        assert refusal(answer) == (404, "delivery_not_found")


async def test_there_is_an_end_to_how_many_there_are(admin: Person, receiver: Receiver) -> None:
    for _ in range(MOST_WEBHOOKS):
        await make(admin, receiver.url)
    answer = await admin.http.post("/admin/webhooks", json={"url": receiver.url, "events": EVENTS})
    assert refusal(answer) == (409, "too_many_webhooks")


async def test_what_is_sent_is_what_the_document_says(
    admin: Person, earned: Person, receiver: Receiver, running: Runtime, simulator: RunningSimulator
) -> None:
    made = await make(admin, receiver.url, events=[*EVENTS, "campaign.completed", "seal.made"])
    simulator.script(factories.youtube(2), 1_000)
    small = await factories.a_campaign(running.database, admin.actor, title="Small", budget="10.00")
    await factories.a_clip(running.database, earned.actor, admin.actor, small, factories.youtube(2))
    await admin.http.patch(f"/admin/campaigns/{small.id}", json={"status": "COMPLETED"})
    body = {"amount": 20, "method": "paypal", "details": "casey@swivi.test"}
    asked = (await earned.http.post("/clippers/payout-request", json=body)).json()
    for step in ({"action": "approve"}, {"action": "complete", "transactionId": "TX-1"}):
        answer = await admin.http.post(f"/admin/payout-requests/{asked['id']}/process", json=step)
        assert answer.status_code == 200, answer.text
    await admin.http.post(f"/admin/webhooks/{made['id']}/test")
    await Sealer(running.database).seal_new()
    await running.auditor.audit(AuditTrigger.NIGHTLY)
    await running.sender.send_due()

    documented = contract.document()["webhooks"]
    sent = {
        message["type"]: message
        for message in (got.verified(made["secret"]) for got in receiver.received)
    }
    assert set(sent) == set(documented)
    for kind, message in sent.items():
        schema = documented[kind]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert [error.message for error in contract.validator(schema).iter_errors(message)] == [], (
            kind
        )
        told = contract.document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        data = contract.document()["components"]["schemas"][
            told["properties"]["data"]["$ref"].rsplit("/", 1)[1]
        ]
        assert set(message["data"]) == set(data["properties"]), kind
