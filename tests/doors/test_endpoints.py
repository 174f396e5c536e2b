"""Every endpoint over real HTTP with a browser's cookie: refused requests change nothing.

Requests from other sites are refused.
"""

import asyncio
from collections import Counter

import httpx
import pytest
from starlette.routing import Route

from swivi.api.app import build_api
from swivi.api.http.refusals import SAFE_METHODS
from swivi.auth_forms.forms import build_auth
from swivi.domain.accounts.sessions import SESSION_COOKIE
from tests.api.test_roles import EVERYBODYS, _every_route, _expected, _kind
from tests.doors.house import House

ROUTES = [
    (method, path)
    for method, path in _every_route(build_api())
    if method not in ("HEAD", "OPTIONS")
]
UNSAFE = [(method, path) for method, path in ROUTES if method not in SAFE_METHODS]
FORMS = [f"/auth{route.path}" for route in build_auth().routes if isinstance(route, Route)]
NOT_OURS = [
    "/_upload",
    "/_upload/x",
    "/_all_routes",
    "/auth-codespace",
    "/api/../_upload",
    "/demo/apify/v2/acts",
]
AWAY = {401, 403}


def filled(path: str, house: House) -> str:
    """Return the path with Ann's ids in it, or made-up ids where she has none."""
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        path = path.replace(f"{{{name}}}", str(house.ids.get(name, 1)))
    return "/api" + path


async def browser_of(house: House, who: str, **headers: str) -> httpx.AsyncClient:
    cookie = await house.cookie_of(house.people[who])
    cookies = {"Cookie": f"{SESSION_COOKIE}={cookie}"} if cookie else {}
    # One connection per request: the server may close a kept one at the moment of its reuse.
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(
        base_url=house.url, headers=cookies | headers, timeout=20, limits=limits
    )


@pytest.mark.parametrize(
    "who", ["guest", "impostor", "disabled", "clipper", "other clipper", "admin"]
)
async def test_whom_an_endpoint_does_not_name_is_turned_away_and_changes_nothing(
    house: House, who: str
) -> None:
    rule = {"impostor": "guest", "other clipper": "clipper"}.get(who, who)
    refused = {
        (method, path): expected
        for method, path in ROUTES
        if (expected := _expected(rule, method, _kind(path)) if _kind(path) != "open" else set())
    }
    assert len(refused) > 10
    async with await browser_of(house, who, Origin=house.url) as browser:
        before, since = house.digest(), house.log_size()
        for (method, path), expected in refused.items():
            answer = await browser.request(method, filled(path, house), json={})
            assert answer.status_code in expected, (method, path, answer.status_code)
            assert set(answer.json()) == {"error"}
        assert house.digest() == before
    quiet = sum(path == "/metrics" for _, path in refused)
    logged = Counter(line["status"] for line in house.requests(since, len(refused) - quiet))
    assert logged.total() == len(refused) - quiet
    assert logged.keys() <= AWAY


async def test_somebody_elses_things_are_not_there_for_a_browser_either(house: House) -> None:
    own = [(method, path) for method, path in ROUTES if "{" in path and path not in EVERYBODYS]
    own = [(method, path) for method, path in own if _kind(path) in ("clipper", "any role")]
    assert len(own) >= 5
    async with await browser_of(house, "other clipper", Origin=house.url) as browser:
        before = house.digest()
        for method, path in own:
            answer = await browser.request(method, filled(path, house), json={})
            assert answer.status_code in (404, 204), (method, path, answer.status_code)
            assert "abendrot" not in answer.text.lower()
        assert house.digest() == before


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_another_site_cannot_use_the_cookie(house: House, origin: str) -> None:
    """Forms, scripts and requests without an origin are refused."""
    for who in ("clipper", "admin"):
        async with await browser_of(
            house, who, **({"Origin": origin} if origin else {})
        ) as browser:
            before = house.digest(but=set())
            for method, path in UNSAFE:
                if _kind(path) in ("open", "cron"):
                    continue
                answer = await browser.request(method, filled(path, house), json={})
                assert answer.status_code == 403, (method, path, answer.status_code)
                assert "access-control-allow-origin" not in answer.headers
            for path in FORMS:
                fields = {
                    "email": "new@swivi.test",
                    "password": "correct horse battery",
                    "name": "N",
                    "role": "admin",
                }
                answer = await browser.post(path, data=fields)
                assert answer.status_code == 403, path
                assert "set-cookie" not in answer.headers
            assert house.digest(but=set()) == before


async def test_what_reflex_could_serve_and_we_do_not_use_is_not_there(house: House) -> None:
    async with await browser_of(house, "admin", Origin=house.url) as browser:
        for path in NOT_OURS:
            assert (await browser.post(path)).status_code in (404, 405), path
            assert (await browser.get(path)).status_code == 404, path
        polling = await browser.get("/_event/", params={"EIO": "4", "transport": "polling"})
        assert polling.status_code == 400, "websockets only"


@pytest.mark.parametrize(
    "path", ["/api/nothing/1%0A2", "/api/x%0D%0Ay", "/api%0A/x", "/x%0Ay", "/x%0Ay/"]
)
async def test_a_path_with_a_line_break_passes_all_checks_as_others_do(
    house: House, path: str
) -> None:
    """Reflex mounts our app in one of its own, which answers such a path without our middleware."""
    async with await browser_of(house, "guest") as browser:
        since = house.log_size()
        answer = await browser.get(path)
        assert answer.status_code == 404
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "content-security-policy" in answer.headers
        if path.startswith("/api/"):
            assert answer.json()["error"]["code"] == "not_found"
        assert (await browser.get(path, headers={"Host": "evil.example"})).status_code == 421
        logged = house.requests(since, 2)
    assert [line["status"] for line in logged] == [404, 421]


async def test_what_follows_a_body_in_chunks_is_no_header(house: House) -> None:
    """A proxy checks and sets headers, but passes trailers on unchanged."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    head = (
        "POST /api/auth/token HTTP/1.1\r\nHost: localhost\r\nConnection: "
        "close\r\nTransfer-Encoding: chunked\r\n"
    )
    trailers = (
        "Host: evil.example\r\nX-Request-Id: from-the-trailer\r\nContent-Type: application/json\r\n"
    )
    writer.write(
        f"{head}Content-Type: application/json\r\n\r\n2\r\n{{}}\r\n0\r\n{trailers}\r\n".encode()
    )
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 422")
    assert b"from-the-trailer" not in answer
