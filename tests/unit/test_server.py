"""How the server is set up, and the address that it takes."""

import socket

import pytest

from swivi.runtime.server import FILES_KEPT_FREE, Server, bound_socket, config_of
from swivi.settings import Settings
from tests.servers import free_port


def test_a_taken_address_is_refused_before_anything_is_served() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for host in ("127.0.0.1", "0.0.0.0"):
            with pytest.raises(OSError, match="in use"):
                bound_socket(host, port)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::"])
def test_answers_are_not_held_back_to_be_sent_in_one_packet(host: str) -> None:
    with bound_socket(host, free_port()) as bound:
        assert bound.proto == socket.IPPROTO_TCP, "asyncio sets TCP_NODELAY for this protocol only"


def test_connections_leave_files_for_everything_else() -> None:
    def most(files: int) -> int:
        made = config_of(Settings.model_validate({"max_connections": 5_000}), files)
        return int(made.http.keywords["limits"].most)  # type: ignore[union-attr]

    assert (most(1_024), most(100_000)) == (1_024 - FILES_KEPT_FREE, 5_000)


def test_a_proxys_headers_and_pings_are_not_uvicorns_business() -> None:
    made = config_of(Settings(), 10_000)
    assert (made.proxy_headers, made.server_header, made.access_log) == (False, False, False)
    assert (made.ws_per_message_deflate, made.ws_ping_interval, made.workers) == (False, None, 1)
    assert made.timeout_graceful_shutdown == Settings().stop_seconds / 2
    assert Server(made, 20.0).should_exit is False
