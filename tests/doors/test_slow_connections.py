"""Thousands of idle or half-finished connections delay neither other clients nor a stop."""

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import AppServer

CONNECTIONS = 1_500
PER_ADDRESS = 150
DEFAULT_PER_ADDRESS = 200
TRIES = 3
"""Attempts, of which one must be quick: the machine may be busy for a moment."""

KINDS = {
    "silent": b"",
    "half a head": b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "half a body": (
        b"POST /api/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 900\r\n\r\n{"
    ),
}


@pytest.fixture
def many_files() -> Iterator[None]:
    """Raise this process's limit of open files to its maximum."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * CONNECTIONS * len(KINDS):
        pytest.fail(f"this test needs more open files than the {hard} that are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def server(front_end: None, tmp_path: Path) -> Iterator[AppServer]:
    database = f"sqlite:///{tmp_path}/swivi.db"
    with AppServer(
        {"DATABASE_URL": database, "SWIVI_STOP_SECONDS": "10"}, tmp_path / "log"
    ) as started:
        yield started


def hold(server: AppServer, network: int, sent: bytes) -> list[socket.socket]:
    """Open connections from several addresses, and send the given bytes on each."""
    held = []
    for number in range(CONNECTIONS):
        source = (f"127.0.{network}.{1 + number // PER_ADDRESS}", 0)
        held.append(
            socket.create_connection(("127.0.0.1", server.port), timeout=20, source_address=source)
        )
        held[-1].sendall(sent)
    return held


def is_open(connection: socket.socket) -> bool:
    """Return whether the server has neither answered nor closed."""
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    return False


def seconds_of_health(server: AppServer) -> float:
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(
            b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        assert connection.recv(1_000).startswith(b"HTTP/1.1 200")
    return time.perf_counter() - began


def test_slow_connections_delay_neither_health_nor_a_stop(
    server: AppServer, many_files: None
) -> None:
    everything: list[socket.socket] = []
    for number, (kind, sent) in enumerate(KINDS.items(), 10):
        held = hold(server, number, sent)
        everything += held
        quickest = min(seconds_of_health(server) for _ in range(TRIES))
        assert sum(map(is_open, held)) == CONNECTIONS, kind
        assert quickest < 1, kind
    assert server.stop() == 0
    assert "The process ends now" not in server.log.read_text()
    for connection in everything:
        connection.close()


def test_an_address_that_holds_all_it_may_keeps_nobody_else_out(server: AppServer) -> None:
    with ExitStack() as held:
        for _ in range(DEFAULT_PER_ADDRESS):
            held.enter_context(
                socket.create_connection(
                    ("127.0.0.1", server.port), source_address=("127.0.2.1", 0), timeout=20
                )
            )
        with socket.create_connection(
            ("127.0.0.1", server.port), source_address=("127.0.2.1", 0), timeout=20
        ) as one_too_many:
            assert one_too_many.recv(1) == b""
        assert seconds_of_health(server) < 20
    assert "Refused a connection: its address holds too many" in server.log.read_text()
