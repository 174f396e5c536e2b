"""A client that floods the server is limited, and other clients do not notice it."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from swivi.core.rates import Bucket, Rate
from tests.doors.wire import FENCE, HandshakeRefused, Tab
from tests.servers import AppServer

EVENT = f'42/_event,["event",{{"name":"{FENCE}","payload":{{"value":true}}}}]'
MESSAGES, SOCKETS = 30, 25


@pytest.fixture(scope="module")
def server(
    front_end: None, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    """Serve with low limits, which a test reaches quickly."""
    home = tmp_path_factory.mktemp("floods")
    shutil.copy(migrated_sqlite, home / "swivi.db")
    limits = {
        "SWIVI_LIMIT_MESSAGES": f"{MESSAGES}/60s",
        "SWIVI_LIMIT_MESSAGES_ADDRESS": f"{10 * MESSAGES}/1s",
        "SWIVI_LIMIT_SOCKETS_ADDRESS": f"{SOCKETS}/1h",
        "SWIVI_TRUSTED_PROXY_HOPS": "1",
    }
    with AppServer(
        {"DATABASE_URL": f"sqlite:///{home}/swivi.db"} | limits, home / "log"
    ) as started:
        yield started


def memory(server: AppServer) -> int:
    """Return the memory of the server's processes in bytes."""
    found = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            told = dict(
                line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line
            )
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(told["NSpgid"].split()[0]) == server.group:
            found += int(told.get("VmRSS", "0 kB").split()[0]) * 1_024
    return found


async def test_a_flood_through_one_socket_is_held_back_and_nobody_else_waits(
    server: AppServer,
) -> None:
    before = memory(server)
    async with (
        Tab(server.url, behind="192.0.2.1") as flooder,
        Tab(server.url, behind="192.0.2.2") as neighbour,
    ):
        flood = asyncio.create_task(_flood(flooder))
        for address in ("/", "/login", "/signup"):
            await neighbour.visit(address)
        answered = len(flooder.heard)
        assert not flood.done(), "the flooder is stopped by TCP"
        flood.cancel()
    assert answered < 3 * MESSAGES
    assert memory(server) - before < 100_000_000
    assert "Held back a websocket that sends too fast" in server.log.read_text()


async def _flood(tab: Tab) -> None:
    while True:
        await tab.frame(EVENT.replace("true", "true ".ljust(10_000)))


async def test_an_address_opens_so_many_websockets_and_no_more(server: AppServer) -> None:
    tabs = [Tab(server.url, behind="2001:db8::1") for _ in range(SOCKETS)]
    for tab in tabs:
        await tab.connect()
    for other_address_of_the_same_line in ("2001:db8::1", "2001:db8::2:3:4"):
        with pytest.raises(HandshakeRefused, match="403"):
            await Tab(server.url, behind=other_address_of_the_same_line).connect()
    async with Tab(server.url, behind="192.0.2.3") as neighbour:
        await neighbour.visit("/")
    for tab in tabs:
        tab.leave()
    assert server.log.read_text().count("Refused a websocket: its address opens too many") == 2


def test_a_bucket_gives_all_at_once_and_then_one_per_share() -> None:
    bucket = Bucket(Rate(10, 10))
    assert [bucket.take(100.0) for _ in range(12)] == [True] * 10 + [False] * 2
    assert bucket.take(101.0)
    assert not bucket.take(101.0)
    assert bucket.wait(101.0) == pytest.approx(1.0)
    assert bucket.wait(101.0) == pytest.approx(2.0)
    assert not bucket.rests(110.0)
    assert bucket.rests(200.0)
    assert [bucket.take(200.0) for _ in range(11)] == [True] * 10 + [False]
