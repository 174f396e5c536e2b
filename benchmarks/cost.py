"""Memory and processor time of an idle app, of open dashboards, and of a large tracking run.

The figures are of all processes of a server. Memory is the proportional share (PSS), so shared
memory counts once. Processor time is user and system time. The peer is a blank app of the same
framework, served in the same way.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.live import World, crowded_server, looking
from benchmarks.pages import blank_app
from tests.servers import AppServer

SETTLING_SECONDS = 15
WINDOW_SECONDS = 30
DASHBOARDS = 1_000
CLIPS = 100_000
CLIPS_PER_CLIPPER = 20
CAMPAIGNS = 10
TICKS = 100
"""Ticks of /proc per second."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One measurement.

    Memory in MB; processor time in seconds, over `seconds` of wall time.
    """

    what: str
    memory: float
    processor: float
    seconds: float
    of: int = 1
    """The number of dashboards or clips."""

    @property
    def percent(self) -> float:
        """Return the percentage of one processor."""
        return 100 * self.processor / self.seconds

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the results file."""
        return asdict(self) | {"benchmark": "cost", "percent": self.percent}


async def measure(folder: Path) -> list[Figures]:
    """Measure idle apps, dashboards, what they add to a settlement, and a run of many clips."""
    figures = []
    with blank_app(folder / "blank") as url:
        figures.append(await _idle("blank app, idle", _listening(url)))
    (folder / "dashboards").mkdir()
    figures += await _with_dashboards(folder / "dashboards")
    (folder / "run").mkdir()
    figures.append(await run_of_many_clips(folder / "run"))
    return figures


async def _with_dashboards(folder: Path) -> list[Figures]:
    async with crowded_server(f"sqlite:///{folder}/swivi.db", folder, DASHBOARDS) as world:
        idle = await _idle("Swivi, idle", _processes(world.server))
        without = await _round(world, 1)
        async with looking(world, folder):
            opened = await _idle(
                f"Swivi, {DASHBOARDS:,} dashboards", _processes(world.server), of=DASHBOARDS
            )
            rounds = [await _round(world, number) for number in range(2, 5)]
    pushed = sorted(rounds, key=lambda one: one.processor)[1]
    run, being_open = without.processor, (opened.percent - idle.percent) / 100 * pushed.seconds
    added = pushed.processor - run - being_open
    push = Figures(
        f"a push to {DASHBOARDS:,} dashboards", pushed.memory, added, pushed.seconds, DASHBOARDS
    )
    return [idle, opened, push]


async def run_of_many_clips(folder: Path, *, clips: int = CLIPS) -> Figures:
    """Measure one tracking run, with its highest memory; the simulator answers at once."""
    url = f"sqlite:///{folder}/swivi.db"
    per_clipper, clippers = CLIPS_PER_CLIPPER, clips // CLIPS_PER_CLIPPER
    async with crowded_server(
        url, folder, clippers, per_clipper=per_clipper, campaigns=CAMPAIGNS
    ) as world:
        processes = _processes(world.server)
        await asyncio.sleep(SETTLING_SECONDS)
        before, used, began = _memory(processes), _processor(processes), monotonic()
        run, highest = asyncio.create_task(world.track()), before
        while not run.done():
            highest = max(highest, _memory(processes))
            await asyncio.wait([run], timeout=0.2)
        await run
        return Figures(
            f"a run of {clips:,} clips",
            highest - before,
            _processor(processes) - used,
            monotonic() - began,
            clips,
        )


async def _idle(what: str, processes: Sequence[int], *, of: int = 1) -> Figures:
    await asyncio.sleep(SETTLING_SECONDS)
    used, began = _processor(processes), monotonic()
    await asyncio.sleep(WINDOW_SECONDS)
    return Figures(what, _memory(processes), _processor(processes) - used, monotonic() - began, of)


async def _round(world: World, number: int) -> Figures:
    """Measure one settlement that concerns all clippers, and the seconds after it."""
    processes = _processes(world.server)
    used, began = _processor(processes), monotonic()
    await (world.round(number) if world.load else world.grow_and_track(number))
    await asyncio.sleep(
        SETTLING_SECONDS
    )  # the audit of the run is in it, with dashboards and without
    return Figures("", _memory(processes), _processor(processes) - used, monotonic() - began)


def _processes(server: AppServer) -> list[int]:
    return [pid for pid in _all_processes() if _stat(pid)[2] == str(server.group)]


def _listening(url: str) -> list[int]:
    """Return the processes that have this port in their command line."""
    told = f"\0{url.rpartition(':')[2]}\0".encode()
    return [pid for pid in _all_processes() if told in _read(pid, "cmdline")]


def _all_processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _processor(processes: Sequence[int]) -> float:
    return sum(sum(map(int, _stat(pid)[11:13])) for pid in processes) / TICKS


def _memory(processes: Sequence[int]) -> float:
    lines = (line for pid in processes for line in _read(pid, "smaps_rollup").splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith(b"Pss:")) / 1024


def _stat(pid: int) -> list[str]:
    """Return the fields from the third on. Earlier ones may contain spaces."""
    return _read(pid, "stat").decode().rpartition(")")[2].split() or ["0"] * 13


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):  # it has ended
        return b""
