"""The simulator of the Apify API on a loopback port, inside the test process: a plain pytest
plugin.

    async def test_something(simulator: RunningSimulator) -> None:
        simulator.script(ref, 100, 250)            # first run finds 100, later ones 250
        simulator.set(run_seconds=0.2, fail_starts=["drop"])
        async with ApifyReaders("any-token", simulator.url) as readers: ...
        assert simulator.runs_started["clockworks/tiktok-scraper"] == 1

Other processes use the same URL, and pull it at `{url}/control` (see `swivi.demo.simulator`).
"""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress

import httpx
import pytest

from swivi.demo.simulator.app import create_simulator, simulator_server
from swivi.demo.simulator.state import SimulatorState
from swivi.domain.platforms.models import Reading, VideoRef
from swivi.domain.platforms.readers.protocol import CollectedReadings, ViewReader
from tests.servers import free_port

HOST = "127.0.0.1"
START_SECONDS = 10


class RunningSimulator(SimulatorState):
    """The simulator's state, and where it can be reached."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def catch_up(self) -> None:
        """Return once everything was answered that was sent before, also by a process that did not
        live to hear it.
        """
        httpx.get(f"{self.url}/control/runs").raise_for_status()


async def read(reader: ViewReader, refs: Sequence[VideoRef]) -> CollectedReadings:
    """Start a run and collect it."""
    started = await reader.start(refs)
    return await reader.collect(started.run_id, refs)


async def read_one(reader: ViewReader, ref: VideoRef) -> Reading:
    """Start a run for one video and collect it."""
    [reading] = (await read(reader, [ref])).readings
    return reading


class _ServerThread(threading.Thread):
    """A server in a loop of its own, so that tests may block theirs without stopping the
    simulator.
    """

    def __init__(self, simulator: RunningSimulator, port: int) -> None:
        super().__init__(name="simulator", daemon=True)
        self._simulator, self._port = simulator, port
        self._loop = asyncio.new_event_loop()

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        app = create_simulator(self._simulator, control=True)
        self._server = simulator_server(app, self._port)
        await self._server.serve()

    def stop(self) -> None:
        self._server.should_exit = True
        self.join()


@pytest.fixture(scope="session")
def _simulator_server() -> Iterator[RunningSimulator]:
    port = free_port()
    simulator = RunningSimulator(f"http://{HOST}:{port}")
    thread = _ServerThread(simulator, port)
    with pytest.MonkeyPatch.context() as patch:
        # The client's transport would send even this through a proxy of the environment.
        patch.setenv(
            "NO_PROXY", ",".join(filter(None, [os.environ.get("NO_PROXY"), HOST, "localhost"]))
        )
        thread.start()
        _wait_until_listening(thread, port)
        yield simulator
        thread.stop()


@pytest.fixture
def simulator(_simulator_server: RunningSimulator) -> Iterator[RunningSimulator]:
    """A simulator that knows of no run and no setting."""
    _simulator_server.reset()
    yield _simulator_server
    _simulator_server.reset()


def _wait_until_listening(thread: threading.Thread, port: int) -> None:
    waited = threading.Event()
    for _ in range(START_SECONDS * 100):
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        assert thread.is_alive(), "the simulator did not start"
        waited.wait(0.01)
    raise TimeoutError("the simulator did not start")
