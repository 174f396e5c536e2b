"""From a settlement's commit to the frame at each open dashboard, against a raw emit.

The server is started as `make serve` starts it, and the dashboards live in a process of their own
(`benchmarks.dashboards`). Each round the server itself reads and settles one campaign in which
every clipper has clips, so one commit concerns all dashboards. An outside process polls for the
commit every few milliseconds. Time starts at the last poll that did not see it, so Swivi never
looks faster than it is. The floor's rounds alternate with these: a bare Socket.IO server sends one
of those frames to as many sockets (`benchmarks.emitter`).
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
from sqlalchemy import text

from benchmarks.crowd import BASELINE, approved_clips, signed_in
from benchmarks.dashboards import allow_open_files
from benchmarks.reading import simulator
from benchmarks.served import AS_SWIVI
from swivi.core.db import Database
from swivi.runtime.database import migrations
from tests.factories import instagram, tiktok, youtube
from tests.servers import NEVER, ROOT, AppServer, end, free_port, listens, wait_until

CLIPS_PER_DASHBOARD = 3
ROUNDS = 5
"""Rounds of each side, in turns after one warm-up, so that other load affects both."""
GROWTH = 400
"""Views that each clip gains from round to round: a dollar, so that budgets last."""
LOOK_SECONDS = 0.002
"""Seconds between two polls for the commit."""
PATIENCE_SECONDS = 60
"""Seconds that anything but a run may take."""
RUN_SECONDS = 900
MARKER = '"available_rx_state_"'
CRON_SECRET = "benchmark-with-a-secret-of-32-characters"


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds from the start to a socket's frame."""

    p50: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One number of dashboards on one database; medians over rounds."""

    database: str
    dashboards: int
    swivi: Spread
    raw: Spread
    frame_bytes: int

    @property
    def ratio(self) -> float:
        """Return Swivi's p99 as a multiple of the raw emit's."""
        return self.swivi.p99 / self.raw.p99

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the results file."""
        return asdict(self) | {"benchmark": "live", "ratio": self.ratio}


async def measure(url: str, folder: Path, *, dashboards: int) -> Figures:
    """Measure both sides. Servers write into `folder`."""
    allow_open_files()
    rounds, raw = [], []
    async with (
        crowded_server(url, folder, dashboards) as server,
        looking(server, folder) as world,
        bare_sockets(folder, dashboards) as emitter,
    ):
        for number in range(ROUNDS + 1):
            rounds.append(await world.round(number + 1))
            raw.append(await emitter.round(rounds[-1].sample))
    del rounds[0], raw[0]
    return Figures(
        "SQLite" if url.startswith("sqlite") else "PostgreSQL",
        dashboards,
        _middle(one.spread for one in rounds),
        _middle(raw),
        len(rounds[-1].sample),
    )


@dataclass(frozen=True, slots=True)
class Round:
    """The result of one settlement."""

    spread: Spread
    sample: str


class Load:
    """The process with the sockets."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @staticmethod
    @asynccontextmanager
    async def opened(
        url: str, cookies: list[str], folder: Path, *, bare: bool = False
    ) -> "AsyncIterator[Load]":
        """Open all sockets, and close them at the end of the block."""
        file = folder / "cookies.json"
        file.write_text(json.dumps(cookies))
        command = [
            sys.executable,
            "-m",
            "benchmarks.dashboards",
            url,
            str(file),
            *(["--bare"] if bare else []),
        ]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=2**26
        )
        load = Load(process)
        try:
            assert await load._answer() == "open"
            yield load
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()

    async def listen(self) -> None:
        """Record frames from now on."""
        await self._say("listen")
        assert await self._answer() == "listening"

    async def report(self, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Return the moments when all sockets have the frame; see `benchmarks.dashboards`."""
        await self._say(f"report {MARKER} {seconds}")
        told: dict[str, Any] = json.loads(await self._answer())
        return told

    async def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def _answer(self) -> str:
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().strip()


