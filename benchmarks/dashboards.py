"""Many open dashboards in one light process: the load of `benchmarks.live` and `.cost`.

    python -m benchmarks.dashboards URL COOKIES.json [--bare]

Open one websocket for each cookie of the file. Unless `--bare`, open the dashboard in it as a
browser does. Each frame gets a time stamp of CLOCK_MONOTONIC, which all processes of a machine
share. Then obey standard input, one command per line, and answer with one line each. `listen`
forgets earlier frames. `report MARKER SECONDS` waits until every socket has a frame with MARKER, at
most so long, and prints the moments as JSON. The process ends with its standard input.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit
from uuid import uuid4

from tests.doors.wire import HYDRATE, place

PAGE = "/clippers/dashboard"
OPENING_AT_ONCE = 20
OPEN_SECONDS = 60
"""Seconds that one socket may take to open its page."""

IS_OPEN = b'"is_hydrated_rx_state_":true'
IS_CONNECTED = b"40/_event"
PING, PONG = b"2", b"3"


@dataclass(frozen=True, slots=True)
class Report:
    """Frames since `listen`.

    Moments in seconds of CLOCK_MONOTONIC; sockets without a frame are missing.
    """

    heard_at: list[float]
    sample: str
    """One frame with the marker, as received."""


class Socket(asyncio.Protocol):
    """A minimal websocket: reads whole text frames, sends small ones."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._buffer = b""
        self._accepted = False
        self.heard: list[tuple[float, bytes]] = []
        self._wanted: tuple[bytes, asyncio.Future[None]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        at = monotonic()
        self._buffer += data
        if not self._accepted:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._accepted, self._buffer = True, rest
        while (frame := self._next_frame()) is not None:
            if frame == PING:
                self.say(PONG)
                continue
            self.heard.append((at, frame))
            if self._wanted is not None and self._wanted[0] in frame and not self._wanted[1].done():
                self._wanted[1].set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._wanted is not None and not self._wanted[1].done():
            self._wanted[1].set_exception(exc or ConnectionError("the server closed a socket"))

    async def hears(self, marker: bytes) -> None:
        """Wait until a frame with `marker` has come."""
        if not any(marker in frame for _, frame in self.heard):
            self._wanted = (marker, asyncio.get_running_loop().create_future())
            await self._wanted[1]
            self._wanted = None

    def say(self, text: bytes) -> None:
        """Send a text frame.

        Clients must mask their frames; a mask of zeros changes nothing.
        """
        size = len(text)
        length = (
            bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
        )
        self._transport.write(b"\x81" + length + bytes(4) + text)

    def close(self) -> None:
        """Close the connection without a closing handshake."""
        self._transport.close()

    def _next_frame(self) -> bytes | None:
        """Return the payload of the next whole frame.

        Servers do not mask, and Swivi's sends each message in one frame.
        """
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[start : start + size]


class Crowd:
    """All the sockets."""

    def __init__(self, url: str, *, bare: bool) -> None:
        self._where = urlsplit(url)
        self._url = url
        self._bare = bare
        self._opening = asyncio.Semaphore(OPENING_AT_ONCE)
        self._sockets: list[Socket] = []

    async def open(self, cookies: list[str]) -> None:
        """Open one socket per cookie. Raise TimeoutError if one takes too long."""
        async with asyncio.TaskGroup() as group:
            for cookie in cookies:
                group.create_task(self._open_one(cookie))

    def listen(self) -> None:
        """Forget all frames so far."""
        for socket in self._sockets:
            socket.heard.clear()

    async def report(self, marker: bytes, seconds: float) -> Report:
        """Wait for a marker; see the module."""
        waiting = [asyncio.create_task(socket.hears(marker)) for socket in self._sockets]
        _, silent = await asyncio.wait(waiting, timeout=seconds)
        for task in silent:
            task.cancel()
        marked = [
            next(((at, frame) for at, frame in socket.heard if marker in frame), None)
            for socket in self._sockets
        ]
        found = [one for one in marked if one is not None]
        return Report(
            heard_at=[at for at, _ in found],
            sample=found[0][1].decode() if found else "",
        )

    def close(self) -> None:
        """Close all sockets."""
        for socket in self._sockets:
            socket.close()

    async def _open_one(self, cookie: str) -> None:
        async with self._opening, asyncio.timeout(OPEN_SECONDS):
            loop = asyncio.get_running_loop()
            request = self._handshake(cookie)
            _, socket = await loop.create_connection(
                lambda: Socket(request), self._where.hostname, self._where.port
            )
            self._sockets.append(socket)
            await socket.hears(b'0{"sid"')
            boot = "" if self._bare else json.dumps({"event": _opens_page()})
            socket.say(f"40/_event,{boot}".encode())
            await socket.hears(IS_CONNECTED if self._bare else IS_OPEN)

    def _handshake(self, cookie: str) -> bytes:
        lines = [
            f"GET /_event/?token={uuid4()}&EIO=4&transport=websocket HTTP/1.1",
            f"Host: {self._where.netloc}",
            f"Origin: {self._url}",
            f"Cookie: swivi_session={cookie}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: c3dpdmkgYmVuY2htYXJrIQ==",
        ]
        return "\r\n".join([*lines, "", ""]).encode()


def _opens_page() -> dict[str, object]:
    return {"name": HYDRATE, "payload": {}, "router_data": place(PAGE)}


async def serve(url: str, cookies: list[str], *, bare: bool) -> None:
    """Open the sockets, report that, and obey commands."""
    crowd = Crowd(url, bare=bare)
    await crowd.open(cookies)
    _say("open")
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    while line := (await lines.readline()).decode():
        command, *arguments = line.split()
        if command == "listen":
            crowd.listen()
            _say("listening")
        else:
            marker, seconds = arguments
            _say(json.dumps(asdict(await crowd.report(marker.encode(), float(seconds)))))
    crowd.close()


def _say(line: str) -> None:
    sys.stdout.write(line + os.linesep)
    sys.stdout.flush()


def allow_open_files() -> None:
    """Raise the limit of open files as far as allowed: each socket is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main() -> None:
    parser = argparse.ArgumentParser(description="Keep many dashboards open.")
    parser.add_argument("url")
    parser.add_argument("cookies", type=Path)
    parser.add_argument(
        "--bare", action="store_true", help="sockets alone, for a server that is not Swivi"
    )
    asked = parser.parse_args()
    allow_open_files()
    asyncio.run(serve(asked.url, json.loads(asked.cookies.read_text()), bare=asked.bare))


if __name__ == "__main__":
    main()
