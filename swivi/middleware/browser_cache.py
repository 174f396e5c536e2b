"""Tell browsers how long they may cache the front end's files.

A file with its hash in its name never changes, so browsers keep it for a year. Everything else is
revalidated. Without a header browsers guess: after an upgrade they show an old page whose scripts
are gone.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HASHED = "/assets/"
"""Path of the files whose name holds their hash."""

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
"""Browsers keep the file and revalidate it with its ETag before each use."""


class BrowserCache:
    """Set `Cache-Control` on each answer that has none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_rule(message: Message) -> None:
            if message["type"] == "http.response.start":
                is_hashed = scope["path"].startswith(HASHED) and message["status"] in (200, 304)
                MutableHeaders(scope=message).setdefault(
                    "Cache-Control", FOR_EVER if is_hashed else ASK_FIRST
                )
            await send(message)

        await self._app(scope, receive, send_with_rule if scope["type"] == "http" else send)
