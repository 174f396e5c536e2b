"""Every route and its roles. A new route without a guard fails here."""

from collections.abc import Iterator

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import tokens
from swivi.domain.accounts.models import Role, TokenScope, UserStatus
from swivi.runtime.runtime import Runtime
from tests.api import contract
from tests.api.conftest import Person, Snapshot, client, refusal

DOCS = {
    "/docs",
    "/docs/start.js",
    "/docs/swagger-ui-bundle.js",
    "/docs/swagger-ui.css",
    "/docs/favicon.png",
}
OPEN = DOCS | {"/openapi.json", "/health", "/ready", "/auth/signup", "/auth/token"}
ANY_ROLE = ("/clippers/campaigns", "/clippers/notifications", "/tokens", "/auth/proof")
BY_PREFIX = {
    "/clippers/": "clipper",
    "/admin/": "admin",
    "/test/": "admin",
    "/cron/": "cron",
    "/metrics": "admin",
}
EVERYBODYS = {"/clippers/campaigns/{campaign_id}"}
LET_IN = {
    "open": {"guest", "clipper", "admin", "read-only admin", "disabled"},
    "any role": {"clipper", "admin", "read-only admin"},
    "clipper": {"clipper"},
    "admin": {"admin", "read-only admin"},
    "cron": set[str](),
}
SAYS = {
    "open": (set[str](), set[str]()),
    "any role": ({"token", "session"}, {"not_signed_in"}),
    "clipper": ({"token", "session"}, {"not_signed_in", "clippers_only"}),
    "admin": ({"token", "session"}, {"not_signed_in", "admins_only"}),
    "cron": ({"cronSecret"}, {"wrong_cron_secret"}),
}
"""The credentials that the document names for each kind, and the codes of refusals."""


def _kind(path: str) -> str:
    """Who may: a new address that no rule is about has none, and fails its test."""
    if path in OPEN:
        return "open"
    if path.startswith(ANY_ROLE):
        return "any role"
    return next(kind for prefix, kind in BY_PREFIX.items() if path.startswith(prefix))


def _expected(name: str, method: str, kind: str) -> set[int]:
    """With which statuses this caller is turned away; none, if they are let in."""
    if kind == "cron":
        return {401}
    if kind != "open" and name in ("guest", "disabled"):
        return {401}
    if kind != "open" and name == "read-only admin" and method not in ("GET", "HEAD"):
        return {403}
    return set() if name in LET_IN[kind] else {403}


