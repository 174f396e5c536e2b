"""Who gets in where, over every route that there is: a new route that nobody guards fails here."""

from collections.abc import Iterator

import httpx
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from swivi.accounts import service as accounts
from swivi.accounts.models import Role, UserStatus
from swivi.runtime import Runtime
from tests import factories
from tests.api.conftest import Person, refusal
from tests.factories import tiktok

DOCS = {"/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/docs/favicon.png"}
OPEN = DOCS | {"/openapi.json", "/health", "/ready", "/auth/signup", "/auth/token"}
ANY_ROLE = {
    "/clippers/campaigns",
    "/clippers/notifications",
    "/clippers/notifications/read",
    "/tokens",
    "/tokens/{token_id}",
}
LET_IN = {
    "open": {"guest", "clipper", "admin", "disabled"},
    "any role": {"clipper", "admin"},
    "clipper": {"clipper"},
    "admin": {"admin"},
    "cron": set[str](),
}


def _kind(path: str) -> str:
    if path in OPEN:
        return "open"
    if path in ANY_ROLE:
        return "any role"
    kinds = {"/clippers/": "clipper", "/admin/": "admin", "/test/": "admin", "/cron/": "cron"}
    return next(kind for prefix, kind in kinds.items() if path.startswith(prefix))


def _every_route(api: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(api.routes):
        for method in sorted(route.methods or ()):
            yield method, route.path


async def _disabled(running: Runtime, admin: Person, person: Person) -> httpx.AsyncClient:
    async with running.database.writing() as session:
        await accounts.set_role_and_status(
            session, admin.actor, person.actor.user_id, role=Role.CLIPPER, status=UserStatus.DISABLED
        )
    return person.http


async def test_every_route_lets_in_whom_it_should_and_nobody_else(
    api: FastAPI, running: Runtime, guest: httpx.AsyncClient, clipper: Person, other_clipper: Person, admin: Person
) -> None:
    callers = {
        "guest": guest,
        "clipper": clipper.http,
        "admin": admin.http,
        "disabled": await _disabled(running, admin, other_clipper),
    }
    routes = list(_every_route(api))
    assert len(routes) > 30, "the routes were not found"
    for method, path in routes:
        for name, http in callers.items():
            answer = await http.request(method, path.replace("{", "").replace("}", ""), json={})
            where = f"{name}: {method} {path} -> {answer.status_code}"
            if name in LET_IN[_kind(path)]:
                assert answer.status_code not in (401, 403), where
                assert answer.status_code != 500, where
            else:
                assert answer.status_code == (401 if name in ("guest", "disabled") or _kind(path) == "cron" else 403), (
                    where
                )


async def test_what_proves_nothing_is_refused(guest: httpx.AsyncClient) -> None:
    for authorization in (b"Bearer swivi_made-up", b"Bearer ", b"Bearer", b"Basic YTpi", b"Bearer \xff", b"\xff"):
        answer = await guest.get("/clippers/dashboard", headers={"Authorization": authorization})
        assert refusal(answer) == (401, "not_signed_in"), authorization
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_somebody_elses_things_are_not_there(
    running: Runtime, clipper: Person, other_clipper: Person, admin: Person
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    await factories.a_submission(running.database, clipper.actor, campaign, tiktok(1))
    assert (await clipper.http.get("/clippers/submissions")).json()["total"] == 1
    assert (await other_clipper.http.get("/clippers/submissions")).json()["total"] == 0
    assert (await other_clipper.http.get("/clippers/dashboard")).json()["recentClips"] == []


async def test_a_demoted_admin_is_an_admin_no_more(clipper: Person, admin: Person, other_clipper: Person) -> None:
    promoted = await admin.http.patch(f"/admin/users/{other_clipper.id}", json={"role": "ADMIN"})
    assert (promoted.status_code, promoted.json()["role"]) == (200, "ADMIN")
    assert (await other_clipper.http.get("/admin/users")).status_code == 200
    await admin.http.patch(f"/admin/users/{other_clipper.id}", json={"role": "clipper"})
    assert refusal(await other_clipper.http.get("/admin/users")) == (403, "admins_only")


async def test_nobody_changes_their_own_role(admin: Person) -> None:
    answer = await admin.http.patch(f"/admin/users/{admin.id}", json={"status": "DISABLED"})
    assert refusal(answer) == (422, "invalid_input")
    assert (await admin.http.get("/admin/users")).status_code == 200
