"""The queries behind every page and list, on a small and a large database of the same shape.

The time of a visit is the sum of its queries, from the statement to the last row, those for the
signed-in user included. The time of the whole visit, with Python's part, is measured beside it.
Small and large take turns at each page, so that other load affects both. Only later visits count.
The first visit waits for the disk or for cold memory, and has a figure of its own. On PostgreSQL
the rows that scans touched and the rows that were returned are counted for the largest visit.
"""

import gc
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from itertools import chain, product
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from alembic import command
from sqlalchemy import event, text

from benchmarks.scale import ADMINS, LAST_RUN, Size, fill
from benchmarks.visits import VISITS, Pick, Visit
from swivi.core.db import Database
from swivi.domain.accounts.sessions import open_session
from swivi.runtime import runtime
from swivi.runtime.database import migrations
from swivi.runtime.runtime import Runtime, open_runtime
from swivi.settings import Settings

TURNS, VISITS_EACH, WARM_UP = 4, 20, 2
"""Turns at each page, the first for the first visit; timed visits per turn; warm-ups."""

BEFORE_TALLIES = "0013"
"""The schema that `scale.fill` knows; later migrations add up what it made."""

LIMIT_MS = 25
LIMIT_RATIO = 2


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of the visits to one page in milliseconds, and the largest visit's rows."""

    p50_ms: float
    p95_ms: float
    first_p95_ms: float
    whole_ms: float
    """The median with Python's part."""
    scanned: int | None
    shown: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One page, list or live number, small and large."""

    database: str
    name: str
    small: Timing
    large: Timing

    @property
    def ratio(self) -> float:
        """Return how many times as long the large one takes, at p95; 1 without queries."""
        return self.large.p95_ms / self.small.p95_ms if self.small.p95_ms else 1.0

    @property
    def is_within(self) -> bool:
        """Return whether both goals are met."""
        return self.large.p95_ms <= LIMIT_MS and self.ratio <= LIMIT_RATIO

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the results file."""
        return asdict(self) | {"benchmark": "data", "ratio": self.ratio}


async def make(url: str, clips: int) -> None:
    """Fill an empty database with so many clips in an older schema, then migrate it."""
    database = Database(url)
    async with database.engine.execution_options(swivi_writes=True).begin() as connection:
        await connection.run_sync(
            lambda sync: command.upgrade(migrations._config(sync), BEFORE_TALLIES)  # noqa: SLF001
        )
    await fill(database, Size(clips))
    await migrations.upgrade(database)
    if not database.is_sqlite:
        async with database.engine.connect() as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await plain.execute(text("VACUUM ANALYZE"))
    await database.dispose()


async def both(small_url: str, large_url: str, sizes: tuple[int, int]) -> list[Figures]:
    """Fill two empty databases with so many clips, and visit everything in both."""
    for url, clips in zip((small_url, large_url), sizes, strict=True):
        await make(url, clips)
    return await measure(small_url, large_url)


async def measure(
    small_url: str, large_url: str, visits: Sequence[Visit] = VISITS
) -> list[Figures]:
    """Visit everything in both."""
    urls = (small_url, large_url)
    picks = {url: await _picks(url) for url in urls}
    taken: defaultdict[tuple[str, str], list[list[Taken]]] = defaultdict(list)
    rows: dict[tuple[str, str], tuple[int | None, int | None]] = {}
    async with AsyncExitStack() as stack:
        served = {url: await stack.enter_async_context(_serving(url)) for url in urls}
        for turn, visit, url in product(range(TURNS), visits, urls):
            database, here = served[url].database, (url, visit.name)
            with _present(served[url]):
                taken[here].append(await _time(database, visit, picks[url]))
                if not turn:
                    rows[here] = await _rows(database, visit, picks[url][-1])
    timings = {here: _timing(turns, *rows[here]) for here, turns in taken.items()}
    database_name = "SQLite" if database.is_sqlite else "PostgreSQL"
    return [
        Figures(database_name, visit.name, *(timings[url, visit.name] for url in urls))
        for visit in visits
    ]


@asynccontextmanager
async def _serving(url: str) -> AsyncIterator[Runtime]:
    known: dict[str, Any] = {"database_url": url, "env": "test", "apify_api_key": "bench"}
    async with open_runtime(Settings.model_validate(known)) as opened:
        yield opened


