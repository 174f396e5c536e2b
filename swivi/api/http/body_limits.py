"""A bound on request bodies, counted while they arrive, so that nobody fills the memory."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64_000
"""Bytes of a body, unless its endpoint is marked with `takes_up_to`."""

MAX_LONG_TEXTS_BYTES = 512_000
"""Bytes of the largest legal body: a campaign's three texts of 10,000 characters, all of them
escaped.
"""

MAX_LINKS_BYTES = 128_000
"""Bytes of 50 links of 2,048 characters."""

MAX_FORM_BYTES = 32_000
"""Bytes of a plain HTML form: a path to go on to, and a few short fields, all of them escaped."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def takes_up_to(max_bytes: int) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint that takes larger bodies than most. Goes below the router's decorator."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["max_body_bytes"] = max_bytes
        return endpoint

    return mark


def bound_of(endpoint: Callable[..., Any]) -> int:
    """Return how many bytes of body this endpoint takes."""
    bound: int = getattr(endpoint, "max_body_bytes", MAX_BODY_BYTES)
    return bound


def bounded(scope: Scope, receive: Receive, max_bytes: int) -> Receive:
    """Return a `receive` that raises HTTPException 413 once the body is larger than `max_bytes`."""
    received = 0
    announced = _announced(Headers(scope=scope).get("content-length", ""))

    async def counted() -> Message:
        nonlocal received
        # An announced size saves reading what would be refused anyway; the count holds where it
        # lies.
        if announced > max_bytes:
            raise _too_large(max_bytes)
        message = await receive()
        received += len(message.get("body", b""))
        if received > max_bytes:
            raise _too_large(max_bytes)
        return message

    return counted


class BodyLimit:
    """Refuses larger bodies with a 413, in the words of the app's own exception handler.

    The application's framework has such a limit too, but it answers in plain text.
    """

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_LONG_TEXTS_BYTES) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            receive = bounded(scope, receive, self.max_bytes)
        await self.app(scope, receive, send)


def _announced(length: str) -> int:
    """The `Content-Length`; 0 for what is no number, which the server refuses or the count
    bounds.
    """
    return int(length[:20]) if length.isascii() and length.isdecimal() else 0


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {max_bytes // 1_000} KB.")
