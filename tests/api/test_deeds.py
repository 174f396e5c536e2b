"""Each sensitive action is refused by the API without the password, and succeeds with it."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from swivi.core import clock
from swivi.domain.accounts import sessions
from swivi.domain.accounts.sessions import SESSION_COOKIE, hash_token, open_session
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import holds
from swivi.domain.tracking import observations
from swivi.domain.tracking.jumps import Jump
from swivi.runtime.runtime import Runtime
from swivi.runtime.sensitive_actions import SENSITIVE_ACTIONS
from tests import factories
from tests.api.conftest import ORIGIN, Person, Snapshot, refusal
from tests.api.test_roles import _every_route
from tests.factories import PASSWORD

WEBHOOK = {"url": "https://hooks.example/swivi", "events": ["payout.completed"]}
ROUTES = sorted(
    {door.name for doors in SENSITIVE_ACTIONS.values() for door in doors if " " in door.name}
)
BODIES = {
    "POST /tokens": {"name": "Nightly"},
    "PATCH /admin/users/{user_id}": {"role": "ADMIN"},
    "POST /admin/webhooks": WEBHOOK,
    "PATCH /admin/webhooks/{webhook_id}": {"active": False},
    "POST /admin/submissions/{submission_id}/release": {"reason": "The owner has been found."},
    "POST /admin/clips/{clip_id}/hold/pay": {"reason": "The platform confirmed it."},
    "POST /admin/payout-requests/{request_id}/process": {"action": "approve"},
    "PATCH /admin/campaigns/{campaign_id}": {"budget": "200"},
    "POST /admin/campaigns": {
        "title": "Fall",
        "budget": "200",
        "payoutRate": "2",
        "platforms": ["tiktok"],
    },
    "POST /admin/clips/{clip_id}/revoke": {"reason": "Bought views."},
    "POST /clippers/payout-request": {
        "amount": 20,
        "method": "paypal",
        "details": "thief@swivi.test",
    },
}


async def by_cookie(running: Runtime, person: Person, *, proven: bool) -> dict[str, str]:
    async with running.database.writing() as session:
        cookie = await open_session(session, person.actor.user_id)
        if not proven:
            await session.execute(text("UPDATE sessions SET proven_at = NULL"))
    return {"Cookie": f"{SESSION_COOKIE}={cookie}", "Origin": ORIGIN}


def test_every_route_of_the_table_exists(api: FastAPI) -> None:
    known = {f"{method} {path}" for method, path in _every_route(api)}
    assert set(ROUTES) <= known
    assert len(ROUTES) >= 9


async def a_held_clip(running: Runtime, clipper: Person, admin: Person, campaign: Campaign) -> int:
    clip = await factories.a_clip(
        running.database, clipper.actor, admin.actor, campaign, factories.tiktok(78)
    )
    hold = observations.hold_for(clip.id, Jump(8_000_000_000, 0, clock.now()))
    async with running.database.writing() as session:
        await holds.place(session, campaign, [hold])
    return clip.id


@pytest.mark.parametrize("name", ROUTES)
async def test_a_deed_is_refused_without_proof_and_goes_with_it(
    running: Runtime,
    guest: httpx.AsyncClient,
    earned: Person,
    admin: Person,
    everything: Snapshot,
    name: str,
) -> None:
    method, path = name.split(" ")
    campaign = await factories.a_campaign(running.database, admin.actor)
    ids = {
        "user_id": earned.id,
        "campaign_id": str(campaign.id),
        "webhook_id": "1",
        "request_id": "1",
    }
    if "{webhook_id}" in path:
        ids["webhook_id"] = (await admin.http.post("/admin/webhooks", json=WEBHOOK)).json()["id"]
    if "{request_id}" in path:
        asked = {"amount": 20, "method": "paypal", "details": "me@swivi.test"}
        ids["request_id"] = (await earned.http.post("/clippers/payout-request", json=asked)).json()[
            "id"
        ]
    if "{submission_id}" in path:
        clip = await factories.a_clip(
            running.database, earned.actor, admin.actor, campaign, factories.tiktok(77)
        )
        await admin.http.post(f"/admin/clips/{clip.id}/revoke", json={"reason": "Bought views."})
        ids["submission_id"] = str(clip.submission_id)
    if "{clip_id}" in path:
        if "/hold/" in path:
            ids["clip_id"] = str(await a_held_clip(running, earned, admin, campaign))
        else:
            clip = await factories.a_clip(
                running.database, earned.actor, admin.actor, campaign, factories.tiktok(78)
            )
            ids["clip_id"] = str(clip.id)
    for part, number in ids.items():
        path = path.replace(f"{{{part}}}", number)
    caller = admin if path.startswith("/admin") else earned

    stale = await by_cookie(running, caller, proven=False)
    before = await everything()
    refused = await guest.request(method, path, json=BODIES.get(name), headers=stale)
    assert refusal(refused) == (403, "password_needed")
    assert await everything() == before
    fresh = await by_cookie(running, caller, proven=True)
    done = await guest.request(method, path, json=BODIES.get(name), headers=fresh)
    assert done.status_code < 300, done.text


async def test_the_books_of_a_campaign_are_closed_only_with_proof(
    running: Runtime, guest: httpx.AsyncClient, admin: Person
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    path, body = f"/admin/campaigns/{campaign.id}", {"status": "COMPLETED"}
    stale = await by_cookie(running, admin, proven=False)
    assert refusal(await guest.patch(path, json=body, headers=stale)) == (403, "password_needed")
    fresh = await by_cookie(running, admin, proven=True)
    assert (await guest.patch(path, json=body, headers=fresh)).json()["status"] == "COMPLETED"


async def test_what_is_no_such_deed_goes_without_proof(
    running: Runtime, guest: httpx.AsyncClient, admin: Person
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    stale = await by_cookie(running, admin, proven=False)
    path = f"/admin/campaigns/{campaign.id}"
    assert (await guest.patch(path, json={"status": "PAUSED"}, headers=stale)).status_code == 200
    assert (await guest.get("/admin/users", headers=stale)).status_code == 200


async def test_a_session_proves_itself_over_the_api(
    running: Runtime, guest: httpx.AsyncClient, clipper: Person
) -> None:
    stale = await by_cookie(running, clipper, proven=False)
    wrong = await guest.post("/auth/proof", json={"password": "a wrong password"}, headers=stale)
    assert refusal(wrong) == (422, "wrong_password")
    assert refusal(await guest.post("/tokens", json={"name": "x"}, headers=stale)) == (
        403,
        "password_needed",
    )
    assert (
        await guest.post("/auth/proof", json={"password": PASSWORD}, headers=stale)
    ).status_code == 204
    made = await guest.post("/tokens", json={"name": "x"}, headers=stale)
    assert made.status_code == 201
    assert made.json()["endsWithSession"] is True
    token = {"Authorization": f"Bearer {made.json()['token']}"}
    assert (await guest.get("/tokens", headers=token)).status_code == 200

    async with running.database.writing() as session:
        await sessions.close_session(session, hash_token(stale["Cookie"].partition("=")[2]))
    assert refusal(await guest.get("/tokens", headers=token)) == (401, "not_signed_in")


async def test_a_token_has_nothing_to_prove(clipper: Person) -> None:
    answer = await clipper.http.post("/auth/proof", json={"password": PASSWORD})
    assert refusal(answer) == (403, "session_only")


async def test_a_token_of_a_clipper_is_no_token_of_an_admin_after_a_promotion(
    running: Runtime, guest: httpx.AsyncClient, clipper: Person, admin: Person
) -> None:
    changed = await admin.http.patch(f"/admin/users/{clipper.id}", json={"role": "ADMIN"})
    assert changed.status_code == 200
    assert refusal(await clipper.http.get("/admin/users")) == (401, "not_signed_in")


async def test_tokens_of_signing_in_count_in_the_bound(
    guest: httpx.AsyncClient, clipper: Person
) -> None:
    body = {"email": clipper.actor.email, "password": PASSWORD}
    answers = [await guest.post("/auth/token", json=body) for _ in range(50)]
    assert [answer.status_code for answer in answers] == [200] * 49 + [409]
    assert refusal(answers[-1]) == (409, "too_many_tokens")
