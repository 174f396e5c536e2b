"""Each answer has a request id, and each request one log line with that id and no secret."""

import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from swivi.auth_forms.forms import build_auth
from swivi.core import logs
from swivi.core.logs import BELOW_DEBUG, set_up_logging
from swivi.middleware.host_cookies import HostCookies
from swivi.middleware.request_log import observed
from tests import factories
from tests.api.conftest import ORIGIN, Person
from tests.servers import ROOT

ID = "X-Request-Id"


@pytest.fixture
async def whole(api: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Swivi as it is served, without its pages."""
    app = Starlette(routes=[Mount("/api", api), Mount("/auth", build_auth())])
    pages = {"/": "index", "/campaigns/7": "campaigns/[campaign_key]"}
    transport = httpx.ASGITransport(observed(app, pages.get), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        yield http


@pytest.fixture(params=["json", "plain"])
def log_format(request: pytest.FixtureRequest) -> logs.LogFormat:
    chosen: logs.LogFormat = request.param
    return chosen


@contextmanager
def logging_as(
    log_format: logs.LogFormat, monkeypatch: pytest.MonkeyPatch
) -> Iterator[io.StringIO]:
    """What the server would write to standard error."""
    root, text = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    set_up_logging(log_format, "test")
    monkeypatch.setattr(
        logs, "sys", SimpleNamespace(stderr=text)
    )  # pytest has sys.stderr for itself
    try:
        yield text
    finally:
        root.handlers[:] = before
        root.setLevel(level)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, as JSON."""
    with logging_as("json", monkeypatch) as text:
        yield text


def lines(text: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


def requests(text: io.StringIO) -> list[dict[str, Any]]:
    return [line for line in lines(text) if line["logger"] == "swivi.requests"]


async def test_a_callers_own_id_is_kept_if_it_is_sane(whole: httpx.AsyncClient) -> None:
    for sane in ("0b5d1c9e", "a-trace_id.01", "f" * 128):
        assert (await whole.get("/api/health", headers={ID: sane})).headers.get_list(ID) == [sane]
    for odd in (
        "short",
        "f" * 129,
        "with space",
        'quo"te1234',
        "-leading-dash",
        "<script>alert(1)",
    ):
        [made] = (await whole.get("/api/health", headers={ID: odd})).headers.get_list(ID)
        assert len(made) == 32
        assert made != odd


async def test_every_answer_has_an_id_of_its_own(whole: httpx.AsyncClient) -> None:
    ids = set()
    for path in (
        "/api/health",
        "/api/nope",
        "/api/clippers/dashboard",
        "/auth/sign-in",
        "/nowhere",
    ):
        ids.add((await whole.get(path)).headers[ID])
    assert len(ids) == 5


async def test_a_request_is_one_line_that_says_what_was_done(
    whole: httpx.AsyncClient, admin: Person, written: io.StringIO
) -> None:
    answer = await whole.get(
        "/api/admin/campaigns/999/statement.csv?since=2031-01-17",
        headers={"Authorization": f"Bearer {admin.token}", ID: "my-request-1"},
    )
    assert answer.status_code == 404
    [line] = requests(written)
    assert line["time"].endswith("Z")
    assert {
        name: line[name]
        for name in ("level", "method", "route", "status", "bytes", "request_id", "user_id")
    } == {
        "level": "INFO",
        "method": "GET",
        "route": "/api/admin/campaigns/{campaign_id}/statement.csv",
        "status": 404,
        "bytes": len(answer.content),
        "request_id": "my-request-1",
        "user_id": admin.actor.user_id,
    }
    assert line["ms"] > 0
    assert line["message"].startswith(
        "GET /api/admin/campaigns/{campaign_id}/statement.csv 404 in "
    )
    assert "2031-01-17" not in written.getvalue(), "the query is not logged"


async def test_what_fails_within_a_request_carries_its_id(
    whole: httpx.AsyncClient, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("swivi.api.routes.auth.accounts.sign_up", fail)
    body = {"email": "a@b.co", "password": "long enough", "name": "A"}
    answer = await whole.post("/api/auth/signup", json=body)
    assert answer.status_code == 500
    assert {line["request_id"] for line in lines(written)} == {answer.headers[ID]}
    [failed] = [line for line in lines(written) if line["logger"] == "swivi.api"]
    assert "ZeroDivisionError: by zero" in failed["exception"]
    [line] = requests(written)
    assert (line["level"], line["status"]) == ("ERROR", 500)


async def test_routes_are_templates_and_few_whoever_asks_for_what(
    whole: httpx.AsyncClient, written: io.StringIO
) -> None:
    for path in (
        "/",
        "/campaigns/7",
        "/swivi.css",
        "/api/x1",
        "/api/x2",
        "/auth/sign-in",
        "/whatever-else",
    ):
        await whole.get(path)
    logging.getLogger("swivi").setLevel(BELOW_DEBUG)
    await whole.get("/assets/app-1234.js")
    routes = [line["route"] for line in requests(written)]
    known = [
        "/",
        "/campaigns/[campaign_key]",
        "/api/(unknown)",
        "/api/(unknown)",
        "/auth/sign-in",
        "(page)",
    ]
    assert routes == [*known, "(asset)"], "assets are logged below DEBUG only"


@pytest.mark.parametrize("https", [True, False])
async def test_the_route_is_known_over_https_and_for_head_as_well(
    api: FastAPI, written: io.StringIO, https: bool
) -> None:
    app: ASGIApp = Starlette(routes=[Mount("/api", api), Mount("/auth", build_auth())])
    app = HostCookies(app) if https else app
    transport = httpx.ASGITransport(observed(app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        await http.get("/api/admin/campaigns/7")
        await http.head("/api/admin/campaigns/7")
        await http.get("/auth/sign-in")
        await http.get("/api/nope")
    assert [(line["method"], line["route"]) for line in requests(written)] == [
        ("GET", "/api/admin/campaigns/{campaign_id}"),
        ("HEAD", "/api/admin/campaigns/{campaign_id}"),
        ("GET", "/auth/sign-in"),
        ("GET", "/api/(unknown)"),
    ]


def test_no_wrapper_copies_a_scope_without_saying_which_route_answered() -> None:
    copies = re.compile(r"\{\s*\*\*\s*scope|\bdict\(\s*scope|\bscope\.copy\(|\bscope \|")
    files = [path for path in (ROOT / "swivi").rglob("*.py") if copies.search(path.read_text())]
    assert [path.relative_to(ROOT).as_posix() for path in files] == ["swivi/core/asgi.py"]


async def test_one_request_does_not_inherit_the_user_of_another(
    whole: httpx.AsyncClient, admin: Person, written: io.StringIO
) -> None:
    await whole.get("/api/admin/users", headers={"Authorization": f"Bearer {admin.token}"})
    await whole.get("/api/admin/users")
    assert [line["user_id"] for line in requests(written)] == [admin.actor.user_id, None]


async def test_the_log_tells_no_email_password_token_or_query(
    whole: httpx.AsyncClient,
    clipper: Person,
    log_format: logs.LogFormat,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    email, wrong, right = clipper.actor.email, "wrong horse battery", factories.PASSWORD
    with logging_as(log_format, monkeypatch) as text:
        logging.getLogger("swivi").setLevel(BELOW_DEBUG)
        for password in (wrong, right):
            await whole.post("/api/auth/token", json={"email": email, "password": password})
            form = {"email": email, "password": password}
            await whole.post("/auth/sign-in", data=form, headers={"Origin": "http://swivi.test"})
        await whole.post(
            "/api/auth/signup", json={"email": email, "password": right, "name": "Again"}
        )
        await whole.get(f"/login?next=/x&token={clipper.token}&email={email}")
        await whole.get(
            "/api/clippers/dashboard", headers={"Authorization": f"Bearer {clipper.token}"}
        )
        told = text.getvalue()
    assert told.count("swivi.requests") == 7
    for secret in (email, wrong, right, clipper.token, "token=", "email="):
        assert secret not in told


def test_an_operators_line_keeps_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "Tracking %d clips across %d campaigns"
    with logging_as("json", monkeypatch) as text:
        logging.getLogger("swivi.tracking").info(words, 30, 1)
    [line] = lines(text)
    assert (line["message"], line["level"]) == ("Tracking 30 clips across 1 campaigns", "INFO")
    with logging_as("plain", monkeypatch) as text:
        logging.getLogger("swivi.tracking").info(words, 30, 1)
    assert text.getvalue().endswith("Z INFO swivi.tracking: Tracking 30 clips across 1 campaigns\n")
