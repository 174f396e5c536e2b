"""A bound on request bodies, counted while they arrive, so that nobody fills the memory."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1_000_000


class BodyLimit:
    """Refuses larger bodies with a 413, in the words of the app's own exception handler.

    The application's framework has such a limit too, but it answers in plain text.
    """

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        received = 0
        announced = Headers(scope=scope).get("content-length", "")

        async def counted() -> Message:
            nonlocal received
            # An announced size saves reading what would be refused anyway; the count holds where it lies.
            if announced.isdecimal() and int(announced) > self.max_bytes:
                raise HTTPException(413)
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
