"""HEAD, OPTIONS and 405: HEAD is GET without the body, and `Allow` lists all methods of a path."""

from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from swivi.core.asgi import call_with

WORKS = "/cron/"
"""A GET below this path does work, so HEAD must not start it."""


class HeadAsGet:
    """Answer HEAD as the GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or _works(scope):
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await call_with(self.app, scope, receive, without_body, method="GET")


def allowed_methods(request: Request) -> str:
    """Return the methods of this path, as in an `Allow` header."""
    found: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            found |= route.methods or set()
    if "GET" in found and not _works(request.scope):
        found.add("HEAD")
    return ", ".join(sorted(found | {"OPTIONS"}))


def _works(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")).startswith(WORKS)


def options(request: Request) -> Response:
    """Answer OPTIONS."""
    return Response(status_code=204, headers={"Allow": allowed_methods(request)})
