"""Readings by month: months are made ahead, no date is refused, and nobody can tell where a reading
is kept.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock, leases
from swivi.core.db import Database
from swivi.core.leases import LeaseHold, LeaseLost
from swivi.domain.clips.models import ViewTracking
from swivi.domain.platforms.models import Outcome, Platform, VideoRef
from swivi.domain.platforms.readers import apify
from swivi.domain.platforms.readers.protocol import ScraperStart, ViewReader, ViewReaders
from swivi.domain.tracking import partitions, reading
from swivi.domain.tracking.batches import Batch, batches_left_behind
from swivi.domain.tracking.models import RunSlice, ScraperRun, ScraperStatus, TrackingRun, Trigger
from swivi.domain.tracking.plan import CampaignGroup, start_run
from swivi.domain.tracking.reading import ReadingOptions, ScraperPlaces, SliceReading
from swivi.insights.operations import runs
from tests.factories import tiktok
from tests.months import as_if_for_long, next_month, tables, where_kept
from tests.world import World, findings

MOMENT = timedelta(seconds=1)
LATER = timedelta(days=200)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Time:
    """What every clock of this process shows, until it is set again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(apify, "now", lambda: self.now)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ([], "2026-11"),
        (["view_tracking_before_2026_12"], "2026-12"),
        (["view_tracking_before_2026_11"], "2026-11"),
        (
            ["view_tracking_before_2026_11", "view_tracking_2026_11", "view_tracking_2027_01"],
            "2026-12",
        ),
        (["view_tracking_before_2026_12", "view_tracking_2026_12", "view_tracking_2027_01"], None),
    ],
)
def test_the_present_month_and_the_next_two_are_wanted(
    there: list[str], missing: str | None
) -> None:
    found = partitions.first_missing([*there, partitions.UNFORESEEN], NOW, None)
    assert (found and f"{found:%Y-%m}") == missing


def test_so_is_the_month_of_what_nobody_foresaw() -> None:
    there = ["view_tracking_before_2026_12", "view_tracking_2026_12", "view_tracking_2027_01"]
    stray, month = datetime(2031, 2, 28, 23, tzinfo=UTC), datetime(2031, 2, 1, tzinfo=UTC)
    assert partitions.first_missing(there, NOW, stray) == month


async def test_months_are_made_ahead_and_once(database: Database) -> None:
    before = await tables(database)
    assert await partitions.make_ahead(database) == 0  # the migration did
    assert await tables(database) == before

    later = clock.now() + LATER
    with clock.standing_at(later):
        made = await partitions.make_ahead(database)
        assert await partitions.make_ahead(database) == 0
    new = await tables(database) - before
    assert made == len(new) == (0 if database.is_sqlite else 1 + partitions.AHEAD)
    assert database.is_sqlite or f"view_tracking_{later:%Y_%m}" in new


@on_postgresql
async def test_of_several_processes_at_once_each_month_is_made_by_one(
    database: Database, database_url: str
) -> None:
    others = [Database(database_url) for _ in range(3)]
    with clock.standing_at(clock.now() + LATER):
        made = await asyncio.gather(*(partitions.make_ahead(each) for each in (database, *others)))
    for other in others:
        await other.dispose()
    assert sum(made) == 1 + partitions.AHEAD


@on_postgresql
async def test_who_reads_for_long_is_not_waited_for_and_keeps_nobody_waiting(
    database: Database,
) -> None:
    with clock.standing_at(clock.now() + LATER):
        async with database.reading() as session:
            await session.exec(select(ViewTracking.id))
            assert await partitions.make_ahead(database) == 0
        assert await partitions.make_ahead(database) == 1 + partitions.AHEAD


