"""Around the websocket of the pages: who may open one, what may come through it, and how much of
it.

It stands before Engine.IO and Socket.IO, which trust their clients with more than ours need: binary
packets, other namespaces, events named `connect` with a handshake of the client's own making. Our
pages send very little, and that is all that passes. What comes faster than a person can act waits
unread, so that the sender is held back by TCP and nobody's memory fills up.
"""

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from swivi.core.addresses import network_of
from swivi.core.rates import Bucket, Rate
from swivi.settings import Settings

log = logging.getLogger("swivi.websockets")

LONGEST_MESSAGE = 128_000
"""Characters. The longest that a page sends is a form with a campaign's texts, below 50,000."""

LONGEST_QUERY = 512
"""Bytes of the handshake's query, which stays in memory: a tab's token and what Engine.IO says of
itself.
"""

MOST_OPEN = 1_000
"""Websockets open from one address at the same time."""

SPOKEN = re.compile(r'3$|1$|4[01]/_event,|42/_event,\["(?:event|ping|client_error)"[],]')
"""How the front end's messages begin: a pong, goodbye, entering and leaving the namespace, and its
three events.
"""

WRONG_PLACE, TOO_LONG, NOT_OURS = 1008, 1009, 1003
"""Why we close: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1"""

WARN_AFTER = 10.0
"""Seconds between two lines in the log about one socket that sends too fast."""


@dataclass(frozen=True, slots=True)
class WebSocketLimits:
    """How many messages one socket and one address may send, and how many sockets an address may
    open.
    """

    messages: Rate | None
    messages_address: Rate | None
    opened_address: Rate | None

    @classmethod
    def of(cls, settings: Settings) -> "WebSocketLimits":
        """As the settings say; nothing per address where a proxy hides the addresses from us."""
        per_address = not settings.takes_all_for_one_address
        return cls(
            settings.limit_messages,
            settings.limit_messages_address if per_address else None,
            settings.limit_sockets_address if per_address else None,
        )


@dataclass(slots=True)
class _Address:
    """What one address is up to in this process."""

    messages: Bucket | None
    opened: Bucket | None
    open: int = 0


class WebSockets:
    """Refuses websockets and messages that no page of ours opens or sends. HTTP requests pass."""

    def __init__(self, app: ASGIApp, limits: WebSocketLimits) -> None:
        self._app = app
        self._limits = limits
        self._addresses: dict[str, _Address] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        network = network_of(scope["client"][0] if scope.get("client") else "")
        address = self._known(network)
        why_not = _wrong_handshake(scope) or self._too_many(address)
        if why_not:
            log.warning("Refused a websocket: %s", why_not, extra={"address": network})
            await receive()
            await send({"type": "websocket.close", "code": WRONG_PLACE})
            return
        address.open += 1
        try:
            line = _Line(receive, send, [_bucket(self._limits.messages), address.messages], network)
            await self._app(scope, line.receive, line.send)
        finally:
            address.open -= 1

    def _known(self, network: str) -> _Address:
        if len(self._addresses) >= 10_000:
            self._addresses = {
                name: one for name, one in self._addresses.items() if one.open or not _rests(one)
            }
        limits = self._limits
        fresh = _Address(_bucket(limits.messages_address), _bucket(limits.opened_address))
        return self._addresses.setdefault(network, fresh)

    def _too_many(self, address: _Address) -> str | None:
        if address.opened is None:
            return None
        if address.open >= MOST_OPEN:
            return f"{MOST_OPEN} are open from its address"
        return None if address.opened.take(time.monotonic()) else "its address opens too many"


@dataclass(slots=True)
class _Line:
    """One websocket, as the application sees it."""

    _receive: Receive
    _send: Send
    _buckets: list[Bucket | None]
    _network: str
    _warned: float = field(default=-WARN_AFTER)
    _closed: bool = False

    async def receive(self) -> Message:
        """The next message, once it is its turn; what is not ours ends the connection."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        problem = _wrong_message(message)
        if problem is not None:
            code, why = problem
            log.warning("Closed a websocket: %s", why, extra={"address": self._network})
            await self.send({"type": "websocket.close", "code": code})
            self._closed = True
            return {"type": "websocket.disconnect", "code": code}
        await self._wait_for_its_turn()
        return message

    async def send(self, message: Message) -> None:
        """To the client, unless it is closed."""
        if not self._closed:
            await self._send(message)

    async def _wait_for_its_turn(self) -> None:
        now = time.monotonic()
        seconds = max(
            (bucket.wait(now) for bucket in self._buckets if bucket is not None), default=0.0
        )
        if seconds <= 0:
            return
        if now - self._warned >= WARN_AFTER:
            self._warned = now
            log.warning(
                "Held back a websocket that sends too fast", extra={"address": self._network}
            )
        await asyncio.sleep(seconds)


def _wrong_handshake(scope: Scope) -> str | None:
    """Why no page of ours asks for this websocket, if so.

    Browsers always send an Origin with a handshake.
    """
    headers = Headers(scope=scope)
    environ = {
        "HTTP_HOST": headers.get("host"),
        "HTTP_X_FORWARDED_HOST": headers.get("x-forwarded-host"),
    }
    if not same_origin(headers.get("origin"), environ):
        return "not from a page of ours"
    query = scope.get("query_string", b"")
    if len(query) > LONGEST_QUERY:
        return "without a tab's token"
    tokens = parse_qs(query.decode("latin-1")).get("token", [])
    return None if len(tokens) == 1 and _is_uuid(tokens[0]) else "without a tab's token"


def _wrong_message(message: Message) -> tuple[int, str] | None:
    text = message.get("text")
    if text is None:
        return NOT_OURS, "it sent something binary"
    if len(text) > LONGEST_MESSAGE:
        return TOO_LONG, f"it sent {len(text)} characters at once"
    return None if SPOKEN.match(text) else (NOT_OURS, "it sent what no page sends")


def _is_uuid(token: str) -> bool:
    try:
        return str(UUID(token)) == token.lower()
    except ValueError:
        return False


def _bucket(rate: Rate | None) -> Bucket | None:
    return None if rate is None else Bucket(rate)


def _rests(address: _Address) -> bool:
    now = time.monotonic()
    return all(bucket is None or bucket.rests(now) for bucket in (address.messages, address.opened))


def same_origin(origin: str | None, environ: Mapping[str, Any]) -> bool:
    """Whether a websocket was asked for by a page of this very host; engine.io calls it for every
    handshake.

    Only host and port are compared: a proxy that ends TLS hides the scheme from us.
    """
    try:
        host = urlsplit(origin or "").netloc
    except ValueError:  # such as http://[::1
        return False
    return bool(host) and host in (environ.get("HTTP_HOST"), environ.get("HTTP_X_FORWARDED_HOST"))
