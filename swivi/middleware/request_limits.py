"""Limit how many requests one client address may have open at the same time.

`swivi.runtime.connections` limits connections, but behind a proxy all connections come from the
proxy. This limit uses the address that the proxy forwards.
"""

from collections import Counter

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from swivi.core.addresses import network_of
from swivi.core.envelope import envelope
from swivi.core.errors import TooManyRequests

RETRY_AFTER = "1"
"""Seconds. Requests take milliseconds, so a slot is free again soon."""

TOO_MANY = "Too many requests at once. Wait for the answers, then try again."


class OpenRequests:
    """Answer 429 to HTTP requests of an address that has `most` open. None means no limit."""

    def __init__(self, app: ASGIApp, most: int | None) -> None:
        self._app = app
        self._most = most
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._most is None:
            await self._app(scope, receive, send)
            return
        address = network_of(scope["client"][0]) if scope.get("client") else ""
        if self._open[address] >= self._most:
            await _too_many(scope["path"])(scope, receive, send)
            return
        self._open[address] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


def _too_many(path: str) -> Response:
    headers = {"Retry-After": RETRY_AFTER}
    if path.startswith("/api/"):
        return envelope(TooManyRequests.status, TooManyRequests.code, TOO_MANY, headers=headers)
    return PlainTextResponse(TOO_MANY, TooManyRequests.status, headers)
