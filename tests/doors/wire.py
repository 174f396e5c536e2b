"""A client of Reflex's protocol over a real websocket, in place of a browser's tab.

A test controls what it sends, down to the bytes of a frame.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Message,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.events import Ping as ProtocolPing

from swivi.domain.accounts.sessions import SESSION_COOKIE

SECONDS = 20
"""How long the server may be silent before the test fails."""

ROOT = "reflex___state____state"
HYDRATE = f"{ROOT}.hydrate_and_load"
FENCE = f"{ROOT}.set_is_hydrated"


class HandshakeRefused(Exception):
    """The server did not accept the websocket."""


class Closed(Exception):
    """The server closed the websocket."""


def place(address: str) -> dict[str, Any]:
    """Return the `router_data` that a browser sends at this path and query."""
    path, _, query = address.partition("?")
    return {
        "pathname": path,
        "asPath": address,
        "query": dict(pair.split("=") for pair in query.split("&") if query),
    }


class Tab:
    """One websocket. `behind` is the client's address that a proxy reports, if there is one.

    `states` has the values of states that the server has sent. `told` has all events it has sent.
    """

    def __init__(
        self, url: str, *, cookie: str | None = None, token: str | None = None, behind: str = ""
    ) -> None:
        self.url = url
        self.behind = behind
        self.cookie = cookie
        self.token = str(uuid4()) if token is None else token
        self.states: dict[str, dict[str, Any]] = {}
        self.told: list[dict[str, Any]] = []
        self.heard: list[str] = []
        self.close_code: int | None = None
        self._text = ""
        self._changed = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Tab":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    async def connect(self, *, origin: str | None = "", boot: object = None) -> None:
        """Connect and join the namespace as Reflex's front end does.

        `origin` "" is the server's own. Raise HandshakeRefused.
        """
        await self.open(origin=origin)
        await self.frame("40/_event," + (json.dumps({"event": boot}) if boot is not None else ""))
        await self.until(
            lambda: any(heard.startswith(("40/_event", "44/_event")) for heard in self.heard)
        )
        if any(heard.startswith("44/_event") for heard in self.heard):
            raise HandshakeRefused(self.heard[-1])

    async def open(
        self, *, origin: str | None = "", query: str = "EIO=4&transport=websocket"
    ) -> None:
        """Do the handshake only. Raise HandshakeRefused with the status."""
        where = urlsplit(self.url)
        headers = [] if origin is None else [("Origin", origin or self.url)]
        headers += [("X-Forwarded-For", self.behind)] if self.behind else []
        headers += [("Cookie", f"{SESSION_COOKIE}={self.cookie}")] if self.cookie else []
        self._reader, self._writer = await asyncio.open_connection(
            where.hostname, where.port, limit=2**20
        )
        self._protocol = WSConnection(ConnectionType.CLIENT)
        target = f"/_event/?token={self.token}&{query}"
        asked = Request(
            host=where.netloc, target=target, extra_headers=[(a, b.encode()) for a, b in headers]
        )
        self._writer.write(self._protocol.send(asked))
        accepted = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read(accepted))
        try:
            async with asyncio.timeout(SECONDS):
                await accepted
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Close the connection without a closing handshake, as a closed laptop does."""
        if self._reading is not None:
            self._reading.cancel()
        self._writer.close()

    async def frame(self, data: str | bytes) -> None:
        """Send one websocket message unchanged. Raise Closed."""
        if self.close_code is not None:
            raise Closed(self.close_code)
        message: Message[Any] = Message(data=data)
        self._writer.write(self._protocol.send(message))
        try:
            await self._writer.drain()
        except ConnectionError:
            raise Closed(self.close_code) from None

    async def raw(self, data: bytes) -> None:
        """Send bytes on the connection."""
        self._writer.write(data)
        await self._writer.drain()

    async def event(self, name: str, /, at: str = "/", **payload: Any) -> None:
        """Send an event of a page."""
        await self.message({"name": name, "payload": payload, "router_data": place(at)})

    async def message(self, message: object) -> None:
        """Send any JSON value in place of an event."""
        await self.frame("42/_event," + json.dumps(["event", message]))

    async def visit(self, address: str) -> None:
        """Open a page, and wait until its load handlers have ended."""
        self.states.pop(ROOT, None)
        await self.event(HYDRATE, at=address)
        await self.until(lambda: self.value("is_hydrated") is True or self.redirects() != [])

    async def settle(self) -> None:
        """Wait for the answers to everything sent before, except from background handlers."""
        for hydrated in (False, True):
            await self.event(FENCE, value=hydrated)
            await self.until(lambda hydrated=hydrated: self.value("is_hydrated") is hydrated)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until it holds. Raise Closed.

        Raise TimeoutError with the last messages if the server sends none for `SECONDS`. A busy
        machine may need longer for thousands of events, but it answers one after the other.
        """
        async with self._changed:
            while not holds():
                if self.close_code is not None:
                    raise Closed(self.close_code)
                try:
                    async with asyncio.timeout(SECONDS):
                        await self._changed.wait()
                except TimeoutError:
                    last = [heard[:300] for heard in self.heard[-5:]]
                    raise TimeoutError(f"heard last: {last}") from None

    async def hear(self) -> None:
        """Wait for the next message of the server. Raise Closed."""
        heard = len(self.heard)
        async with self._changed:
            while len(self.heard) == heard:
                if self.close_code is not None:
                    raise Closed(self.close_code)
                await self._changed.wait()

    def value(self, variable: str, state: str = ROOT) -> Any:
        """Return a variable of the state whose full name ends with `state`; None if unknown."""
        for name, known in self.states.items():
            if name.endswith(state):
                return known.get(f"{variable}_rx_state_")
        return None

    def redirects(self) -> list[str]:
        """Return the addresses that the server redirected this tab to."""
        return [told["payload"]["path"] for told in self.told if told["name"] == "_redirect"]

    @property
    def everything(self) -> str:
        """Everything that this tab has received."""
        return "\n".join(self.heard)

    async def _read(self, accepted: asyncio.Future[None]) -> None:
        received = b"..."
        while received and self.close_code is None:
            received = await self._reader.read(2**16)
            self._protocol.receive_data(received or None)
            for event in self._protocol.events():
                await self._handle(event, accepted)
        if not accepted.done():
            accepted.set_exception(HandshakeRefused("no answer"))
        if self.close_code is None:
            await self._closed(1006)

    async def _handle(self, event: object, accepted: asyncio.Future[None]) -> None:
        match event:
            case AcceptConnection():
                accepted.set_result(None)
            case RejectConnection():
                accepted.set_exception(HandshakeRefused(event.status_code))
            case TextMessage():
                self._text += event.data
                if event.message_finished:
                    text, self._text = self._text, ""
                    await self._hear(text)
            case ProtocolPing():
                self._writer.write(self._protocol.send(event.response()))
            case CloseConnection():
                await self._closed(event.code)

    async def _closed(self, code: int) -> None:
        async with self._changed:
            self.close_code = code
            self._changed.notify_all()

    async def _hear(self, text: str) -> None:
        if text == "2":
            await self.frame("3")
            return
        async with self._changed:
            self.heard.append(text)
            if text.startswith("42/_event,"):
                name, *said = json.loads(text.removeprefix("42/_event,"))
                if name == "event":
                    for state, delta in said[0].get("delta", {}).items():
                        self.states.setdefault(state, {}).update(delta)
                    self.told += said[0].get("events", [])
            self._changed.notify_all()
