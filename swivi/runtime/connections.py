"""Limit what one client may hold of the server: time, memory and connections.

uvicorn limits none of these, so this module extends its two protocol classes. Written against
uvicorn 0.54.0; `tests/unit/test_connections.py` names each part of it that this file relies on.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, Literal

from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets import http11

from swivi.core.addresses import network_of
from swivi.middleware.client_address import ForwardedFor
from swivi.settings import Settings

log = logging.getLogger("swivi.connections")

HEAD_BYTES = 32_768
"""Most bytes of a request's head: many times what Swivi's pages and API clients send.

Also the most bytes between two pieces of a body, or after it.
"""

# The head of a handshake has passed the bound above when it comes to this library, whose own bound
# is 8 KB a line.
http11.MAX_LINE_LENGTH = HEAD_BYTES

Phase = tuple[int, Literal["head", "body"]]
"""What a connection waits for: a part of its n-th request."""

KEEP_ALIVE_SECONDS = 65
"""How long a connection may be idle between requests.

Proxies keep theirs for at most 60 seconds.
"""

MOST_PIPELINED = 16
"""Requests that wait for the answer before them.

Browsers and proxies send none; each takes about 3 KB.
"""

MOST_FRAGMENTS = 1_000
"""Frames of one websocket message.

Browsers send one; empty ones would take memory and no bandwidth.
"""

MOST_UNREAD_BYTES = 4_000_000
"""Bytes of unread messages of a websocket. A page's largest update is a quarter of that."""

UNREAD_SECONDS = 60.0
"""Seconds that a client may read nothing of an answer larger than the buffers, about 64 KB."""

WARN_AFTER = 10.0
"""Seconds between two log lines about refused connections."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How long clients may take, and how many connections they may hold.

    `is_proxy` says whether the peer at an address is a trusted proxy. Its connections belong to
    many clients, so only their total is limited; `swivi.middleware.request_limits` counts their
    requests.
    """

    most: int = 10_000
    most_per_address: int | None = 200
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    unread_seconds: float = UNREAD_SECONDS
    head_bytes: int = HEAD_BYTES
    is_proxy: Callable[[str], bool] = field(default=lambda _: False)

    @classmethod
    def of(cls, settings: Settings, most_files: int) -> "ConnectionLimits":
        """Return the limits of the settings, with as many connections as there may be open files at
        most.

        There is no bound per address where a proxy hides all addresses.
        """
        forwarded = ForwardedFor.of(settings)
        return cls(
            most=min(settings.max_connections, most_files),
            most_per_address=None
            if settings.takes_all_for_one_address
            else settings.max_connections_address,
            is_proxy=forwarded.trusts,
        )


class _Timer:
    """At most one delayed call in the running loop."""

    __slots__ = ("_handle",)

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None

    def start(self, seconds: float, call: Callable[..., None], *arguments: object) -> None:
        self.stop()
        self._handle = asyncio.get_running_loop().call_later(seconds, call, *arguments)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None


