"""A receiver of webhooks on loopback: a small HTTP server that answers as it is told and keeps what
it was sent.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from standardwebhooks import Webhook as Verifier

SECONDS = 20
"""How long something may take before the test fails."""


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """The message, checked as receivers are told to check it.

        Raises WebhookVerificationError.
        """
        message: dict[str, Any] = Verifier(secret).verify(self.body, self.headers)
        return message


@dataclass
class Receiver:
    """Answers with the next of `answers`, and with the last one for ever. 0 is: no answer at
    all.
    """

    port: int = 0
    answers: list[int] = field(default_factory=lambda: [200])
    received: list[Received] = field(default_factory=list)
    location: str = ""
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    def answer(self, *statuses: int) -> None:
        self.answers = list(statuses)

    async def until(self, holds: Callable[[list[Received]], bool]) -> None:
        """Returns once it holds of what was received; TimeoutError if it takes too long."""
        async with asyncio.timeout(SECONDS), self._changed:
            await self._changed.wait_for(lambda: holds(self.received))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            request, *lines = head.strip().split("\r\n")
            headers = {
                name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            async with self._changed:
                self.received.append(Received(request.split(" ")[1], headers, body))
                status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                self._changed.notify_all()
            if status == 0:
                await reader.read()  # until the sender hangs up
                return
            place = f"Location: {self.location}\r\n" if self.location else ""
            answer = (
                f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{place}Content-Length: "
                "0\r\nConnection: close"
            )
            writer.write(f"{answer}\r\n\r\n".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    """A receiver that listens on a port of its own."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
