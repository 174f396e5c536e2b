"""API tokens through the API: name, scope, expiry, use, and revocation."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from swivi.core import clock
from swivi.domain.accounts.tokens import MOST_TOKENS
from swivi.runtime.runtime import Runtime
from tests.api.conftest import Person, client, refusal, wrong_fields
from tests.factories import PASSWORD

NIGHTLY = {"name": " Nightly  report ", "scope": "read", "expiresInDays": 30}


async def _make(person: Person, **changes: object) -> httpx.Response:
    return await person.http.post("/tokens", json=NIGHTLY | changes)


async def _ask(api: FastAPI, method: str, path: str, token: str) -> httpx.Response:
    async with client(api, headers={"Authorization": f"Bearer {token}"}) as http:
        return await http.request(method, path)


async def _listed(person: Person) -> list[dict[str, object]]:
    listed = (await person.http.get("/tokens")).json()
    assert listed["total"] == len(listed["items"])
    items: list[dict[str, object]] = listed["items"]
    return items


async def test_a_token_is_shown_once_listed_and_opens_the_api(
    api: FastAPI, clipper: Person, admin: Person
) -> None:
    for person in (clipper, admin):
        made = (await _make(person)).json()
        assert (made["name"], made["scope"], made["lastUsedAt"]) == ("Nightly report", "READ", None)
        life = datetime.fromisoformat(made["expiresAt"]) - datetime.fromisoformat(made["createdAt"])
        assert life == timedelta(days=30)

        newest, first = await _listed(person)
        assert newest == {name: value for name, value in made.items() if name != "token"}
        assert (first["name"], first["scope"]) == ("", "WRITE")

        assert (await _ask(api, "GET", "/clippers/notifications", made["token"])).status_code == 200
        assert (await _listed(person))[0]["lastUsedAt"] is not None


async def test_a_token_that_reads_only_changes_nothing(api: FastAPI, clipper: Person) -> None:
    reader = (await _make(clipper)).json()
    for method, path in (
        ("POST", "/clippers/notifications/read"),
        ("POST", "/tokens"),
        ("POST", "/clippers/payout-request"),
        ("DELETE", f"/tokens/{reader['id']}"),
    ):
        assert refusal(await _ask(api, method, path, reader["token"])) == (
            403,
            "read_only_token",
        ), path
    assert (await _ask(api, "GET", "/tokens", reader["token"])).status_code == 200
    writer = (await _make(clipper, scope="WRITE")).json()
    assert (
        await _ask(api, "POST", "/clippers/notifications/read", writer["token"])
    ).status_code == 204


async def test_unless_said_a_token_writes_and_lives_90_days(clipper: Person) -> None:
    made = (await clipper.http.post("/tokens", json={"name": "Script"})).json()
    assert made["scope"] == "WRITE"
    life = datetime.fromisoformat(made["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=89) < life <= timedelta(days=90)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": 5}, "name"),
        ({"scope": "all"}, "scope"),
        ({"scope": ["read"]}, "scope"),
        ({"expiresInDays": 0}, "expiresInDays"),
        ({"expiresInDays": 366}, "expiresInDays"),
        ({"expiresInDays": 1.5}, "expiresInDays"),
        ({"expiresInDays": True}, "expiresInDays"),
        ({"expires": 5}, "expires"),
    ],
)
async def test_a_token_that_cannot_be_is_refused_by_field(
    clipper: Person, changes: dict[str, object], field: str
) -> None:
    refused = await _make(clipper, **changes)
    assert refusal(refused) == (422, "invalid_input")
    assert wrong_fields(refused) == {field}
    assert len(await _listed(clipper)) == 1


async def test_a_revoked_token_opens_nothing_and_only_its_owner_revokes_it(
    api: FastAPI, clipper: Person, other_clipper: Person
) -> None:
    made = (await _make(clipper)).json()
    path = f"/tokens/{made['id']}"
    assert refusal(await other_clipper.http.delete(path)) == (404, "not_found")
    assert (await _ask(api, "GET", "/tokens", made["token"])).status_code == 200

    assert (await clipper.http.delete(path)).status_code == 204
    assert refusal(await _ask(api, "GET", "/tokens", made["token"])) == (401, "not_signed_in")
    assert refusal(await clipper.http.delete(path)) == (404, "not_found")
    assert [line["name"] for line in await _listed(clipper)] == [""]


async def test_an_expired_token_opens_nothing_and_is_not_listed(
    api: FastAPI, clipper: Person
) -> None:
    made = (await _make(clipper, expiresInDays=1)).json()
    with clock.standing_at(clock.now() + timedelta(days=1)):
        assert refusal(await _ask(api, "GET", "/tokens", made["token"])) == (401, "not_signed_in")
        assert [line["name"] for line in await _listed(clipper)] == [""]


async def test_a_token_can_be_got_by_signing_in_too(
    guest: httpx.AsyncClient, api: FastAPI, clipper: Person
) -> None:
    body = {"email": clipper.actor.email, "password": PASSWORD}
    got = (await guest.post("/auth/token", json=body)).json()
    assert set(got) == {"token", "expiresAt"}
    assert (
        await _ask(api, "POST", "/clippers/notifications/read", got["token"])
    ).status_code == 204


async def test_tokens_are_bounded(clipper: Person) -> None:
    for number in range(MOST_TOKENS - 1):  # the calling token counts too
        assert (await _make(clipper, name=f"Token {number}")).status_code == 201
    assert refusal(await _make(clipper)) == (409, "too_many_tokens")
    newest = (await clipper.http.get("/tokens")).json()["items"][0]
    await clipper.http.delete(f"/tokens/{newest['id']}")
    assert (await _make(clipper)).status_code == 201


async def test_making_and_revoking_are_in_the_audit_log(
    running: Runtime, clipper: Person, admin: Person
) -> None:
    made = (await _make(clipper)).json()
    await clipper.http.delete(f"/tokens/{made['id']}")
    log = (
        await admin.http.get(
            "/admin/exports/audit.csv", params={"subject": "user", "id": clipper.id}
        )
    ).text
    for action in ("token.created", "token.revoked"):
        [line] = [line for line in log.splitlines() if action in line]
        assert "Nightly report" in line
        assert made["token"] not in line
