"""Limit the size of request bodies while they arrive, so that nobody can fill the memory."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64_000
"""Bytes of a body, unless its endpoint is marked with `takes_up_to`."""

MAX_LONG_TEXTS_BYTES = 512_000
"""Bytes of the largest valid body: a campaign's three texts of 10,000 characters, all escaped."""

MAX_LINKS_BYTES = 128_000
"""Bytes of 50 links of 2,048 characters."""

MAX_FORM_BYTES = 32_000
"""Bytes of an HTML form: a path to continue to and a few short fields, all escaped."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def takes_up_to(max_bytes: int) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint that takes larger bodies. Place it below the router's decorator."""

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
        # A declared size saves reading a body that would be refused. The count holds if the size is
        # wrong.
        if announced > max_bytes:
            raise _too_large(max_bytes)
        message = await receive()
        received += len(message.get("body", b""))
        if received > max_bytes:
            raise _too_large(max_bytes)
        return message

    return counted


class BodyLimit:
    """Refuse larger bodies with 413, through the app's own exception handler.

    The outer application has such a limit too, but it answers in plain text.
    """

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_LONG_TEXTS_BYTES) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            receive = bounded(scope, receive, self.max_bytes)
        await self.app(scope, receive, send)


def _announced(length: str) -> int:
    """Return the `Content-Length`; 0 if it is malformed, since the count still holds."""
    return int(length[:20]) if length.isascii() and length.isdecimal() else 0


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {max_bytes // 1_000} KB.")
