"""Conditional GET: each JSON answer carries an `ETag`; sent back, it gets 304 if nothing changed.

This saves bandwidth, not work: the tag is a hash of the answer, so it is never out of date.
"""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT_HEADERS = ("cache-control", "etag", "vary")
"""The headers that a 304 repeats (RFC 9110, 15.4.5)."""


class ConditionalGet:
    """Tag JSON answers to GET.

    Streamed answers (exports) and answers with `no-store` pass unchanged.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        held: Message | None = None

        async def tagged(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_taggable(message):
                held = message
                return
            if held is not None:
                start, held = held, None
                if message["type"] == "http.response.body" and not message.get("more_body", False):
                    start, message = _answer(start, message, known)
                await send(start)
            await send(message)

        await self.app(scope, receive, tagged)


def _is_taggable(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    is_json = headers.get("content-type", "").startswith("application/json")
    return start["status"] == 200 and is_json and "no-store" not in headers.get("cache-control", "")


def _answer(start: Message, body: Message, known: str) -> tuple[Message, Message]:
    # The tag is weak, because the same answer may be compressed or not.
    tag = f'W/"{hashlib.sha256(body.get("body", b"")).hexdigest()[:32]}"'
    headers = MutableHeaders(raw=start["headers"])
    headers["ETag"] = tag
    headers.setdefault("Cache-Control", "private, no-cache")
    for name in ("Authorization", "Cookie"):
        headers.add_vary_header(name)
    if not _names(known, tag):
        return start, body
    kept = [
        (name, value)
        for name, value in start["headers"]
        if name.decode("latin-1").lower() in KEPT_HEADERS
    ]
    return {**start, "status": 304, "headers": kept}, {**body, "body": b""}


def _names(known: str, tag: str) -> bool:
    """Return whether `If-None-Match` names this tag. Weak and strong match alike (RFC 9110,
    13.1.2).
    """
    given = [each.strip().removeprefix("W/") for each in known.split(",")]
    return given == ["*"] or tag.removeprefix("W/") in given
