"""Limit the headers that are parsed or kept, whatever a client sends.

Python 3.11 needs 15 seconds of processor time to unquote one cookie of 60 KB (CVE-2024-7592), and
the headers of a websocket stay in memory twice while it is open. Only Swivi's own cookies pass,
none of which needs quotes. Of a websocket's handshake only the headers that something reads pass.
"""

import re
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from swivi.core.asgi import call_with

OWN_COOKIE = re.compile(rb"(?:__Host-)?swivi_[a-z_]{1,20}=[A-Za-z0-9_.~-]{0,4096}")

MAX_COOKIES = 10
"""Most cookies of Swivi in one request. There are four, and browsers send those of http and https.
"""

LONGEST = 1_024
"""Most bytes of one header of a websocket's handshake, cookies excepted."""

OF_WEBSOCKETS = frozenset(
    {b"host", b"origin", b"cookie", b"user-agent", b"accept-language"}
    | {
        b"upgrade",
        b"connection",
        b"sec-websocket-version",
        b"sec-websocket-key",
        b"sec-websocket-protocol",
    }
    | {b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-request-id"}
)
"""Headers that the checks of a handshake, Socket.IO and the pages read."""

Header = tuple[bytes, bytes]


class HeaderLimits:
    """Drop other sites' cookies from every request, and unused headers from websockets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            kept = [
                (name, value[-LONGEST:])
                for name, value in scope["headers"]
                if name in OF_WEBSOCKETS
            ]
            headers = _with_own_cookies(kept, scope["headers"])
        elif scope["type"] == "http" and any(name == b"cookie" for name, _ in scope["headers"]):
            headers = _with_own_cookies(scope["headers"], scope["headers"])
        else:
            headers = scope["headers"]
        await call_with(self._app, scope, receive, send, headers=headers)


def _with_own_cookies(kept: Iterable[Header], sent: Iterable[Header]) -> list[Header]:
    """Return the kept headers, with one `Cookie` header of Swivi's cookies if there are any."""
    found = (
        OWN_COOKIE.fullmatch(part.strip())
        for name, value in sent
        if name == b"cookie"
        for part in value.split(b";")
    )
    own = [cookie[0] for cookie in found if cookie is not None][:MAX_COOKIES]
    others = [(name, value) for name, value in kept if name != b"cookie"]
    return [*others, (b"cookie", b"; ".join(own))] if own else others