async def test_a_reading_of_a_month_that_nobody_foresaw_is_kept_and_moves_once_the_month_is_made(
    world: World,
) -> None:
    clip = await world.clip(await world.campaign(), tiktok(1))
    with clock.standing_at(clock.now() + LATER):
        await world.read((tiktok(1), 400))
        kept = await world.all(ViewTracking)
        [_, there] = (await kept_in(world)).values()
        made = await partitions.make_ahead(world.database)
        [_, then] = (await kept_in(world)).values()
        month = f"view_tracking_{clock.now():%Y_%m}"

    assert await world.all(ViewTracking) == kept
    assert [one.views for one in kept] == [0, 400]
    assert await world.earnings(clip) == [100]
    if not world.database.is_sqlite:
        assert (there, made, then) == (partitions.UNFORESEEN, 1 + partitions.AHEAD, month)


async def kept_in(world: World) -> dict[int, str]:
    if world.database.is_sqlite:
        return dict.fromkeys([one.id for one in await world.all(ViewTracking)], "")
    return await where_kept(world.database)


async def test_a_run_over_the_end_of_a_month_is_settled_by_its_newest_readings(
    world: World, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, midnight = await world.campaign(), next_month()
    clips = [await world.clip(campaign, tiktok(number)) for number in range(2)]
    due = reading.batches_due

    async def after_midnight(
        session: AsyncSession, run_slice: RunSlice, attempt: int, *, size: int
    ) -> list[Batch]:
        time.now = midnight - MOMENT if attempt == 1 else midnight + MOMENT
        return await due(session, run_slice, attempt, size=size)

    monkeypatch.setattr(reading, "batches_due", after_midnight)
    world.simulator.script(tiktok(0), None, 6_000)
    world.simulator.script(tiktok(1), 400)
    time.now = midnight - 2 * MOMENT
    run = await world.track()

    of_run = await world.all(ViewTracking, ViewTracking.run_id == run.id)
    assert [(one.date > midnight, one.outcome) for one in of_run if one.clip_id == clips[0].id] == [
        (False, Outcome.ERROR),
        (True, Outcome.OK),
    ]
    assert len({(await kept_in(world))[one.id] for one in of_run}) == (
        1 if world.database.is_sqlite else 2
    )
    assert await world.earnings(*clips) == [1_500, 100]
    assert (run.clips_read, run.clips_failed) == (2, 0)
    async with world.database.reading() as session:
        assert await runs.why_not_read(session, run) == {}
        rows, total = await runs.clips_in_run(session, run.id, limit=10)
    assert (total, [row.attempt for row in rows]) == (2, [2, 1])


async def share_with_a_scraper_run(world: World) -> tuple[RunSlice, LeaseHold]:
    """A slice of one clip whose scraper run was started, and the lease of whoever works on it."""
    campaign = await world.campaign()
    await world.clip(campaign, tiktok(1))
    world.simulator.script(tiktok(1), 400)
    async with world.database.writing() as session:
        run = await start_run(session, Trigger.CLI, [CampaignGroup(campaign, 1)], slice_clips=100)
        [run_slice] = (await session.exec(select(RunSlice).where(RunSlice.run_id == run.id))).all()
    hold = await leases.acquire(world.database, run_slice.lease, timedelta(minutes=1))
    assert hold is not None
    return run_slice, hold


def reads(
    world: World, run_slice: RunSlice, hold: LeaseHold, readers: ViewReaders | None = None
) -> SliceReading:
    options = ReadingOptions(pause_seconds=0)
    known = readers or world.running.readers
    assert known is not None
    return SliceReading(world.database, known, options, ScraperPlaces(options), hold, run_slice)


async def test_a_scraper_runs_readings_are_stored_once_though_a_month_ends_in_between(
    world: World, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = next_month()
    time.now = midnight - 2 * MOMENT
    run_slice, hold = await share_with_a_scraper_run(world)
    assert world.running.readers is not None
    started = await world.running.readers.for_platform(Platform.TIKTOK).start([tiktok(1)])
    async with world.database.writing() as session:
        session.add(
            ScraperRun(
                run_id=run_slice.run_id,
                platform=Platform.TIKTOK,
                external_ids=[tiktok(1).external_id],
                apify_run_id=started.run_id,
                status=ScraperStatus.STARTED,
                started_at=clock.now(),
            )
        )
    async with world.database.reading() as session:
        left_behind = await batches_left_behind(session, run_slice)

    async def as_looked_up_before(_session: AsyncSession, _share: RunSlice) -> list[Batch]:
        return left_behind

    monkeypatch.setattr(reading, "batches_left_behind", as_looked_up_before)
    for moment in (midnight - MOMENT, midnight + MOMENT):
        time.now = moment
        await reads(world, run_slice, hold).read_all()

    [only] = await world.all(ViewTracking, ViewTracking.run_id == run_slice.run_id)
    assert (only.views, only.date) == (400, midnight - MOMENT)
    [run] = await world.all(TrackingRun)
    assert (run.clips_read, world.runs_started) == (1, 1)


class LosesItsLease:
    """A process that stops for long just when it has started a scraper run: another takes its slice
    over meanwhile.
    """

    def __init__(self, world: World, hold: LeaseHold) -> None:
        assert world.running.readers is not None
        self._reader, self._hold = world.running.readers.for_platform(Platform.TIKTOK), hold

    def for_platform(self, _platform: Platform) -> ViewReader:
        return self  # type: ignore[return-value]

    async def start(self, refs: Sequence[VideoRef]) -> ScraperStart:
        started = await self._reader.start(refs)
        await self._hold.release()
        assert await leases.acquire(self._hold.database, self._hold.name, timedelta(minutes=1))
        return started


async def test_who_lost_a_share_writes_nothing_more_of_its_scraper_runs(world: World) -> None:
    run_slice, hold = await share_with_a_scraper_run(world)
    with pytest.raises(LeaseLost), leases.one_failure():
        await reads(world, run_slice, hold, LosesItsLease(world, hold)).read_all()

    [scraper] = await world.all(ScraperRun)
    assert (scraper.status, scraper.apify_run_id) == (ScraperStatus.STARTING, None)


@on_postgresql
async def test_what_a_run_read_is_looked_for_in_its_own_months(world: World) -> None:
    await as_if_for_long(world.database)
    run = await world.track()
    async with world.database.reading() as session:
        of_run = await partitions.of_run(session, run.id)
        query = select(ViewTracking.views).where(of_run(ViewTracking))
        written = query.compile(
            dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
        )
        plan = "\n".join((await session.execute(text(f"EXPLAIN {written}"))).scalars())
    bounds = (clock.now() - partitions.CLOCKS_DIFFER, clock.now() + partitions.CLOCKS_DIFFER)
    looked_into = {name for name in await tables(world.database) if f"{name} " in plan}
    assert looked_into == {f"view_tracking_{bound:%Y_%m}" for bound in bounds}


@on_postgresql
async def test_a_trigger_that_is_switched_off_for_one_month_is_found(database: Database) -> None:
    assert await findings(database) == []
    async with database.writing() as session:
        await session.execute(
            text(f"ALTER TABLE {partitions.UNFORESEEN} DISABLE TRIGGER view_tracking_no_update")
        )
    [finding] = await findings(database)
    assert "view_tracking_no_update: is switched off" in finding


@on_postgresql
async def test_no_month_keeps_an_attempt_twice_or_a_reading_that_is_rewritten(world: World) -> None:
    await world.clip(await world.campaign(), tiktok(1))
    with clock.standing_at(next_month() + MOMENT):
        run = await world.read((tiktok(1), 400))
    [one] = await world.all(ViewTracking, col(ViewTracking.run_id) == run.id)
    [month] = {(await where_kept(world.database))[one.id]}
    again = (
        f"INSERT INTO view_tracking SELECT nextval('view_tracking_id_seq'), {COPIED} FROM {month}"
    )
    for refused, why in (
        (f"{again} WHERE run_id IS NOT NULL", "duplicate key"),
        (f"UPDATE {month} SET views = 7", "append-only"),
        (f"INSERT INTO view_tracking SELECT * FROM {month}", "duplicate key"),
    ):
        with pytest.raises(Exception, match=why):
            async with world.database.writing() as session:
                await session.execute(text(refused))


COPIED = (
    "clip_id, run_id, attempt, date + interval '1 second', outcome, views, metric, source, detail"
)
