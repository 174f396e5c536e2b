"""`make bench`: run the benchmarks and print ratios against a floor or a peer of the same run.

    .venv/bin/python -m benchmarks [NAME ...]

Without a name, all of BENCHMARKS run. Each writes its figures to `.build/bench-NAME.json` as well.
Times measured here are never tests. `SWIVI_BENCH_CLIPS` is the number of clips that `audit` checks,
by default a tenth of its goal's million.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from benchmarks import audit, cost, data, live, pages, reading, seals, settlement, sharing
from tests.servers import running_postgres

CLIPS = 100_000
COMPARED_CLIPS = (400, 1_000)
"""Campaigns of the predecessor's size."""
TRANSFERS = 1_000_000
RESULTS = Path(".build")
AS_DEPLOYED = {"shared_buffers": "2GB", "random_page_cost": "1.1"}
"""PostgreSQL as docs/deploy.md sets it up, on a machine of 8 GiB."""
WIDTH = 110
"""Columns of the printed tables, so that a log file shows them whole."""


def main() -> None:
    """Run the benchmarks that the command line names."""
    chosen = sys.argv[1:] or list(BENCHMARKS)
    for name in chosen:
        table, figures = BENCHMARKS[name]()
        Console(width=WIDTH).print(table)
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"bench-{name}.json").write_text(json.dumps(figures, indent=2))


def bench_settlement() -> tuple[Table, list[dict[str, object]]]:
    """Settlement of many clips, in ten campaigns and in one, on both databases."""
    with tempfile.TemporaryDirectory() as folder, running_postgres(AS_DEPLOYED) as postgres:
        urls = {
            campaigns: (f"sqlite:///{folder}/of-{campaigns}.db", postgres.create_database())
            for campaigns in (10, 1)
        }
        figures = [
            asyncio.run(settlement.measure(url, clips=CLIPS, campaigns=campaigns))
            for campaigns, of_each in urls.items()
            for url in of_each
        ]
    table = Table(
        "settlement",
        "clips",
        "campaigns",
        "Swivi s",
        "floor s",
        "ratio",
        "Swivi clips/s",
        "KiB a clip",
    )
    for figure in figures:
        table.add_row(
            figure.database,
            f"{figure.clips:,}",
            f"{figure.campaigns:,}",
            f"{figure.seconds:.2f}",
            f"{figure.floor_seconds:.2f}",
            f"{figure.ratio:.2f}",
            f"{figure.clips / figure.seconds:,.0f}",
            f"{figure.kib_per_clip:.2f}",
        )
    return table, [figure.as_json() for figure in figures]