class World:
    """A serving Swivi, its database, its simulator, and the open dashboards, if any."""

    def __init__(
        self, server: AppServer, database: Database, scraper: str, cookies: list[str], clips: int
    ) -> None:
        self.server = server
        self.cookies = cookies
        self.load: Load | None = None
        self._database = database
        self._scraper = scraper
        self._clips = clips

    async def round(self, number: int) -> Round:
        """Let every clip gain views, run, and wait until every dashboard has its frame."""
        assert self.load is not None
        await self.load.listen()
        run = asyncio.create_task(self.grow_and_track(number))
        committed = await self._commit()
        told = await self.load.report()
        await run
        assert len(told["heard_at"]) == len(self.cookies), (
            f"only {len(told['heard_at'])} heard of it"
        )
        return Round(_spread(committed, told["heard_at"]), told["sample"])

    async def grow_and_track(self, number: int) -> None:
        """Let every clip gain views `number` times, and run."""
        refs = [(tiktok, youtube, instagram)[clip % 3](clip) for clip in range(1, self._clips + 1)]
        videos = {
            f"{ref.platform}/{ref.external_id}": {"views": [BASELINE + number * GROWTH]}
            for ref in refs
        }
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
            (await http.put(f"{self._scraper}/control", json={"videos": videos})).raise_for_status()
        await self.track()

    async def track(self) -> None:
        """Run over all clips."""
        async with httpx.AsyncClient(timeout=RUN_SECONDS, base_url=self.server.url) as http:
            answer = await http.post(
                "/api/cron/view-tracking", headers={"Authorization": f"Bearer {CRON_SECRET}"}
            )
            assert answer.is_success, answer.text
            assert (answer.json()["processed"], answer.json()["failed"]) == (self._clips, 0)

    async def _commit(self) -> float:
        """Return the last moment at which the settlement's commit was not visible."""
        statement = text("SELECT spent FROM campaigns WHERE id = 1")
        async with self._database.engine.connect() as connection:
            before, spent = monotonic(), (await connection.execute(statement)).scalar_one()
            await connection.rollback()
            while True:
                looked = monotonic()
                found = (await connection.execute(statement)).scalar_one()
                await connection.rollback()
                if found != spent:
                    return before
                before = looked
                await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def crowded_server(
    url: str,
    folder: Path,
    clippers: int,
    *,
    per_clipper: int = CLIPS_PER_DASHBOARD,
    campaigns: int = 1,
) -> AsyncIterator[World]:
    """Serve for so many signed-in clippers, each with clips that were never tracked."""
    database = Database(url)
    await migrations.upgrade(database)
    clips = clippers * per_clipper
    await approved_clips(database, clips, campaigns, per_clipper=per_clipper)
    cookies = await signed_in(database, clippers)
    async with database.engine.connect() as connection:
        await connection.execute(text("ANALYZE"))
        await connection.commit()
    async with simulator(run_seconds=0, link_seconds=0) as scraper:
        environment = {
            "DATABASE_URL": url,
            "APIFY_API_KEY": "token",
            "APIFY_API_URL": scraper,
            "CRON_SECRET": CRON_SECRET,
            "SWIVI_TRACKING_CRON": NEVER,
            "SWIVI_TRACKING_MAX_CLIPS": "1000000",
            "SWIVI_TRACKING_BATCH_SIZE": "500",
            "SWIVI_TRACKING_BATCH_PAUSE_SECONDS": "0",
        }
        with AppServer(environment, folder / "server.log") as server:
            yield World(server, database, scraper, cookies, clips)
    await database.dispose()


@asynccontextmanager
async def looking(world: World, folder: Path) -> AsyncIterator[World]:
    """Open every clipper's dashboard for the duration of the block."""
    async with Load.opened(world.server.url, world.cookies, folder) as load:
        world.load = load
        yield world
        world.load = None


class Emitter:
    """The floor: a bare Socket.IO server, and sockets."""

    def __init__(self, url: str, load: Load) -> None:
        self._url = url
        self._load = load

    async def round(self, frame: str) -> Spread:
        """Send one frame to each socket."""
        _, update = json.loads(frame.removeprefix("42/_event,"))
        await self._load.listen()
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
            began = (await http.post(f"{self._url}/emit", json=update)).raise_for_status().json()
        return _spread(began, (await self._load.report())["heard_at"])


@asynccontextmanager
async def bare_sockets(folder: Path, sockets: int) -> AsyncIterator[Emitter]:
    """Serve `benchmarks.emitter` as Swivi is served, with so many open sockets."""
    with _bare_server(folder / "emitter.log") as url:
        async with Load.opened(url, ["-"] * sockets, folder, bare=True) as load:
            yield Emitter(url, load)


@contextmanager
def _bare_server(log: Path) -> Iterator[str]:
    port = free_port()
    serve = [sys.executable, "-m", "uvicorn", *AS_SWIVI, "--factory"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*serve, "benchmarks.emitter:app", "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until(lambda: listens(port), server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(server, signal.SIGTERM)


def _spread(began: float, heard_at: list[float]) -> Spread:
    waited = sorted((at - began) * 1_000 for at in heard_at)
    return Spread(waited[len(waited) // 2], waited[int(len(waited) * 0.99)], waited[-1])


def _middle(spreads: Any) -> Spread:
    """Return each number's median over the rounds."""
    columns = zip(*((one.p50, one.p99, one.longest) for one in spreads), strict=True)
    return Spread(*(sorted(column)[len(column) // 2] for column in columns))
