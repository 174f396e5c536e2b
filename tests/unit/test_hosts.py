"""Which hosts are answered, and where redirects lead."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import Scope

from swivi.middleware.hosts import HostRule, Hosts, relative
from swivi.settings import Settings

ALWAYS = ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000", "127.0.0.9"]
NEVER = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "",
    "user@localhost",
    "localhost:port",
]


@pytest.mark.parametrize(
    ("settings", "allowed", "refused"),
    [
        ({}, ["192.168.1.5:8000", "[2001:db8::1]:8000"], ["swivi.example"]),
        ({"demo": True}, [], ["192.168.1.5:8000", "[2001:db8::1]", "swivi.example"]),
        (
            {"public_url": "https://swivi.example"},
            ["swivi.example", "SWIVI.example.", "swivi.example:443"],
            ["www.swivi.example", "192.168.1.5"],
        ),
        ({"public_url": "https://demo.example", "demo": True}, ["demo.example"], ["192.168.1.5"]),
    ],
)
def test_loopback_names_and_the_public_name_are_answered(
    settings: dict[str, object], allowed: list[str], refused: list[str]
) -> None:
    rule = HostRule.of(Settings.model_validate(settings))
    answered = [host for host in (*ALWAYS, *NEVER, *allowed, *refused) if rule.allows([host])]
    assert answered == [*ALWAYS, *allowed]
    assert not rule.allows([])
    assert not rule.allows(["localhost", "localhost"])


async def ok(_: object) -> PlainTextResponse:
    return PlainTextResponse("ok")


def app(rule: HostRule) -> Hosts:
    inner = [Route("/things", ok), Route("/health", ok), Route("/ready", ok)]
    return Hosts(Starlette(routes=[Mount("/api", routes=inner), Route("/page", ok)]), rule)


def caller(rule: HostRule, url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app(rule)), base_url=url)


async def test_another_host_is_refused_in_words_and_probes_are_answered() -> None:
    async with caller(HostRule("swivi.example"), "http://rebound.example") as http:
        endpoint, page = await http.get("/api/things"), await http.get("/page")
        assert (endpoint.status_code, endpoint.json()["error"]["code"]) == (421, "wrong_host")
        assert (page.status_code, page.headers["content-type"]) == (
            421,
            "text/plain; charset=utf-8",
        )
        assert [(await http.get(f"/api/{probe}")).status_code for probe in ("health", "ready")] == [
            200,
            200,
        ]


async def test_a_websocket_of_another_host_is_closed_before_it_is_open() -> None:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "websocket",
        "path": "/_event/",
        "headers": [(b"host", b"rebound.example")],
    }
    await app(HostRule())(scope, receive, send)  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_a_redirect_of_a_trailing_slash_names_neither_scheme_nor_host() -> None:
    async with caller(HostRule("swivi.example"), "http://swivi.example") as http:
        assert (await http.get("/api/things/?a=1")).headers["location"] == "/api/things?a=1"


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("http://swivi.example/login/", "/login/"),
        ("http://swivi.example//evil.example/", "/evil.example/"),
        ("http://swivi.example/\\evil.example/", "/evil.example/"),
        ("https://swivi.example", "/"),
        ("/login?next=%2F", "/login?next=%2F"),
        ("https://www.youtube.com/watch", "https://www.youtube.com/watch"),
    ],
)
def test_only_redirects_to_the_asked_host_become_relative(location: str, leads_to: str) -> None:
    assert relative(location, ["swivi.example"]) == leads_to
