"""Around the whole app: each HTTP request gets an id, a line in the log, and its time measured."""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from asgi_correlation_id import CorrelationIdMiddleware
from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from swivi.core import logs
from swivi.core.logs import BELOW_DEBUG
from swivi.core.timings import REQUESTS

log = logging.getLogger("swivi.requests")

REQUEST_ID = "X-Request-Id"
SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,127}")
"""What is taken from a caller: enough to be unique, and nothing that could break a line of the log.
"""

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
ROOMS = ("/api", "/auth", "/demo", "/_event", "/_upload", "/_health", "/ping")
"""What is not the front end's."""

QUIET = ("/api/health", "/api/ready", "/api/metrics", "/ping", "/_health", "/demo")
"""Asked again and again by machines: logged at DEBUG."""

ASSET, PAGE, UNKNOWN = "(asset)", "(page)", "(unknown)"

PageOf = Callable[[str], str | None]
"""The template of the page at a path, if there is one."""


def observed(app: ASGIApp, page_of: PageOf = lambda _: None) -> ASGIApp:
    """The app, with `X-Request-Id` in each answer, a line per request in the log, and times for
    Prometheus.
    """
    return CorrelationIdMiddleware(
        RequestLog(app, page_of),
        header_name=REQUEST_ID,
        generator=lambda: uuid4().hex,
        validator=lambda sent: SANE_ID.fullmatch(sent) is not None,
    )


class RequestLog:
    """Says of each request how it was answered and how long that took.

    Never its query, which may hold anything.
    """

    def __init__(self, app: ASGIApp, page_of: PageOf) -> None:
        self._app = app
        self._page_of = page_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        logs.begin()
        began, status, size, announced = time.perf_counter(), 500, 0, 0

        async def counted(message: Message) -> None:
            nonlocal status, size, announced
            if message["type"] == "http.response.start":
                status = message["status"]
                announced = int(Headers(raw=message["headers"]).get("content-length", 0))
            elif message["type"] == "http.response.pathsend":  # the server sends a file by itself
                size = announced
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            self._note(scope, status, time.perf_counter() - began, size)

    def _note(self, scope: Scope, status: int, seconds: float, size: int) -> None:
        method = scope["method"] if scope["method"] in KNOWN_METHODS else "OTHER"
        route = template_of(scope, self._page_of)
        REQUESTS.labels(method, route, f"{status // 100}xx").observe(seconds)
        milliseconds = round(seconds * 1_000, 1)
        facts = {
            "method": method,
            "route": route,
            "status": status,
            "ms": milliseconds,
            "bytes": size,
        }
        log.log(
            _level(route, status),
            "%s %s %d in %.1f ms, %d bytes",
            method,
            route,
            status,
            milliseconds,
            size,
            extra=facts,
        )


def template_of(scope: Scope, page_of: PageOf) -> str:
    """The route that answered, with its parameters' names in place of their values: few, whoever
    asks for what.
    """
    route, path = scope.get("route"), scope["path"]
    if isinstance(route, Route):
        return str(scope.get("root_path", "")) + route.path
    for room in ROOMS:
        if path == room or path.startswith(f"{room}/"):
            return f"{room}/{UNKNOWN}"
    if "." in path.rpartition("/")[2]:
        return ASSET
    page = page_of(path)
    return PAGE if page is None else f"/{'' if page == 'index' else page}"


def _level(route: str, status: int) -> int:
    if status >= 500:
        return logging.ERROR
    if route == ASSET:
        return BELOW_DEBUG
    return logging.DEBUG if route.startswith(QUIET) else logging.INFO
