"""How long browsers keep the front end's files: what has its hash in its name for ever, all else
until asked.

Reflex says nothing about it, so browsers would guess: they would show an old page after an upgrade,
whose scripts are gone, and ask again for scripts that cannot have changed.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HASHED = "/assets/"
"""Where the build puts what has its hash in its name."""

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
"""Kept, and used as soon as the server says that it is still the same (ETag)."""


class BrowserCache:
    """Around the app: says how long an answer may be kept, where the answer does not say so
    itself.
    """

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
