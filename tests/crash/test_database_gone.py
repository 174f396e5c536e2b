"""A database that goes away, is kept busy or fills up in the middle of a tracking run.

The run ends with one sentence and one line in the log; resumed, it ends like one that was never
disturbed (I6), and no scraper run is paid twice.
"""

import resource
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from swivi.core import db
from swivi.runtime.runtime import open_runtime
from swivi.settings import Settings
from tests.crash.state import forget_used_ids, state_of
from tests.crash.test_tracking_killed import Stage, resume
from tests.crash.test_tracking_killed import stage as stage
from tests.crash.work import track
from tests.processes import COMMIT, TRACE, Boundaries, Ending, disturbed_at
from tests.servers import Postgres
from tests.world import findings

CUT_OFF = "Tracking was interrupted: {}. The server resumes it by itself. Nothing is paid twice."
AWAY = "the database did not answer"
BUSY = "the database is busy"
FULL = "the database cannot write: its disk is full or broken"

STARTED = f"after {COMMIT}, before UPDATE scraper_runs"
"""A scraper run was started, and nobody has written down which."""
STORED = "after INSERT view_tracking, before UPDATE tracking_runs"
CREDITED = "after INSERT audit_log, before INSERT ledger_transfers"
SETTLED = f"after UPDATE tracking_runs, before {COMMIT}"


class Control:
    """A run that nobody disturbs: its boundaries, and what the others must come to."""

    def __init__(
        self, boundaries: list[str], state: dict[str, list[str]], cost: Counter[str]
    ) -> None:
        self.boundaries, self.state, self.cost = boundaries, state, cost

    def at(self, name: str) -> int:
        """The number of the first boundary of this name."""
        return self.boundaries.index(name) + 1

    @property
    def before_settling(self) -> int:
        """The number of the boundary between the last reading and the first settlement: in no
        transaction.
        """
        first = self.boundaries.index(f"after {COMMIT}, before UPDATE tracking_run_campaigns")
        return first - self.boundaries[first - 1 :: -1].index(f"after {COMMIT}")


@pytest.fixture
async def control(stage: Stage) -> Control:
    async with open_runtime(stage.set()) as running:
        boundaries = Boundaries(running.database)
        await track(running)
        return Control(boundaries.passed, await state_of(running.database), stage.runs_started)


async def must_come_to(control: Control, stage: Stage, settings: Settings) -> None:
    """Resumed, the run ends as the control did."""
    async with open_runtime(settings) as running:
        await forget_used_ids(running.database)
        await resume(running)
        assert await state_of(running.database) == control.state
        assert stage.runs_started == control.cost
        assert await findings(running.database) == []


def must_be_cut_off(ending: Ending, why: str) -> None:
    assert (ending.outcome, ending.sentence) == ("tracking_cut_off", CUT_OFF.format(why))
    assert ending.logged
    assert all(
        line.startswith(why[0].upper() + why[1:]) and not line.endswith(TRACE)
        for line in ending.logged
    )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_run_whose_database_is_gone_for_a_while_is_resumed_to_the_same_end(
    stage: Stage, control: Control, postgres: Postgres
) -> None:
    for name in (STARTED, STORED, CREDITED, SETTLED):
        settings = stage.set()
        try:
            ending = disturbed_at(control.at(name), settings, track, here=postgres.stop)
        finally:
            postgres.start()
        must_be_cut_off(ending, AWAY)
        await must_come_to(control, stage, settings)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_run_whose_database_is_back_at_once_is_resumed_to_the_same_end(
    stage: Stage, control: Control, postgres: Postgres
) -> None:
    settings = stage.set()

    def restart() -> None:
        postgres.stop()
        postgres.start()

    disturbed_at(control.at(CREDITED), settings, track, here=restart)
    await must_come_to(control, stage, settings)


def be_impatient() -> None:
    db.BUSY_TIMEOUT_SECONDS = (
        2  # the run's own writers wait for each other, and longer on a busy machine
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_run_that_waits_too_long_for_another_writer_is_resumed_to_the_same_end(
    stage: Stage, control: Control
) -> None:
    for boundary in (control.at(f"after {COMMIT}"), control.before_settling):
        settings = stage.set()
        with closing(
            sqlite3.connect(settings.database_url.removeprefix("sqlite:///"), isolation_level=None)
        ) as other:
            ending = disturbed_at(
                boundary,
                settings,
                track,
                here=lambda: other.execute("BEGIN IMMEDIATE"),
                first=be_impatient,
            )
        must_be_cut_off(ending, BUSY)
        await must_come_to(control, stage, settings)


def no_more_pages(_name: str, connection: Connection | None) -> None:
    assert connection is not None
    connection.exec_driver_sql("PRAGMA max_page_count = 1")  # no fewer than there are


def no_longer_files(_name: str, connection: Connection | None) -> None:
    """Of what the commit writes, the first pages fit and the next ones do not."""
    assert connection is not None
    written = Path(f"{connection.engine.url.database}-wal").stat().st_size
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (written + 3 * 4_096, most))


def with_small_pages(settings: Settings) -> None:
    """So small that the transfers of one settlement need new ones."""
    with closing(
        sqlite3.connect(settings.database_url.removeprefix("sqlite:///"), isolation_level=None)
    ) as database:
        for statement in ("PRAGMA journal_mode = DELETE", "PRAGMA page_size = 512", "VACUUM"):
            database.execute(statement)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fill", [no_more_pages, no_longer_files])
async def test_a_settlement_whose_disk_is_full_is_resumed_to_the_same_end(
    stage: Stage, control: Control, fill: Callable[[str, Connection | None], None]
) -> None:
    settings = stage.set()
    with_small_pages(settings)
    ending = disturbed_at(control.at(CREDITED), settings, track, there=fill)
    must_be_cut_off(ending, FULL)
    async with open_runtime(settings) as running:
        assert await findings(running.database) == []
    await must_come_to(control, stage, settings)
