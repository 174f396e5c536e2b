"""Every refusal comes in one envelope with the right status, whichever layer refuses."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from swivi.api.http.body_limits import MAX_BODY_BYTES
from swivi.domain.accounts import sessions
from swivi.runtime.runtime import Runtime
from tests.api.conftest import Person, Snapshot, client, refusal, wrong_fields

JSON = {"Content-Type": "application/json"}
HUGE_ID = str(2**63)


async def test_an_unknown_address_is_a_404(guest: httpx.AsyncClient) -> None:
    assert refusal(await guest.get("/nope")) == (404, "not_found")


async def test_a_known_address_with_another_method_is_a_405(guest: httpx.AsyncClient) -> None:
    answer = await guest.delete("/health")
    assert refusal(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


async def test_a_body_that_cannot_be_read_is_a_400(guest: httpx.AsyncClient) -> None:
    unpaired, nul, nested = b'{"name": "\\ud800"}', b'{"name": "a\\u0000b"}', b"[" * 60_000
    for body in (b"{", b"nonsense", b'{"email": }', b"\xff\xfe", nested, nul, unpaired):
        answer = await guest.post("/auth/signup", content=body, headers=JSON)
        assert refusal(answer) == (400, "malformed_body"), body[:20]


async def test_a_body_that_is_no_object_is_a_422(guest: httpx.AsyncClient) -> None:
    for body in (b"", b"[]", b'"text"', b"null", b"7"):
        answer = await guest.post("/auth/signup", content=body, headers=JSON)
        assert refusal(answer) == (422, "invalid_input"), body


async def test_a_body_that_does_not_say_it_is_json_is_not_read_as_such(
    guest: httpx.AsyncClient,
) -> None:
    answer = await guest.post(
        "/auth/signup", content=b'{"email": "a@b.co"}', headers={"Content-Type": "text/plain"}
    )
    assert refusal(answer) == (422, "invalid_input")


async def test_a_large_body_is_a_413_whether_it_says_so_or_not(guest: httpx.AsyncClient) -> None:
    async def chunks() -> Any:
        for _ in range(MAX_BODY_BYTES // 10_000 + 1):
            yield b" " * 10_000

    announced = await guest.post("/auth/signup", content=b" " * (MAX_BODY_BYTES + 1), headers=JSON)
    streamed = await guest.post("/auth/signup", content=chunks(), headers=JSON)
    assert refusal(announced) == refusal(streamed) == (413, "body_too_large")


async def test_missing_fields_are_named_as_the_caller_spells_them(clipper: Person) -> None:
    answer = await clipper.http.post("/clippers/submissions", json={})
    assert refusal(answer) == (422, "invalid_input")
    assert wrong_fields(answer) == {"campaignId", "clipUrl"}


async def test_an_unexpected_failure_is_a_500_without_its_inner_life(
    guest: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the secret inner life")

    monkeypatch.setattr("swivi.api.routes.auth.accounts.sign_up", fail)
    answer = await guest.post(
        "/auth/signup", json={"email": "a@b.co", "password": "long enough", "name": "A"}
    )
    assert refusal(answer) == (500, "internal_error")
    assert "inner life" not in answer.text
    assert "the secret inner life" in caplog.text


async def test_an_id_that_cannot_be_one_is_a_404(admin: Person, everything: Snapshot) -> None:
    before = await everything()
    reason, approval = {"reason": "No."}, {"action": "approve"}
    for bad in ("0", "-1", "abc", "1.0", "%00", "1e3", HUGE_ID, "9" * 400, "१"):
        for method, path, body, code in (
            ("GET", f"/admin/campaigns/{bad}", None, "campaign_not_found"),
            ("PATCH", f"/admin/campaigns/{bad}", {"title": "T"}, "campaign_not_found"),
            ("PATCH", f"/admin/campaigns/{bad}", {"status": "COMPLETED"}, "campaign_not_found"),
            ("DELETE", f"/admin/campaigns/{bad}", None, "campaign_not_found"),
            ("POST", f"/admin/submissions/{bad}/approve", None, "submission_not_found"),
            ("POST", f"/admin/submissions/{bad}/reject", reason, "submission_not_found"),
            ("POST", f"/admin/clips/{bad}/revoke", reason, "clip_not_found"),
            ("POST", f"/admin/clips/{bad}/track-again", reason, "clip_not_found"),
            ("POST", f"/admin/clips/{bad}/hold/pay", reason, "clip_not_found"),
            ("POST", f"/admin/clips/{bad}/hold/correct", reason, "clip_not_found"),
            ("POST", f"/admin/payout-requests/{bad}/process", approval, "payout_request_not_found"),
            ("PATCH", f"/admin/users/{bad}", {"role": "ADMIN"}, "not_found"),
        ):
            answer = await admin.http.request(method, path, json=body)
            assert refusal(answer) == (404, code), (method, path)
    assert await everything() == before


async def test_a_submission_names_a_campaign_by_an_id(clipper: Person) -> None:
    for bad in (
        "abc",
        "",
        "0",
        "01",
        "-1",
        "१",
        0,
        1,
        -1,
        1.5,
        True,
        None,
        [],
        {},
        int(HUGE_ID),
        HUGE_ID,
    ):
        body = {"campaignId": bad, "clipUrl": "https://youtu.be/dQw4w9WgXcQ"}
        answer = await clipper.http.post("/clippers/submissions", json=body)
        assert refusal(answer) == (422, "invalid_input"), bad
        assert wrong_fields(answer) == {"campaignId"}, bad
    body = {"campaignId": "999", "clipUrl": "https://youtu.be/dQw4w9WgXcQ"}
    assert refusal(await clipper.http.post("/clippers/submissions", json=body)) == (
        404,
        "campaign_not_found",
    )


async def test_the_document_of_the_api_is_openapi_3_1(guest: httpx.AsyncClient) -> None:
    document = (await guest.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    money = document["components"]["schemas"]["NewPayoutRequest"]["properties"]["amount"]
    assert money["type"] == "number"


async def test_mounted_at_api_it_is_still_itself(api: FastAPI) -> None:
    async with client(Starlette(routes=[Mount("/api", api)])) as http:
        assert (await http.get("/api/health")).json() == {"status": "ok"}
        for nothing in ("/api/nope", "/api/"):
            assert refusal(await http.get(nothing)) == (404, "not_found"), nothing
        assert (await http.get("/api/openapi.json")).json()["servers"] == [{"url": "/api"}]


async def test_a_cookie_alone_changes_nothing_from_another_site(
    api: FastAPI, admin: Person, running: Runtime
) -> None:
    async with running.database.writing() as session:
        cookie = await sessions.open_session(session, admin.actor.user_id)
    body = {"title": "T", "budget": 10, "payoutRate": 1, "platforms": ["tiktok"]}
    async with client(api, cookies={sessions.SESSION_COOKIE: cookie}) as browser:
        for headers in (
            {},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://swivi.test", "Sec-Fetch-Site": "cross-site"},
            {"Origin": "http://swivi.test", "Sec-Fetch-Site": "same-site"},
        ):
            answer = await browser.post("/admin/campaigns", json=body, headers=headers)
            assert refusal(answer) == (403, "cross_site"), headers
        assert (await browser.get("/admin/campaigns")).json()["total"] == 0
        for headers in ({"Origin": "http://swivi.test"}, {"Sec-Fetch-Site": "same-origin"}):
            assert (
                await browser.post("/admin/campaigns", json=body, headers=headers)
            ).status_code == 201, headers
