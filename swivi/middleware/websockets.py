"""Guard the pages' websocket: who may open one, which messages pass, and how many.

Engine.IO and Socket.IO trust their clients with more than Swivi's pages need: binary packets, other
namespaces, `connect` events with a handshake of the client's making. Only the few messages that the
pages send pass this middleware. Messages that arrive faster than a person can act are not read, so
TCP holds the sender back and memory stays bounded.
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
"""Characters. The longest message of a page, a form with a campaign's texts, has under 50,000."""

LONGEST_QUERY = 512
"""Bytes of the handshake's query, which stays in memory: the tab's token and Engine.IO's fields."""

MOST_OPEN = 1_000
"""Most websockets open from one address at the same time."""

SPOKEN = re.compile(r'3$|1$|4[01]/_event,|42/_event,\["(?:event|ping|client_error)"[],]')
"""How a page's messages start: pong, close, entering or leaving the namespace, and three events."""

WRONG_PLACE, TOO_LONG, NOT_OURS = 1008, 1009, 1003
"""Close codes: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1"""

WARN_AFTER = 10.0
"""Seconds between two warnings about one websocket that sends too fast."""


@dataclass(frozen=True, slots=True)
class WebSocketLimits:
    """The rates of messages per websocket and per address, and of new websockets per address."""

    messages: Rate | None
    messages_address: Rate | None
    opened_address: Rate | None

    @classmethod
    def of(cls, settings: Settings) -> "WebSocketLimits":
        """Return the settings' limits, without those per address if a proxy hides addresses."""
        per_address = not settings.takes_all_for_one_address
        return cls(
            settings.limit_messages,
            settings.limit_messages_address if per_address else None,
            settings.limit_sockets_address if per_address else None,
        )


@dataclass(slots=True)
class _Address:
    """What one address does in this process."""

    messages: Bucket | None
    opened: Bucket | None
    open: int = 0


class WebSockets:
    """Refuse websockets and messages that no page of Swivi opens or sends. HTTP requests pass."""

    def __init__(self, app: ASGIApp, limits: WebSocketLimits) -> None:
        self._app = app
        self._limits = limits
        self._addresses: dict[str, _Address] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        network = network_of(scope["client"][0] if scope.get("client") else "")
        address = self._address(network)
        refusal = _wrong_handshake(scope) or self._too_many(address)
        if refusal:
            log.warning("Refused a websocket: %s", refusal, extra={"address": network})
            await receive()
            await send({"type": "websocket.close", "code": WRONG_PLACE})
            return
        address.open += 1
        try:
            guarded = _GuardedSocket(
                receive, send, [_bucket(self._limits.messages), address.messages], network
            )
            await self._app(scope, guarded.receive, guarded.send)
        finally:
            address.open -= 1

    def _address(self, network: str) -> _Address:
        if len(self._addresses) >= 10_000:
            self._addresses = {
                name: one for name, one in self._addresses.items() if one.open or not _is_idle(one)
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
class _GuardedSocket:
    """One websocket, as the application sees it."""

    _receive: Receive
    _send: Send
    _buckets: list[Bucket | None]
    _network: str
    _warned: float = field(default=-WARN_AFTER)
    _closed: bool = False

    async def receive(self) -> Message:
        """Return the next message, delayed while the sender is over its rate.

        A message that no page sends closes the websocket.
        """
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
        await self._wait_for_rate()
        return message

    async def send(self, message: Message) -> None:
        """Send to the client, unless the websocket is closed."""
        if not self._closed:
            await self._send(message)

    async def _wait_for_rate(self) -> None:
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
    """Return why no page of Swivi opened this websocket, or None.

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


def _is_idle(address: _Address) -> bool:
    now = time.monotonic()
    return all(bucket is None or bucket.rests(now) for bucket in (address.messages, address.opened))


def same_origin(origin: str | None, environ: Mapping[str, Any]) -> bool:
    """Return whether a page of this very host opened the websocket. Engine.IO calls it too.

    Only host and port are compared, because a proxy that ends TLS hides the scheme.
    """
    try:
        host = urlsplit(origin or "").netloc
    except ValueError:  # such as http://[::1
        return False
    return bool(host) and host in (environ.get("HTTP_HOST"), environ.get("HTTP_X_FORWARDED_HOST"))