def bench_reading() -> tuple[Table, list[dict[str, object]]]:
    """Reading many clips through the scraper: the limit, and the predecessor's schedule."""
    with tempfile.TemporaryDirectory() as folder:
        limit = asyncio.run(
            reading.measure_limit(f"sqlite:///{folder}/limit.db", clips=CLIPS // 10, campaigns=10)
        )
        compared = [
            asyncio.run(reading.compare(f"sqlite:///{folder}/{clips}.db", clips=clips, campaigns=4))
            for clips in COMPARED_CLIPS
        ]
    headings = ("clips", "places", "Swivi s", "starts", "against", "s", "x", "its starts")
    table = Table("reading", *headings)
    table.add_row(
        "SQLite",
        f"{limit.clips:,}",
        str(limit.places),
        f"{limit.seconds:.1f}",
        f"{limit.starts:,}",
        "limit",
        f"{limit.limit_seconds:.1f}",
        f"{limit.ratio:.2f}",
        "",
    )
    for figure in compared:
        table.add_row(
            "SQLite",
            f"{figure.clips:,}",
            str(reading.PREDECESSOR_PLACES),
            f"{figure.seconds:.1f}",
            f"{figure.starts:,}",
            "predecessor",
            f"{figure.predecessor_seconds:,.0f}",
            f"{figure.times_faster:,.0f}",
            f"{figure.predecessor_starts:,}",
        )
    return table, [limit.as_json(), *(figure.as_json() for figure in compared)]


def bench_sharing() -> tuple[Table, list[dict[str, object]]]:
    """One tracking run by one process, and by two."""
    with running_postgres(AS_DEPLOYED) as postgres:
        urls = postgres.create_database(), postgres.create_database()
        figure = asyncio.run(sharing.measure(*urls, clips=6_000, campaigns=12))
    table = Table("sharing", "clips", "one process s", "two s", "x faster")
    table.add_row(
        "PostgreSQL",
        f"{figure.clips:,}",
        f"{figure.alone_seconds:.1f}",
        f"{figure.together_seconds:.1f}",
        f"{figure.times_faster:.2f}",
    )
    return table, [figure.as_json()]


def bench_pages() -> tuple[Table, list[dict[str, object]]]:
    """Every page opened with an empty cache: bytes sent, first paint, data shown.

    The columns "x" are multiples of a blank app.
    """
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(pages.measure(Path(folder)))
    headings = ("page", "sent KB", "x", "paint ms", "x", "data ms", "x")
    table = Table(*[Column(heading, no_wrap=True) for heading in headings])
    for figure in figures:
        visit, blank = figure.visit, figure.blank
        table.add_row(
            escape(figure.page),
            f"{visit.transfer_bytes / 1000:,.0f}",
            f"{visit.transfer_bytes / blank.transfer_bytes:.2f}",
            f"{visit.first_paint_ms:,.0f}",
            f"{visit.first_paint_ms / blank.first_paint_ms:.2f}",
            f"{visit.data_ms:,.0f}",
            f"{visit.data_ms / blank.data_ms:.2f}",
        )
    return table, [figure.as_json() for figure in figures]


def bench_live() -> tuple[Table, list[dict[str, object]]]:
    """From a commit to the frame at each of many open dashboards.

    The floor is a raw emit of the same bytes.
    """
    figures = []
    with tempfile.TemporaryDirectory() as folder, running_postgres(AS_DEPLOYED) as postgres:
        for number, (dashboards, on_postgres) in enumerate(
            ((1_000, False), (1_000, True), (5_000, True))
        ):
            here = Path(folder) / str(number)
            here.mkdir()
            url = postgres.create_database() if on_postgres else f"sqlite:///{here}/swivi.db"
            figures.append(asyncio.run(live.measure(url, here, dashboards=dashboards)))
    table = Table(
        "live",
        "dashboards",
        "p50 ms",
        "p99 ms",
        "longest ms",
        "raw p50",
        "raw p99",
        "ratio",
        "frame bytes",
    )
    for figure in figures:
        swivi, raw = figure.swivi, figure.raw
        milliseconds = (swivi.p50, swivi.p99, swivi.longest, raw.p50, raw.p99)
        table.add_row(
            figure.database,
            f"{figure.dashboards:,}",
            *(f"{value:,.0f}" for value in milliseconds),
            f"{figure.ratio:.2f}",
            str(figure.frame_bytes),
        )
    return table, [figure.as_json() for figure in figures]


def bench_cost() -> tuple[Table, list[dict[str, object]]]:
    """Memory and processor time: an idle app, open dashboards, a push to them, a large run."""
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(cost.measure(Path(folder)))
    blank = figures[0]
    table = Table(
        "cost", "MB", "x blank", "processor s", "wall s", "% of one", "KB each", "ms each"
    )
    for figure in figures:
        table.add_row(
            figure.what,
            f"{figure.memory:,.0f}",
            f"{figure.memory / blank.memory:.2f}",
            f"{figure.processor:.2f}",
            f"{figure.seconds:.1f}",
            f"{figure.percent:.2f}",
            f"{figure.memory / figure.of * 1024:,.1f}" if figure.of > 1 else "",
            f"{figure.processor / figure.of * 1000:,.2f}" if figure.of > 1 else "",
        )
    return table, [figure.as_json() for figure in figures]


def bench_data() -> tuple[Table, list[dict[str, object]]]:
    """The queries behind every page and list, on a small and a large database.

    Takes half an hour, most of it to fill a million clips.
    """
    with tempfile.TemporaryDirectory() as folder, running_postgres(AS_DEPLOYED) as postgres:
        pairs = (
            (f"sqlite:///{folder}/small.db", f"sqlite:///{folder}/large.db", (CLIPS // 10, CLIPS)),
            (postgres.create_database(), postgres.create_database(), (CLIPS // 10, CLIPS * 10)),
        )
        figures = [
            figure
            for small, large, sizes in pairs
            for figure in asyncio.run(data.both(small, large, sizes))
        ]
    headings = ("small p50", "p95", "large p50", "p95 ms", "ratio", "first p95", "scanned", "shown")
    table = Table(
        Column("data", max_width=34),
        *[Column(heading, no_wrap=True, justify="right") for heading in headings],
    )
    for figure in figures:
        small, large = figure.small, figure.large
        table.add_row(
            escape(f"{figure.database}: {figure.name}"),
            *(
                f"{value:,.1f}"
                for value in (small.p50_ms, small.p95_ms, large.p50_ms, large.p95_ms)
            ),
            f"{figure.ratio:.1f}" + ("" if figure.is_within else " !"),
            f"{large.first_p95_ms:,.1f}",
            *("" if value is None else f"{value:,}" for value in (large.scanned, large.shown)),
        )
    return table, [figure.as_json() for figure in figures]


def bench_seals() -> tuple[Table, list[dict[str, object]]]:
    """Sealing and checking a million transfers, and settlements while the job runs."""
    with tempfile.TemporaryDirectory() as folder, running_postgres(AS_DEPLOYED) as postgres:
        urls = f"sqlite:///{folder}/swivi.db", postgres.create_database()
        figures = [asyncio.run(seals.measure(url, transfers=TRANSFERS)) for url in urls]
    headings = (
        "rows",
        "seal s",
        "ratio",
        "check s",
        "ratio",
        "hash s",
        "new s",
        "settling ms",
        "beside ms",
    )
    table = Table("seals", *headings)
    for figure in figures:
        table.add_row(
            figure.database,
            f"{figure.rows:,}",
            f"{figure.seal_seconds:.1f}",
            f"{figure.seal_seconds / figure.floor_seconds:.1f}",
            f"{figure.check_seconds:.1f}",
            f"{figure.check_seconds / figure.floor_seconds:.1f}",
            f"{figure.floor_seconds:.2f}",
            f"{figure.incremental_seconds:.2f}",
            f"{figure.settlement_seconds * 1_000:,.0f}",
            f"{figure.settlement_while_sealing_seconds * 1_000:,.0f}",
        )
    return table, [figure.as_json() for figure in figures]


def bench_audit() -> tuple[Table, list[dict[str, object]]]:
    """The audit of many clips with ten times as many readings, on PostgreSQL: whole, and after a
    run.
    """
    with running_postgres(AS_DEPLOYED) as postgres:
        clips = int(os.environ.get("SWIVI_BENCH_CLIPS", CLIPS))
        figures = asyncio.run(audit.measure(postgres.create_database(), clips=clips))
    headings = (
        "clips",
        "sealed rows",
        "s",
        "processor s",
        "floor s",
        "ratio",
        "MB",
        "PostgreSQL MB",
        "slowest rules",
    )
    table = Table("audit", *headings)
    for figure in figures:
        table.add_row(
            figure.what,
            f"{figure.clips:,}",
            f"{figure.sealed_rows:,}",
            f"{figure.seconds:.1f}",
            f"{figure.processor_seconds:.1f}",
            f"{figure.floor_seconds:.2f}",
            f"{figure.seconds / figure.floor_seconds:.1f}",
            f"{figure.process_mb:.0f}",
            f"{figure.backend_mb:.0f}",
            ", ".join(f"{rule} {seconds:.1f}" for rule, seconds in figure.slowest.items()),
        )
    return table, [figure.as_json() for figure in figures]


BENCHMARKS = {
    "settlement": bench_settlement,
    "reading": bench_reading,
    "sharing": bench_sharing,
    "pages": bench_pages,
    "live": bench_live,
    "cost": bench_cost,
    "data": bench_data,
    "seals": bench_seals,
    "audit": bench_audit,
}

if __name__ == "__main__":
    main()
