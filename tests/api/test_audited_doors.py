"""The audit log has successful and failed sign-ins and refused requests, without what was typed."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import col, select

from swivi.auth_forms.forms import build_auth
from swivi.domain.accounts.sessions import SESSION_COOKIE, open_session
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.payouts import destinations
from swivi.runtime.runtime import Runtime
from tests.api.conftest import ORIGIN, Person, browser_of, refusal
from tests.factories import PASSWORD


@pytest.fixture
async def browser(running: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(build_auth(), headers={"Origin": ORIGIN}) as http:
        yield http


async def entries(running: Runtime, action: str) -> list[AuditEntry]:
    async with running.database.reading() as session:
        found = await session.exec(
            select(AuditEntry).where(AuditEntry.action == action).order_by(col(AuditEntry.id))
        )
        return list(found.all())


async def test_a_sign_in_says_who_and_from_where(
    running: Runtime, browser: httpx.AsyncClient, clipper: Person
) -> None:
    await browser.post("/sign-in", data={"email": clipper.actor.email, "password": PASSWORD})
    credentials = {"email": clipper.actor.email, "password": PASSWORD}
    await clipper.http.post("/auth/token", json=credentials)
    by_form, for_token = await entries(running, "sign_in.done")
    assert by_form.actor_id == by_form.subject_id == clipper.actor.user_id
    assert by_form.after == {"from": "127.0.0.1", "by": "password"}
    assert for_token.after["by"] == "password for a token"


async def test_a_failed_one_never_says_what_was_typed(
    running: Runtime, browser: httpx.AsyncClient, clipper: Person
) -> None:
    typed = ("hunter2-oops-my-password", clipper.actor.email, "nobody@swivi.test")
    for email in typed:
        await browser.post("/sign-in", data={"email": email, "password": "a wrong password"})
        await clipper.http.post(
            "/auth/token", json={"email": email, "password": "a wrong password"}
        )
    failed = await entries(running, "sign_in.failed")
    assert [entry.subject_id for entry in failed] == [
        0,
        0,
        clipper.actor.user_id,
        clipper.actor.user_id,
        0,
        0,
    ]
    assert all(entry.actor_id is None for entry in failed)
    assert not any(word in str(entry.after) for entry in failed for word in (*typed, "wrong"))


async def test_a_refused_role_is_noted_once_an_hour(
    running: Runtime, clipper: Person, admin: Person
) -> None:
    for _ in range(3):
        assert refusal(await clipper.http.get("/admin/users")) == (403, "admins_only")
    assert refusal(await admin.http.get("/clippers/dashboard")) == (403, "clippers_only")
    assert [
        (entry.actor_id, entry.after["what"]) for entry in await entries(running, "access.refused")
    ] == [
        (clipper.actor.user_id, "GET /api/admin/users"),
        (admin.actor.user_id, "GET /api/clippers/dashboard"),
    ]


async def _by_cookie(running: Runtime, person: Person, *, proven: bool) -> dict[str, str]:
    async with running.database.writing() as session:
        cookie = await open_session(session, person.actor.user_id)
        if not proven:
            await session.execute(text("UPDATE sessions SET proven_at = NULL"))
    return {"Cookie": f"{SESSION_COOKIE}={cookie}", "Origin": ORIGIN}


async def test_in_a_browsers_session_the_password_comes_before_money_goes(
    running: Runtime, guest: httpx.AsyncClient, earned: Person, admin: Person
) -> None:
    asked = {"amount": 20, "method": "paypal", "details": "casey@swivi.test"}
    cookie = await _by_cookie(running, earned, proven=False)
    refused = await guest.post("/clippers/payout-request", json=asked, headers=cookie)
    assert refusal(refused) == (403, "password_needed")
    cookie = await _by_cookie(running, earned, proven=True)
    request = (await guest.post("/clippers/payout-request", json=asked, headers=cookie)).json()

    process = f"/admin/payout-requests/{request['id']}/process"
    stale = await _by_cookie(running, admin, proven=False)
    assert refusal(await guest.post(process, json={"action": "approve"}, headers=stale)) == (
        403,
        "password_needed",
    )
    fresh = await _by_cookie(running, admin, proven=True)
    assert (await guest.post(process, json={"action": "approve"}, headers=fresh)).status_code == 200
    stale = await _by_cookie(running, admin, proven=False)
    complete = {"action": "complete", "transactionId": "PP-1"}
    assert refusal(await guest.post(process, json=complete, headers=stale)) == (
        403,
        "password_needed",
    )
    assert (await guest.get("/admin/payout-requests", headers=stale)).json()["items"][0][
        "status"
    ] == "APPROVED"
    fresh = await _by_cookie(running, admin, proven=True)
    assert (await guest.post(process, json=complete, headers=fresh)).json()["status"] == "COMPLETED"


async def test_to_where_it_went_before_money_goes_without_it(
    running: Runtime, guest: httpx.AsyncClient, earned: Person
) -> None:
    async with running.database.writing() as session:
        await destinations.keep(session, earned.actor, method="paypal", details="me@swivi.test")
    stale = await _by_cookie(running, earned, proven=False)
    for details, expected in (("else@swivi.test", 403), ("me@swivi.test", 201)):
        body = {"amount": 20, "method": "PayPal", "details": details}
        answer = await guest.post("/clippers/payout-request", json=body, headers=stale)
        assert answer.status_code == expected, details


async def test_what_an_admin_has_a_webhook_send_is_in_the_audit_log(
    running: Runtime, admin: Person
) -> None:
    made = await admin.http.post(
        "/admin/webhooks", json={"url": "https://hooks.example/", "events": ["seal.made"]}
    )
    webhook = f"/admin/webhooks/{made.json()['id']}"
    sent = (await admin.http.post(f"{webhook}/test")).json()
    again = await admin.http.post(f"{webhook}/deliveries/{sent['id']}/redeliver")
    assert again.status_code == 202, again.text

    for action in ("webhook.tested", "webhook.sent_again"):
        [entry] = await entries(running, action)
        assert (entry.actor_id, entry.after) == (
            admin.actor.user_id,
            {"delivery": int(sent["id"])},
        ), action
