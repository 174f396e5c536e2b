"""Payout requests through the API: repeats, cancellation, processing, and illegal steps."""

import asyncio

import httpx
from fastapi import FastAPI

from swivi.domain.accounts import tokens
from swivi.runtime.runtime import Runtime, open_runtime
from tests.api.conftest import Person, Snapshot, client, refusal, wrong_fields
from tests.conftest import SettingsFor

ASK = {"amount": 20.10, "method": "paypal", "details": "casey@swivi.test"}


async def _ask(person: Person, key: str | None = None, **changes: object) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await person.http.post("/clippers/payout-request", json=ASK | changes, headers=headers)


async def test_a_repeated_key_answers_with_the_first_request(
    earned: Person, everything: Snapshot
) -> None:
    first = await _ask(earned, "key-1")
    assert first.status_code == 201
    before = await everything()
    again = await _ask(earned, "key-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert refusal(await _ask(earned, "key-1", amount=30)) == (409, "idempotency_conflict")
    assert refusal(await _ask(earned, "key-2")) == (409, "open_request_exists")
    assert refusal(await _ask(earned)) == (409, "open_request_exists")
    assert await everything() == before


async def test_the_minimum_of_the_settings_holds_in_every_answer(
    earned: Person, guest: httpx.AsyncClient, settings_for: SettingsFor
) -> None:
    async with open_runtime(settings_for(min_payout="60")) as running:
        secret = running.settings.cron_secret
        assert secret is not None
        cron = {"Authorization": f"Bearer {secret.get_secret_value()}"}
        dashboard = (await earned.http.get("/clippers/dashboard")).json()
        payable = (await guest.get("/cron/payout-calculation", headers=cron)).json()
        asked = await _ask(earned, amount=50)
    assert (dashboard["minimumPayout"], dashboard["canRequestPayout"]) == (60.0, False)
    assert [clipper["payable"] for clipper in payable["clippers"]] == [0.0]
    assert refusal(asked) == (422, "below_minimum")
    assert "$60.00" in asked.json()["error"]["message"]


async def test_the_same_key_at_the_same_moment_makes_one_request(earned: Person) -> None:
    answers = await asyncio.gather(*(_ask(earned, "key-1") for _ in range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5, [
        answer.text for answer in answers
    ]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_details_are_an_object_of_the_methods_fields(earned: Person, admin: Person) -> None:
    details = {"network": "base", "address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}
    asked = await _ask(earned, method="USDC", details=details)
    assert asked.status_code == 201, asked.text
    shown = ("usdc", f"Base {details['address']}", details)
    queued = (await admin.http.get("/admin/payout-requests")).json()["items"][0]
    for answer in (asked.json(), queued):
        assert (answer["method"], answer["details"], answer["destination"]) == shown


async def test_a_mistyped_destination_is_refused_by_its_field(
    earned: Person, everything: Snapshot
) -> None:
    before = await everything()
    for method, details, field in (
        ("usdc", "hello", "details"),
        ("usdc", {"network": "base", "address": "hello"}, "details.address"),
        ("bank", {"iban": "DE00 0000 0000 bad iban"}, "details.iban"),
        ("bank", {"account": 12345}, "details"),
        ("my cousin", "me@swivi.test", "method"),
        ("other", "me@swivi.test", "method"),
    ):
        answer = await _ask(earned, method=method, details=details)
        assert refusal(answer) == (422, "invalid_input"), answer.text
        assert wrong_fields(answer) == {field}, answer.text
    assert await everything() == before


async def test_a_cancelled_request_gives_the_money_back_once(
    earned: Person, other_clipper: Person, everything: Snapshot
) -> None:
    asked = (await _ask(earned)).json()
    cancel = f"/clippers/payout-requests/{asked['id']}/cancel"
    assert refusal(await other_clipper.http.post(cancel)) == (404, "payout_request_not_found")
    reserved = (await earned.http.get("/clippers/dashboard")).json()
    assert (reserved["availableBalance"], reserved["canRequestPayout"]) == (29.9, False)
    assert (await earned.http.post(cancel)).json()["status"] == "CANCELLED"
    before = await everything()
    assert refusal(await earned.http.post(cancel)) == (409, "wrong_payout_status")
    assert await everything() == before
    assert (await earned.http.get("/clippers/dashboard")).json()["availableBalance"] == 50.0


async def test_steps_out_of_turn_or_without_their_reason_change_nothing(
    earned: Person, admin: Person, everything: Snapshot
) -> None:
    asked = (await _ask(earned)).json()
    process = f"/admin/payout-requests/{asked['id']}/process"
    before = await everything()
    for body, expected, fields in (
        ({"action": "pay"}, (422, "invalid_input"), {"action"}),
        ({"action": "cancel"}, (422, "invalid_input"), {"action"}),
        ({"action": None}, (422, "invalid_input"), {"action"}),
        ({}, (422, "invalid_input"), {"action"}),
        ({"action": "reject"}, (422, "invalid_input"), {"notes"}),
        ({"action": "complete"}, (422, "invalid_input"), {"transactionId"}),
        ({"action": "complete", "transactionId": "a b"}, (422, "invalid_input"), {"transactionId"}),
        ({"action": "complete", "transactionId": "PP-1"}, (409, "wrong_payout_status"), set()),
        ({"action": "fail", "notes": "No."}, (409, "wrong_payout_status"), set()),
        ({"action": "reverse", "notes": "No."}, (409, "wrong_payout_status"), set()),
    ):
        answer = await admin.http.post(process, json=body)
        assert (refusal(answer), wrong_fields(answer)) == (expected, fields), body
    assert await everything() == before


async def test_a_transaction_id_pays_only_once(earned: Person, admin: Person) -> None:
    async def approved() -> str:
        asked = (await _ask(earned)).json()
        process = f"/admin/payout-requests/{asked['id']}/process"
        await admin.http.post(process, json={"action": "approve"})
        return process

    complete = {"action": "complete", "transactionId": "PP-1"}
    assert (await admin.http.post(await approved(), json=complete)).status_code == 200
    again = await admin.http.post(await approved(), json=complete)
    assert refusal(again) == (409, "transaction_id_taken")
    assert wrong_fields(again) == {"transactionId"}


async def test_the_queue_filters_by_status_and_names_the_clipper(
    earned: Person, admin: Person
) -> None:
    asked = (await _ask(earned)).json()
    for status, total in (("PENDING", 1), ("pending", 1), ("COMPLETED", 0)):
        listed = (await admin.http.get("/admin/payout-requests", params={"status": status})).json()
        assert listed["total"] == len(listed["items"]) == total, status
    [item] = (await admin.http.get("/admin/payout-requests")).json()["items"]
    assert (item["id"], item["clipperName"], item["amount"]) == (
        asked["id"],
        earned.actor.name,
        20.1,
    )


async def test_nobody_decides_on_their_own_request(
    running: Runtime, api: FastAPI, earned: Person, admin: Person
) -> None:
    asked = (await _ask(earned)).json()
    await admin.http.patch(f"/admin/users/{earned.id}", json={"role": "ADMIN"})
    async with running.database.writing() as session:  # the promotion ended the clipper's token
        token = (await tokens.issue(session, earned.actor.user_id)).token
    async with client(api, headers={"Authorization": f"Bearer {token}"}) as promoted:
        answer = await promoted.post(
            f"/admin/payout-requests/{asked['id']}/process", json={"action": "approve"}
        )
    assert refusal(answer) == (403, "own_gain")
