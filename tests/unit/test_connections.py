"""What one client may hold of the server, with bounds low enough to be reached at once, over real
connections.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from swivi.runtime import connections
from swivi.runtime.connections import ConnectionLimits, WebSocketConnection, http_connections
from tests.servers import free_port

HOST = "127.0.0.1"
SECONDS = 10
"""How long anything may take before a test fails."""

LIMITS: dict[str, Any] = {
    "head_seconds": 0.3,
    "body_seconds": 0.3,
    "unread_seconds": 0.3,
    "head_bytes": 2_000,
}
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"
HANDSHAKE = (
    b"GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
LARGE = b"x" * 50_000_000
"""More than all buffers between a server and a client that reads nothing."""

Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class App:
    """Answers with the size of the body, or more than fits into buffers; accepts websockets and
    listens.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.headers: list[tuple[bytes, bytes]] = []
        """Of the last request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                pass
            return
        self.asked += 1
        self.headers = scope["headers"]
        answer: Response = PlainTextResponse(LARGE)
        if scope["path"] != "/large":
            answer = PlainTextResponse(str(len(await Request(scope, receive).body())))
        await answer(scope, receive, send)


class Served:
    """A running server; `connect` opens a connection to it and sends what is given."""

    def __init__(self, app: App, server: uvicorn.Server, port: int) -> None:
        self.app, self.server, self._port = app, server, port

    async def connect(self, *sent: bytes, source: str = HOST) -> Opened:
        reader, writer = await asyncio.open_connection(HOST, self._port, local_addr=(source, 0))
        for data in sent:
            writer.write(data)
            await writer.drain()
        return reader, writer

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(SECONDS):
            while not holds():  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)


@asynccontextmanager
async def served(**limits: Any) -> AsyncIterator[Served]:
    app, port = App(), free_port()
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        http=http_connections(ConnectionLimits(**{**LIMITS, **limits})),
        ws=WebSocketConnection,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server._serve())  # without its signal handlers
    one = Served(app, server, port)
    await one.until(lambda: server.started)
    yield one
    server.should_exit = True
    await running


async def everything(reader: asyncio.StreamReader) -> bytes:
    """What arrives until the server closes the connection."""
    async with asyncio.timeout(SECONDS):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b"reset"


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        *((HttpToolsProtocol, name) for name in (
            "connection_made", "connection_lost", "data_received", "handle_websocket_upgrade",
            "on_message_begin",
            "on_header", "on_headers_complete", "on_message_complete", "on_body",
            "_start_asgi_task",
            "send_400_response", "pause_writing", "resume_writing", "shutdown",
            "_unset_keepalive_if_required",
        )),
        *((WebSocketsSansIOProtocol, name) for name in (
            "connection_lost", "data_received", "pause_writing", "resume_writing",
        )),
        *((uvicorn.Server, name) for name in ("startup", "shutdown", "handle_exit")),
    ],
)  # fmt: skip
def test_uvicorn_has_the_methods_that_are_extended(kind: type, method: str) -> None:
    assert inspect.isfunction(vars(kind).get(method)), (
        f"read swivi/runtime/connections.py and server.py again: {method}"
    )


def test_uvicorn_has_the_attributes_that_are_read() -> None:
    names = (
        "cycle",
        "pipeline",
        "timeout_keep_alive_task",
        "connections",
        "transport",
        "url",
        "headers",
        "client",
    )
    source = inspect.getsource(HttpToolsProtocol)
    assert [name for name in names if f"self.{name}" not in source] == []
    source = inspect.getsource(RequestResponseCycle.__init__)
    names = (
        "response_started",
        "response_complete",
        "disconnected",
        "more_body",
        "body",
        "waiting_for_100_continue",
    )
    assert [name for name in names if f"self.{name}" not in source] == []
    assert "self.frames" in inspect.getsource(WebSocketsSansIOProtocol.__init__)


SLOW: dict[str, tuple[bytes, ...]] = {
    "silent": (),
    "blank lines": (b"\r\n",),
    "half a head": (b"GET / HTTP/1.1\r\nHost: loc",),
    "half a body": (POST, b"1234"),
    "silent in a second body": (GET, POST),
    "half a second head": (GET, b"GET /"),
    "blank lines after an answer": (GET, b"\r\n"),
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
async def test_a_connection_that_sends_too_slowly_is_answered_408_and_closed(
    sent: tuple[bytes, ...],
) -> None:
    async with served() as one:
        reader, writer = await one.connect()
        for data in sent:
            writer.write(data)
            if data == GET:
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
                assert await reader.readexactly(1) == b"0"
        assert (await everything(reader)).startswith(b"HTTP/1.1 408")
        await one.until(lambda: not one.server.server_state.connections)


async def test_a_head_that_trickles_in_does_not_get_more_time() -> None:
    async with served() as one:
        reader, writer = await one.connect(b"GET / HTTP/1.1\r\n")
        closed = asyncio.create_task(everything(reader))
        while not closed.done():
            writer.write(b"a: b\r\n")
            await asyncio.sleep(0.02)
        assert one.app.asked == 0


async def test_the_app_hears_of_a_request_once_its_body_is_there() -> None:
    async with served(body_seconds=SECONDS) as one:
        reader, writer = await one.connect(POST, b"1234")
        await one.until(lambda: bool(one.server.server_state.connections))
        other, _ = await one.connect(GET)
        assert (await other.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert one.app.asked == 1
        writer.write(b"567890")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert (await reader.readexactly(2), one.app.asked) == (b"10", 2)


async def test_a_body_too_long_to_keep_and_one_that_waits_for_leave_reach_the_app() -> None:
    async with served(body_seconds=SECONDS) as one:
        long = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n"
        await one.connect(long, b"x" * 100_000)
        await one.until(lambda: one.app.asked == 1)
        reader, writer = await one.connect(
            POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")
        )
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"1234567890")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")


async def test_a_head_that_is_too_large_is_answered_431() -> None:
    async with served() as one:
        reader, _ = await one.connect(
            GET.replace(b"\r\n\r\n", b"\r\nX: " + b"a" * 3_000 + b"\r\n\r\n")
        )
        assert (await everything(reader)).startswith(b"HTTP/1.1 431")
        assert one.app.asked == 0


async def test_a_head_without_end_is_cut_off_long_before_its_time_is_over() -> None:
    async with served(head_seconds=600) as one:
        reader, writer = await one.connect(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        closed = asyncio.create_task(everything(reader))
        while not closed.done():
            writer.write(b"a" * 500)
            await asyncio.sleep(0.01)
        assert one.app.asked == 0


CHUNKED = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: "
    b"192.0.2.1\r\nTransfer-Encoding: "
    b"chunked\r\n\r\n2\r\n{}\r\n"
)


async def test_what_follows_a_body_is_no_header() -> None:
    async with served() as one:
        trailers = b"X-Forwarded-For: 6.6.6.6\r\nHost: evil.test\r\nCookie: a=b\r\n\r\n"
        reader, writer = await one.connect(CHUNKED + b"0\r\n" + trailers)
        async with asyncio.timeout(SECONDS):
            assert b"200 OK" in await reader.readline()
        names = [name for name, _ in one.app.headers]
        assert names == [b"host", b"x-forwarded-for", b"transfer-encoding"]
        assert (b"x-forwarded-for", b"192.0.2.1") in one.app.headers
        writer.write(GET)  # the next request on the same connection has headers again
        await one.until(lambda: one.app.headers == [(b"host", b"localhost")])


@pytest.mark.parametrize(
    "start", [b"0\r\n", b"0\r\nX: ", b"2;"], ids=["trailers", "a trailer", "a chunk's extension"]
)
async def test_what_is_no_body_is_cut_off_long_before_its_time_is_over(start: bytes) -> None:
    async with served(body_seconds=600) as one:
        reader, writer = await one.connect(CHUNKED + start)
        closed = asyncio.create_task(everything(reader))
        while not closed.done():
            writer.write(b"a: b\r\n" * 100 if start == b"0\r\n" else b"a" * 500)
            await asyncio.sleep(0.01)
        assert one.app.asked == 0


async def test_a_body_in_small_pieces_arrives_whole() -> None:
    async with served() as one:
        reader, _ = await one.connect(CHUNKED, *[b"1\r\nx\r\n" * 1_000] * 5, b"0\r\n\r\n")
        async with asyncio.timeout(SECONDS):
            assert (await reader.readuntil(b"5002")).startswith(b"HTTP/1.1 200")


async def test_a_client_that_does_not_read_its_answer_is_cut_off() -> None:
    async with served() as one:
        _, writer = await one.connect(GET.replace(b" / ", b" /large "))
        await one.until(lambda: one.app.asked == 1)
        await one.until(lambda: not one.server.server_state.connections)
        writer.close()


async def test_requests_pipelined_by_the_thousand_are_cut_off() -> None:
    async with served() as one:
        reader, _ = await one.connect(GET * 1_000)
        answered = await everything(reader)
        assert answered.count(b"HTTP/1.1 200") <= connections.MOST_PIPELINED
        assert one.app.asked <= connections.MOST_PIPELINED + 1


async def test_an_address_holds_so_many_connections_and_others_are_not_in_its_way() -> None:
    async with served(most_per_address=3, head_seconds=SECONDS) as one:
        held = [await one.connect(source="127.0.0.2") for _ in range(3)]
        await one.until(lambda: len(one.server.server_state.connections) == 3)
        refused, _ = await one.connect(GET, source="127.0.0.2")
        assert await everything(refused) in (b"", b"reset")
        neighbour, _ = await one.connect(GET, source="127.0.0.3")
        assert (await neighbour.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        held[0][1].close()
        await one.until(lambda: len(one.server.server_state.connections) == 3)
        again, _ = await one.connect(GET, source="127.0.0.2")
        assert (await again.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")


async def test_of_a_proxy_and_of_websockets_only_the_total_is_bounded() -> None:
    async with served(most=6, most_per_address=2, is_proxy=lambda peer: peer == "127.0.0.9") as one:
        sockets = [await one.connect(HANDSHAKE, source="127.0.0.2") for _ in range(3)]
        for reader, _ in sockets:
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        through = [await one.connect(GET, source="127.0.0.9") for _ in range(3)]
        for reader, _ in through:
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        one_too_many, _ = await one.connect(GET, source="127.0.0.4")
        assert await everything(one_too_many) in (b"", b"reset")


async def flood(writer: asyncio.StreamWriter, data: bytes) -> None:
    while True:
        writer.write(data)
        await writer.drain()


FRAMES = {
    "pings whose answers are not read": b"\x89\xfd\0\0\0\0" + b"p" * 125,
    "pieces of a message without end": b"\x00\x80\0\0\0\0",
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
async def test_a_websocket_that_is_flooded_past_the_app_is_cut_off(frame: bytes) -> None:
    async with served() as one:
        reader, writer = await one.connect(HANDSHAKE)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        first = b"\x01\x80\0\0\0\0" if frame.startswith(b"\x00") else b""
        flooding: Awaitable[None] = flood(writer, frame * 1_000)
        writer.write(first)
        with pytest.raises(ConnectionError):
            async with asyncio.timeout(SECONDS * 3):
                await flooding
        await one.until(lambda: not one.server.server_state.connections)


async def test_a_handshake_that_cannot_be_read_is_answered_and_closed() -> None:
    async with served(head_bytes=30_000) as one:
        headers = b"".join(b"X-%d: 1\r\n" % number for number in range(300))
        reader, _ = await one.connect(HANDSHAKE.replace(b"\r\n\r\n", b"\r\n" + headers + b"\r\n"))
        assert (await everything(reader)).startswith(b"HTTP/1.1 431")
        long, _ = await one.connect(HANDSHAKE.replace(b"/socket", b"/socket?" + b"x" * 20_000))
        assert (await long.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")


async def test_a_stop_waits_for_no_request_that_has_not_arrived_whole(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with served(head_seconds=600, body_seconds=600) as one:
        held = [await one.connect(*sent) for sent in ((), (b"GET /",), (POST, b"1"), (HANDSHAKE,))]
        await one.until(lambda: len(one.server.server_state.connections) == 4)
        await held[3][0].readuntil(b"\r\n\r\n")
    for reader, _ in held:
        assert b"HTTP/1.1 200" not in await everything(reader)
    assert "exceeded" not in caplog.text