def _every_route(api: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(api.routes):
        for method in sorted(route.methods or ()):
            yield method, route.path


def _read_only(api: FastAPI, token: str) -> httpx.AsyncClient:
    return client(api, headers={"Authorization": f"Bearer {token}"})


async def _disabled(running: Runtime, admin: Person, person: Person) -> httpx.AsyncClient:
    async with running.database.writing() as session:
        await accounts.set_role_and_status(
            session,
            admin.actor,
            person.actor.user_id,
            role=Role.CLIPPER,
            status=UserStatus.DISABLED,
        )
    return person.http


async def test_every_route_lets_in_whom_it_should_and_nobody_else(
    api: FastAPI,
    running: Runtime,
    guest: httpx.AsyncClient,
    clipper: Person,
    other_clipper: Person,
    admin: Person,
) -> None:
    async with running.database.writing() as session:
        reading = await tokens.issue(session, admin.actor.user_id, scope=TokenScope.READ)
    callers = {
        "guest": guest,
        "clipper": clipper.http,
        "admin": admin.http,
        "read-only admin": _read_only(api, reading.token),
        "disabled": await _disabled(running, admin, other_clipper),
    }
    routes = list(_every_route(api))
    assert len(routes) > 50, "the routes were not found"
    for method, path in routes:
        for name, http in callers.items():
            answer = await http.request(method, path.replace("{", "").replace("}", ""), json={})
            where = f"{name}: {method} {path} -> {answer.status_code}"
            away = _expected(name, method, _kind(path))
            if away:
                assert answer.status_code in away, where
            else:
                assert answer.status_code not in (401, 403, 500), where


def test_the_document_says_who_may() -> None:
    ways_in_and_refusals = {
        (method, path): (
            {scheme for way in operation.get("security", []) for scheme in way},
            {
                code
                for status in ("401", "403")
                for content in operation["responses"].get(status, {}).get("content", {}).values()
                for code in content["examples"]
            },
        )
        for path, operations in contract.document()["paths"].items()
        for method, operation in operations.items()
    }
    for (method, path), (ways_in, codes) in ways_in_and_refusals.items():
        expected_ways, expected_codes = SAYS[_kind(path)]
        assert ways_in == expected_ways, (method, path)
        assert expected_codes <= codes, (method, path)
        guards = {"not_signed_in", "clippers_only", "admins_only", "wrong_cron_secret"}
        assert codes & guards == expected_codes, (method, path)


async def test_what_proves_nothing_is_refused(guest: httpx.AsyncClient) -> None:
    for authorization in (
        b"Bearer swivi_made-up",
        b"Bearer ",
        b"Bearer",
        b"Basic YTpi",
        b"Bearer \xff",
        b"\xff",
    ):
        answer = await guest.get("/clippers/dashboard", headers={"Authorization": authorization})
        assert refusal(answer) == (401, "not_signed_in"), authorization
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_somebody_elses_things_are_not_there(
    api: FastAPI, running: Runtime, earned: Person, other_clipper: Person, everything: Snapshot
) -> None:
    """Whatever a clipper's or anybody's own address takes an id, somebody else's id is as good as
    none.
    """
    body = {"amount": 20, "method": "paypal", "details": "me@swivi.test"}
    asked = await earned.http.post("/clippers/payout-request", json=body)
    [submission] = (await earned.http.get("/clippers/submissions")).json()["items"]
    [told, *_] = (await earned.http.get("/clippers/notifications")).json()["items"]
    [token] = (await earned.http.get("/tokens")).json()["items"]
    theirs = {
        "submission_id": submission["id"],
        "request_id": asked.json()["id"],
        "notification_id": told["id"],
        "token_id": token["id"],
    }
    before = await everything()
    own = [
        (method, path)
        for method, path in _every_route(api)
        if "{" in path and path not in EVERYBODYS
    ]
    own = [(method, path) for method, path in own if _kind(path) in ("clipper", "any role")]
    assert len(own) >= len(theirs)
    for method, path in own:
        answer = await other_clipper.http.request(method, path.format(**theirs))
        assert answer.status_code in (404, 204), (method, path)
    assert await everything() == before, "a 204 changed nothing"
    for path in ("/clippers/submissions", "/clippers/payout-requests", "/clippers/notifications"):
        assert (await other_clipper.http.get(path)).json()["total"] == 0, path
    assert (await other_clipper.http.get("/clippers/dashboard")).json()["recentClips"] == []
    assert (await earned.http.get("/tokens")).json()["total"] == 1


async def test_a_demoted_admin_is_an_admin_no_more(
    running: Runtime, api: FastAPI, admin: Person, other_clipper: Person
) -> None:
    promoted = await admin.http.patch(f"/admin/users/{other_clipper.id}", json={"role": "ADMIN"})
    assert (promoted.status_code, promoted.json()["role"]) == (200, "ADMIN")
    assert refusal(await other_clipper.http.get("/admin/users")) == (401, "not_signed_in"), (
        "a clipper's token"
    )
    async with running.database.writing() as session:
        token = (await tokens.issue(session, other_clipper.actor.user_id)).token
    async with client(api, headers={"Authorization": f"Bearer {token}"}) as promoted_now:
        assert (await promoted_now.get("/admin/users")).status_code == 200
        await admin.http.patch(f"/admin/users/{other_clipper.id}", json={"role": "clipper"})
        assert refusal(await promoted_now.get("/admin/users")) == (401, "not_signed_in")
    async with running.database.writing() as session:
        token = (await tokens.issue(session, other_clipper.actor.user_id)).token
    async with client(api, headers={"Authorization": f"Bearer {token}"}) as demoted:
        assert refusal(await demoted.get("/admin/users")) == (403, "admins_only")


async def test_nobody_changes_their_own_role(admin: Person) -> None:
    answer = await admin.http.patch(f"/admin/users/{admin.id}", json={"status": "DISABLED"})
    assert refusal(answer) == (422, "invalid_input")
    assert (await admin.http.get("/admin/users")).status_code == 200