@contextmanager
def _present(served: Runtime) -> Iterator[None]:
    """Make `runtime()` return this open runtime within the block."""
    runtime._running.append(served)  # noqa: SLF001
    try:
        yield
    finally:
        runtime._running.pop()  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of one visit: of its queries, and of the whole."""

    queries: float
    whole: float


async def _time(database: Database, visit: Visit, picks: Sequence[Pick]) -> list[Taken]:
    times = []
    for pick in picks:
        read = await visit.prepared(pick)
        with _undisturbed(), _timed(database) as queries:
            began = perf_counter()
            await read()
            whole = perf_counter() - began
        times.append(Taken(sum(queries) * 1000, whole * 1000))
    return times[WARM_UP:]


@contextmanager
def _timed(database: Database) -> Iterator[list[float]]:
    """Yield a list that gets the seconds of each query within the block."""
    seconds: list[float] = []
    began: list[float] = []

    def begin(*_: Any) -> None:
        began.append(perf_counter())

    def end(*_: Any) -> None:
        seconds.append(perf_counter() - began.pop())

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    yield seconds
    event.remove(engine, "before_cursor_execute", begin)
    event.remove(engine, "after_cursor_execute", end)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Run without garbage collection, which would scan all states of all tabs."""
    gc.disable()
    yield
    gc.enable()


def _timing(turns: Sequence[Sequence[Taken]], scanned: int | None, shown: int | None) -> Timing:
    first, later = turns[0], [*chain(*turns[1:])]
    half = median(each.queries for each in later)
    return Timing(
        half, _p95(later), _p95(first), median(each.whole for each in later), scanned, shown
    )


def _p95(taken: Sequence[Taken]) -> float:
    return quantiles([each.queries for each in taken], n=20, method="inclusive")[-1]


CLIPS = """
    SELECT k.id, k.submission_id, k.campaign_id, k.user_id FROM clips k
    JOIN users u ON u.id = k.user_id JOIN campaigns c ON c.id = k.campaign_id
    WHERE u.status = 'ACTIVE' AND c.status IN ('ACTIVE', 'COMPLETED') AND k.id >= {most} * {part}
    ORDER BY k.id LIMIT 1"""
BUSIEST = """
    SELECT k.id, k.submission_id, k.campaign_id, k.user_id FROM clips k
    WHERE k.user_id = (SELECT user_id FROM clips
        JOIN users ON users.id = user_id AND status = 'ACTIVE'
        GROUP BY user_id ORDER BY COUNT(*) DESC LIMIT 1)
    ORDER BY k.campaign_id, k.id LIMIT 1"""
REQUESTS = """
    SELECT p.id, p.user_id FROM payout_requests p JOIN users u ON u.id = p.user_id
    WHERE u.status = 'ACTIVE' AND p.id >= {most} * {part} ORDER BY p.id LIMIT 1"""


async def _picks(url: str) -> list[Pick]:
    """Return a pick per visit: random clips, and last the busiest clipper's largest campaign.

    Random clips favour large campaigns and busy clippers.
    """
    number = WARM_UP + VISITS_EACH
    async with _serving(url) as served, served.database.writing() as session:
        most = [
            (await session.execute(text(f"SELECT MAX(id) FROM {name}"))).scalar_one()
            for name in ("clips", "payout_requests")
        ]
        picks = []
        for place in range(number):
            part = (place * 0.6180339887) % 0.98
            query = BUSIEST if place == number - 1 else CLIPS.format(most=most[0], part=part)
            clip = (await session.execute(text(query))).one()
            request = (await session.execute(text(REQUESTS.format(most=most[1], part=part)))).one()
            viewers = {"clipper": clip[3], "payee": request[1], "admin": 1 + place % ADMINS}
            cookies = {
                name: await open_session(session, user_id) for name, user_id in viewers.items()
            }
            run_id = LAST_RUN - place % 3
            picks.append(Pick(*clip, *request, run_id, cookies | {"guest": ""}))
    return picks


async def _rows(database: Database, visit: Visit, pick: Pick) -> tuple[int | None, int | None]:
    """Return the rows that the visit's scans touched, and the rows returned; None on SQLite."""
    if database.is_sqlite:
        return None, None
    read = await visit.prepared(pick)
    with _heard(database) as queries:
        await read()
    scanned = shown = 0
    for statement, values in queries:
        plan = await explained(database, statement, values)
        scanned, shown = scanned + _touched(plan), shown + plan["Actual Rows"]
    return scanned, shown


@contextmanager
def _heard(database: Database) -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """Yield a list that gets the queries within the block."""
    queries: list[tuple[str, Sequence[Any]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            queries.append((statement, values or ()))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield queries
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def explained(database: Database, statement: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return PostgreSQL's plan of a query, with actual rows at each node."""
    async with database.engine.connect() as connection:
        raw: Any = await connection.get_raw_connection()
        told = await raw.driver_connection.fetchval(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *values
        )
    plan: dict[str, Any] = told[0]["Plan"]
    return plan


def _touched(node: dict[str, Any]) -> int:
    """Return the rows that scans found, including those that a filter removed."""
    inner = sum(_touched(each) for each in node.get("Plans", ()))
    if "Scan" not in node["Node Type"] or node["Node Type"] in (
        "Bitmap Index Scan",
        "Subquery Scan",
        "CTE Scan",
    ):
        return inner
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return inner + (node["Actual Rows"] + removed) * node["Actual Loops"]
