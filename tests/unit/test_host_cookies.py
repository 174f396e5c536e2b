"""Over https, a cookie of ours is one that browsers vouch for, and within Swivi nothing of that is
seen.
"""

from typing import Any

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from swivi.middleware.host_cookies import HostCookies


async def exchange(kind: str, cookie: str) -> tuple[dict[str, str], list[str]]:
    """The cookies that the app within sees of a request or a websocket's handshake, and those that
    it sets.
    """
    seen: dict[str, str] = {}
    said: list[Message] = []

    async def within(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(HTTPConnection(scope).cookies)
        answer = Response()
        answer.set_cookie("swivi_session", "new", path="/", httponly=True, secure=True)
        answer.set_cookie("somebody_elses", "theirs")
        await answer({"type": "http"}, receive, send)

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        said.append(message)

    scope: dict[str, Any] = {
        "type": kind,
        "headers": [(b"host", b"swivi.test"), (b"cookie", cookie.encode())],
    }
    await HostCookies(within)(scope, receive, send)
    return seen, [value.decode() for name, value in said[0]["headers"] if name == b"set-cookie"]


async def test_a_cookie_of_ours_is_set_for_this_host_alone() -> None:
    _, [ours, theirs] = await exchange("http", "")
    assert ours.startswith("__Host-swivi_session=new;")
    assert {"Path=/", "Secure", "HttpOnly"} <= set(ours.split("; "))
    assert "Domain" not in ours
    assert theirs.startswith("somebody_elses=theirs")


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("__Host-swivi_session=mine", {"swivi_session": "mine"}),
        ("a=1; __Host-swivi_session=mine; b=2", {"a": "1", "swivi_session": "mine", "b": "2"}),
        ("swivi_session=planted", {}),
        ("swivi_session=planted; __Host-swivi_session=mine", {"swivi_session": "mine"}),
        ("__Host-swivi_session=mine;swivi_session=planted", {"swivi_session": "mine"}),
    ],
)
async def test_only_what_this_host_set_is_read(kind: str, sent: str, seen: dict[str, str]) -> None:
    assert (await exchange(kind, sent))[0] == seen
