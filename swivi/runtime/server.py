"""The server: uvicorn in this process, on one port, with a bounded stop.

Work under way may finish within half of the stop time, then it is cancelled. At the end of the stop
time the process ends in any case, and the database rolls back what was not committed.
"""

import logging
import os
import queue
import resource
import signal
import socket
import sys
import threading
import time
from types import FrameType

import uvicorn

from swivi.middleware.websockets import LONGEST_MESSAGE
from swivi.runtime.connections import (
    KEEP_ALIVE_SECONDS,
    ConnectionLimits,
    WebSocketConnection,
    http_connections,
)
from swivi.settings import Settings

log = logging.getLogger("swivi.server")

APP = "swivi.swivi:app"
BACKLOG = 4_096
"""Connections that the kernel keeps until they are accepted. Linux's default bound is as high."""

LONGEST_CHARACTER = 4
"""Bytes, in UTF-8."""

FILES_KEPT_FREE = 256
"""File descriptors for the database, files and outgoing requests, which connections must not take.
"""


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket that has the address and does not listen yet.

    Raise OSError if somebody else has it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, answers wait 40
    # ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def serve(bound: socket.socket, settings: Settings) -> None:
    """Serve Swivi until SIGTERM or SIGINT.

    Ends the process: with status 0, or 3 if it could not start.
    """
    Server(config_of(settings, open_files()), settings.stop_seconds).run(sockets=[bound])
    # Threads of the Apify client's native half may still be about to call back into Python, and
    # would abort a process that takes itself down piece by piece: see `swivi.__main__`.
    _leave()


def open_files() -> int:
    """Raise the number of files that this process may have open as far as is allowed, and return
    it.
    """
    _, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
    return highest


def config_of(settings: Settings, files: int) -> uvicorn.Config:
    """Return uvicorn's configuration for a process that may have so many files open.

    No proxy headers: `swivi.middleware.client_address` counts the proxies. No compression of
    websockets: it takes 200 KB for each. No pings of the protocol: Engine.IO sends its own, and
    clients may ignore others.
    """
    limits = ConnectionLimits.of(settings, most_files=max(files - FILES_KEPT_FREE, 1))
    return uvicorn.Config(
        APP,
        factory=True,
        interface="asgi3",
        lifespan="on",
        loop="asyncio",
        http=http_connections(limits),
        ws=WebSocketConnection,
        ws_max_size=LONGEST_CHARACTER * LONGEST_MESSAGE,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, int(settings.stop_seconds / 2)),
        workers=1,
    )


class Server(uvicorn.Server):
    """uvicorn's server. It ends with status 0 when stopped, within `stop_seconds` in any case."""

    def __init__(self, config: uvicorn.Config, stop_seconds: float) -> None:
        super().__init__(config)
        self._stop_seconds = stop_seconds
        # A queue of this kind may be written to from a signal handler.
        self._asked_to_stop: queue.SimpleQueue[None] = queue.SimpleQueue()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, then listen."""
        threading.Thread(target=self._end_in_time, name="stop", daemon=True).start()
        await super().startup(sockets)
        if self.started:
            log.info("Listening on %s", ", ".join(_address_of(each) for each in sockets or ()))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close connections, then the app."""
        log.info("Stopping, within %g seconds", self._stop_seconds)
        await super().shutdown(sockets)
        log.info("Stopped")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at the next tick.

        uvicorn would end by the signal afterwards, but a requested stop is a success.
        """
        self._asked_to_stop.put(None)
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True

    def _end_in_time(self) -> None:
        """End the process. A thread of its own runs this, because the event loop may be blocked."""
        self._asked_to_stop.get()
        time.sleep(self._stop_seconds)
        log.error(
            "Not everything has ended within %g seconds. The process ends now", self._stop_seconds
        )
        _leave()


def _address_of(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _leave() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