class OpenConnections:
    """Counts the HTTP connections of this process by address.

    Websockets have limits of their own.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._by_address: Counter[str] = Counter()
        self._warned = -WARN_AFTER

    def enter(self, peer: str, in_all: int) -> str | None:
        """Count a connection and return the name it is counted under; None if it is one too many.

        `in_all` is the number of connections, websockets and this one included.
        """
        address, bound = network_of(peer), self._limits.most_per_address
        if in_all > self._limits.most:
            self._warn("too many are open", address)
            return None
        if (
            bound is not None
            and self._by_address[address] >= bound
            and not self._limits.is_proxy(peer)
        ):
            self._warn("its address holds too many", address)
            return None
        self._by_address[address] += 1
        return address

    def leave(self, address: str) -> None:
        """Forget a connection that was counted."""
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def _warn(self, why: str, address: str) -> None:
        now = time.monotonic()
        if now - self._warned >= WARN_AFTER:
            self._warned = now
            log.warning("Refused a connection: %s", why, extra={"address": address})


class _RefusedRequest(Exception):
    """Stops the parser; the connection is closed already."""


class HttpConnection(HttpToolsProtocol):
    """An HTTP connection that closes on a slow, oversized or unread request."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: ConnectionLimits,
        open_connections: OpenConnections,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._open = open_connections
        self._counted_as: str | None = None
        self._requests = 0
        self._overhead = 0
        """Bytes of the present phase that are no body, since the last that were."""
        self._phase: Phase | None = (0, "head")
        self._watched: Phase | None = None
        self._held: tuple[RequestResponseCycle, ASGI3Application] | None = None
        self._deadline = _Timer()
        self._unread = _Timer()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and wait for the head of its first request."""
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        self._counted_as = self._open.enter(peer, len(self.connections))
        if self._counted_as is None:
            transport.abort()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give back what the connection held."""
        self._release()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, and move the deadline when a part of a request is complete."""
        before = self._phase
        self._overhead += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._counted_as is None:
            return
        if self._phase is None and self._is_idle():  # blank lines between requests are no request
            self._phase = (self._requests + 1, "head")
        if (
            self._phase is not None
            and self._phase == before
            and self._overhead > self._limits.head_bytes
        ):
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self._watch()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over: from here on the limits of websockets hold.

        A handshake that the library cannot parse (too many headers) would stay open without an
        answer.
        """
        self._release()
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        assert isinstance(protocol, WebSocketConnection), "as configured"
        if not protocol.handshake_initiated:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Called by the parser at the first byte of a request."""
        super().on_message_begin()
        self._requests += 1
        self._overhead = 0
        self._phase = (self._requests, "head")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser. Ignore what follows a body in chunks.

        uvicorn would add it to the headers, after those that a proxy in front has set or checked.
        """
        if self._phase is not None and self._phase[1] == "head":
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Called by the parser.

        Raise _RefusedRequest for a head that is too large or pipelined too deep.
        """
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > self._limits.head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise _RefusedRequest
        super().on_headers_complete()
        if len(self.pipeline) > MOST_PIPELINED:
            self.transport.abort()
            raise _RefusedRequest
        self._overhead = 0
        self._phase = (self._requests, "body")

    def on_message_complete(self) -> None:
        """Called by the parser after the last byte of a request."""
        super().on_message_complete()
        self._phase = None
        self._start_held()

    def on_body(self, body: bytes) -> None:
        """Called by the parser. A body too long to keep goes to the app while it arrives."""
        super().on_body(body)
        self._overhead = 0
        if self._held is not None and len(self._held[0].body) > HIGH_WATER_LIMIT:
            self._start_held()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Start the app once the body has arrived: a slow client then holds nothing but its
        connection.

        A client that waits for `100 Continue` would wait for ever: the app sends it when it asks
        for the body.
        """
        self._held = (cycle, app)
        if (
            not cycle.more_body
            or cycle.waiting_for_100_continue
            or len(cycle.body) > HIGH_WATER_LIMIT
        ):
            self._start_held()

    def _start_held(self) -> None:
        if self._held is not None:
            cycle, app = self._held
            self._held = None
            super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, unless the connection is closed already."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def pause_writing(self) -> None:
        """Called when the client does not read; it has some time to begin again."""
        super().pause_writing()
        self._unread.start(self._limits.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Called when the client has read most of what was sent."""
        super().resume_writing()
        self._unread.stop()

    def shutdown(self) -> None:
        """Close at once unless a request is being answered: what has not arrived whole is never
        answered.
        """
        if self._phase is not None:
            self.transport.abort()
        else:
            super().shutdown()

    def _is_idle(self) -> bool:
        """Return whether nothing is being answered and no other deadline runs."""
        cycle: RequestResponseCycle | None = self.cycle  # None before the first head
        answered = cycle is None or cycle.response_complete
        return answered and not self.pipeline and self.timeout_keep_alive_task is None

    def _watch(self) -> None:
        """Set the deadline of the present phase. A phase that goes on keeps its deadline."""
        if self._phase == self._watched:
            return
        self._watched = self._phase
        self._deadline.stop()
        if self._phase is not None:
            is_head = self._phase[1] == "head"
            seconds = self._limits.head_seconds if is_head else self._limits.body_seconds
            self._deadline.start(seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer with this status if nothing else is being answered, and close."""
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle  # None before the first head
        is_answering = cycle is not None and cycle.response_started and not cycle.response_complete
        if is_answering or self.pipeline or self.transport.get_write_buffer_size():
            self.transport.abort()
            return
        if cycle is not None:
            cycle.disconnected = True
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nconnection: close\r\ncontent-length: "
            "0\r\n\r\n"
        )
        self.transport.write(head.encode())
        self.transport.close()

    def _release(self) -> None:
        self._deadline.stop()
        self._unread.stop()
        if self._counted_as is not None:
            self._open.leave(self._counted_as)
            self._counted_as = None


class WebSocketConnection(WebSocketsSansIOProtocol):
    """A websocket that closes on a client that does not read, or sends countless fragments."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._unread = _Timer()

    def data_received(self, data: bytes) -> None:
        """Parse.

        Pings are answered without waiting for the client to read, so what is unread is bounded
        here.
        """
        super().data_received(data)
        if (
            len(self.frames) > MOST_FRAGMENTS
            or self.transport.get_write_buffer_size() > MOST_UNREAD_BYTES
        ):
            self.transport.abort()

    def pause_writing(self) -> None:
        """Called when the client does not read; it has some time to begin again."""
        super().pause_writing()
        self._unread.start(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Called when the client has read most of what was sent."""
        super().resume_writing()
        self._unread.stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give back what the connection held."""
        self._unread.stop()
        super().connection_lost(exc)


def http_connections(limits: ConnectionLimits) -> type[asyncio.Protocol]:
    """Return what uvicorn takes for its HTTP protocol class, with these limits."""
    made: Any = partial(HttpConnection, limits=limits, open_connections=OpenConnections(limits))
    protocol_class: type[asyncio.Protocol] = made
    return protocol_class
