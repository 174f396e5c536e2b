"""Give each HTTP request an id, a log line and a measured time."""

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
"""Request ids accepted from a caller: long enough to be unique, safe in a log line."""

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
BACKEND_PATHS = ("/api", "/auth", "/demo", "/_event", "/_upload", "/_health", "/ping")
"""Paths that do not belong to the front end."""

QUIET = ("/api/health", "/api/ready", "/api/metrics", "/ping", "/_health", "/demo")
"""Routes that machines poll, logged at DEBUG."""

ASSET, PAGE, UNKNOWN = "(asset)", "(page)", "(unknown)"

PageOf = Callable[[str], str | None]
"""Return the template of the page at a path, if there is one."""


def observed(app: ASGIApp, page_of: PageOf = lambda _: None) -> ASGIApp:
    """Return the app with `X-Request-Id` in each answer, request log lines and Prometheus times."""
    return CorrelationIdMiddleware(
        RequestLog(app, page_of),
        header_name=REQUEST_ID,
        generator=lambda: uuid4().hex,
        validator=lambda sent: SANE_ID.fullmatch(sent) is not None,
    )


class RequestLog:
    """Log each request's route, status, time and size.

    Never log its query, which may hold secrets.
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
            elif message["type"] == "http.response.pathsend":  # the server sends the file itself
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
    """Return the route that answered, with parameter names in place of values.

    Labels stay few, whatever addresses a client requests.
    """
    route, path = scope.get("route"), scope["path"]
    if isinstance(route, Route):
        return str(scope.get("root_path", "")) + route.path
    for path_prefix in BACKEND_PATHS:
        if path == path_prefix or path.startswith(f"{path_prefix}/"):
            return f"{path_prefix}/{UNKNOWN}"
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
