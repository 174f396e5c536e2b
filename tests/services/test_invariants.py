"""The checker finds what it is for: for each invariant, one cell is corrupted and the checker names
the row.

Nearly all of it the database itself refuses, by a CHECK, a unique index, a foreign key or a
trigger. So each corruption comes after the table was disarmed, as a careless operator or a bad
migration would have to do.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database, UtcDateTime
from swivi.domain.clips import review
from swivi.domain.ledger import invariants, states
from swivi.domain.ledger.checks import CHECKS
from swivi.domain.ledger.checks.parts import Check
from swivi.domain.ledger.invariants import INVARIANTS, Finding
from swivi.domain.ledger.states import Recorded
from swivi.domain.payouts import destinations
from swivi.domain.seals.models import ThinnedReadings
from swivi.domain.seals.sealing import Sealer
from swivi.domain.tracking import manual_readings
from swivi.runtime.runtime import open_runtime
from swivi.settings import Settings
from tests import factories
from tests.conftest import DATABASES
from tests.factories import instagram, tiktok, youtube
from tests.services.corruptions import CORRUPTIONS, Corruption, of_campaign, of_clip
from tests.simulator import RunningSimulator
from tests.world import World

BY_HAND = ("I16", "I19", "I20")
"""Invariants that no SQL of `CHECKS` looks at."""
FAR = datetime(2099, 1, 1, tzinfo=UTC)


async def live_through_everything(settings: Settings, simulator: RunningSimulator) -> None:
    """A history with every kind of transfer: three campaigns, two completed, a clip revoked and its
    video released, a clip on hold, a test campaign, payouts in many states, a kept destination, a
    reading by hand that waits.
    """
    async with open_runtime(settings) as running:
        admin, casey = (
            await factories.an_admin(running.database),
            await factories.a_clipper(running.database),
        )
        world = World(running, simulator, admin, casey)
        open_campaign, scarce = (
            await world.campaign(budget="500.00"),
            await world.campaign(budget="50.00"),
        )
        kept = await world.clip(open_campaign, youtube(1), baseline=10)
        await world.clip(scarce, instagram(1))
        fraud = await world.clip(open_campaign, tiktok(1))
        await world.clip(open_campaign, youtube(2))
        test_campaign = await world.campaign(is_test=True)
        await world.sandbox_clip(test_campaign, tiktok(1))
        await world.read((youtube(1), 90_000), (tiktok(1), 8_000), (instagram(1), 4_000))
        await world.read(
            (youtube(1), 95_000),
            (tiktok(1), 8_000),
            (instagram(1), 90_000),
            (youtube(2), 8_000_000_000),
        )
        idle = await world.campaign(budget="70.00")
        await world.tracker.complete(idle.id, actor=admin, reason="Nobody came.")
        async with world.database.writing() as session:
            await review.revoke(session, admin, fraud.id, "Bought views.")
            await review.release(
                session, admin, fraud.submission_id, "It belongs to somebody else."
            )
        await world.process(await world.request(), "reject", notes="A test.")
        for number, last in enumerate(("", "", "reverse")):
            request = await world.process(await world.request(fee_percent=5), "approve")
            await world.process(request, "complete", transaction_id=f"TX-{number}")
            if last:
                await world.process(request, last, notes="It came back.")
        await world.request(idempotency_key="key-1")
        async with world.database.writing() as session:
            await destinations.keep(session, casey, method="paypal", details="casey@swivi.test")
            await manual_readings.read_by_hand(
                session, admin, kept.id, views=9_000_000, reason="Apify is blocked.", limit=1
            )
            session.add(
                ThinnedReadings(
                    at=clock.now(), day=clock.now(), first_id=9_000, last_id=9_001, ids="9000-9001"
                )
            )
        await Sealer(world.database).seal_new()


@pytest.fixture(scope="module", params=DATABASES)
def history_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with that history, to be copied."""
    simulator: RunningSimulator = request.getfixturevalue("_simulator_server")
    simulator.reset()
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("history") / "swivi.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres").create_database(
            request.getfixturevalue("migrated_postgres")
        )
    known = {
        "database_url": url,
        "apify_api_key": "k",
        "apify_api_url": simulator.url,
        "env": "test",
    }
    settings = Settings.model_validate(known | {"tracking_batch_pause_seconds": 0})
    asyncio.run(live_through_everything(settings, simulator))
    return url


@pytest.fixture
async def history(
    history_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Database]:
    """A copy of its own for each test."""
    if history_url.startswith("sqlite"):
        url = (
            f"sqlite:///{shutil.copy(history_url.removeprefix('sqlite:///'), tmp_path / 'copy.db')}"
        )
    else:
        url = request.getfixturevalue("postgres").create_database(history_url.rsplit("/", 1)[1])
    database = Database(url)
    yield database
    await database.dispose()


async def disarm(session: AsyncSession, table: str, *, sqlite: bool) -> None:
    """Take from a table everything by which the database would refuse the corruption."""
    if sqlite:  # a copy of the rows knows no constraint and no trigger
        for statement in (
            f"CREATE TABLE disarmed AS SELECT * FROM {table}",
            f"DROP TABLE {table}",
            f"ALTER TABLE disarmed RENAME TO {table}",
        ):
            await session.execute(text(statement))
        return
    partitions = f"SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = '{table}'::regclass"
    await drop_constraints(session, table)
    for partition in (await session.execute(text(partitions))).scalars().all():
        await drop_constraints(session, partition)
    await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


async def drop_constraints(session: AsyncSession, table: str) -> None:
    named = (
        f"SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass"
        " AND contype IN ('c', 'u', 'f')"
    )
    for name in (await session.execute(text(named))).scalars().all():
        await session.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    unique = (
        f"SELECT indexrelid::regclass FROM pg_index WHERE indrelid = '{table}'::regclass AND "
        "indisunique"
    )
    for name in (await session.execute(text(f"{unique} AND NOT indisprimary"))).scalars().all():
        await session.execute(text(f"DROP INDEX {name}"))


async def corrupted(database: Database, corruption: Corruption) -> Any:
    """The id of the row that the checker must name."""
    async with database.writing() as session:
        row_id = (await session.execute(text(corruption.row))).scalar_one()
        assert row_id is not None, "the history has no such row"
        given = [
            bindparam("id", row_id),
            bindparam("named", str(row_id)),
            bindparam("far", FAR, type_=UtcDateTime),
        ]
        await session.execute(
            text(corruption.sql).bindparams(
                *(one for one in given if f":{one.key}" in corruption.sql)
            )
        )
    return row_id


async def disarmed(database: Database, table: str) -> None:
    if database.is_sqlite:
        async with (
            database.engine.connect() as connection
        ):  # the pragma is for outside of transactions
            await connection.exec_driver_sql("COMMIT")
            await connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            # Or the triggers of other tables that name this one would keep the copy from taking its
            # place.
            await connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
            await connection.exec_driver_sql("BEGIN")
    async with database.writing() as session:
        await disarm(session, table, sqlite=database.is_sqlite)


async def test_a_history_that_nobody_touched_is_clean(history: Database) -> None:
    report = await invariants.check(history)

    assert report.findings == []
    assert report.transfers > 15


@pytest.mark.parametrize(
    "corruption", CORRUPTIONS, ids=lambda one: f"{one.invariant} {one.says} {one.sql[:60]}"
)
async def test_one_corrupted_cell_is_named(history: Database, corruption: Corruption) -> None:
    await disarmed(history, corruption.table)
    row_id = await corrupted(history, corruption)
    found = (await invariants.check(history)).findings

    named = [
        one.sentence
        for one in found
        if (one.invariant, one.subject, one.subject_id)
        == (corruption.invariant, corruption.subject, row_id)
    ]
    assert [
        words for words in named if all(said_by(check, words) for check in corruption.checks)
    ] != []


def said_by(check: Check, sentence: str) -> bool:
    pattern = re.sub(r"\\{(id|found|expected)\\}", ".+", re.escape(check.says))
    return re.fullmatch(pattern, sentence) is not None


def test_every_invariant_has_a_corruption() -> None:
    assert {one.invariant for one in CORRUPTIONS} == set(INVARIANTS)


def test_every_corruption_is_meant_for_one_check() -> None:
    assert [one for one in CORRUPTIONS if len(one.checks) != (one.invariant not in BY_HAND)] == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda one: f"{one.invariant} {one.says}")
def test_every_check_has_as_many_corruptions_as_it_has_alternatives(check: Check) -> None:
    alternatives = 1 + len(re.findall(r"\bOR\b", check.sql))
    assert len([one for one in CORRUPTIONS if check in one.checks]) >= alternatives


async def test_a_finding_says_which_row_and_how_much(history: Database) -> None:
    await disarmed(history, "campaigns")
    row_id = await corrupted(history, of_campaign("I1", "its clips earned", "spent = 1"))
    [clips, *_] = (await invariants.check(history)).findings

    assert clips == Finding(
        "I1", "campaign", row_id, f"campaign {row_id}: spent is $0.01, its clips earned $237.47"
    )


async def test_the_checker_repairs_nothing(history: Database) -> None:
    await disarmed(history, "clips")
    await corrupted(history, of_clip("I1", "earnings = earnings + 1"))
    first = await invariants.check(history)

    assert (await invariants.check(history)).findings == first.findings != []


async def executed(database: Database, *statements: str) -> None:
    async with database.writing() as session:
        for statement in statements:
            await session.execute(text(statement))


async def failed_checks(database: Database) -> list[tuple[str, int | str]]:
    found = (await invariants.check(database)).findings
    return [(one.invariant, one.subject_id) for one in found if one.subject == "check"]


async def test_growth_times_rate_may_be_larger_than_the_database_counts(history: Database) -> None:
    await executed(
        history, "UPDATE clips SET rate = 100000000000, peak_views = 1000000000000000 WHERE id = 1"
    )

    findings = (await invariants.check(history)).findings
    found = [one for one in findings if one.invariant == "I13"]
    assert [(one.subject, one.subject_id) for one in found] == [("clip", 1)]
    assert [one for one in findings if one.subject == "check"] == []
    assert found[0].sentence.startswith("clip 1: its peak is 1,000,000,000,000,000 views")


async def test_a_clip_with_such_growth_cannot_be_credited_more_than_it_is_worth(
    history: Database,
) -> None:
    await disarmed(history, "clips")
    enormous = "rate = 9000000000000000000, peak_views = initial_views + 9000000000000000000"
    await executed(history, f"UPDATE clips SET {enormous}, max_per_clip = 1 WHERE id = 1")

    said = [
        one.sentence for one in (await invariants.check(history)).findings if one.subject_id == 1
    ]
    assert any(re.search("its growth is worth .* at most", one) for one in said)
    assert await failed_checks(history) == []


async def test_numbers_that_cannot_be_added_up_are_a_finding_and_hide_no_other(
    history: Database,
) -> None:
    for table in ("users", "campaigns", "clips"):
        await disarmed(history, table)
    most = 2**63 - 1
    await executed(
        history,
        f"UPDATE campaigns SET spent = -{most}, budget = {most}",
        f"UPDATE clips SET earnings = {most}",
        "UPDATE users SET reserved = reserved + 1",
    )
    report = await invariants.check(history)

    assert [result.invariant for result in report.results] == list(INVARIANTS)
    failed = [one for one in report.findings if one.subject == "check"]
    assert failed != []
    assert all("could not be made: " in one.sentence for one in failed)
    assert {"I1", "I2"} <= {
        one.invariant for one in report.findings if one.subject in {"campaign", "user"}
    }


async def test_a_moment_just_before_a_full_second_is_recorded_as_it_is(world: World) -> None:
    with clock.standing_at(datetime(2026, 12, 1, 12, 0, 0, 999_999, tzinfo=UTC)):
        await world.campaign()  # the fixture makes the audit


FORGERIES = [
    (states.CLIP, "rate", "rate = rate * 100"),
    (states.CLIP, "initial_views", "initial_views = 0"),
    (states.SUBMISSION, "initial_views", "initial_views = 1"),
    (states.SUBMISSION, "user_id", "user_id = 1"),
    (states.PAYOUT_REQUEST, "details", "details = 'thief@swivi.test'"),
    (states.PAYOUT, "transaction_id", "transaction_id = 'another'"),
    (states.CLIP_HOLD, "views_before", "views_before = views_before + 1"),
    (states.MANUAL_READING, "worth", "worth = 1"),
]


@pytest.mark.parametrize(
    ("recorded", "name", "change"), FORGERIES, ids=lambda given: getattr(given, "subject", given)
)
async def test_a_forged_entry_cannot_change_a_cell_that_never_changes(
    history: Database, recorded: Recorded, name: str, change: str
) -> None:
    await disarmed(history, recorded.table)
    await executed(history, f"UPDATE {recorded.table} SET {change} WHERE {name} IS NOT NULL")
    async with history.writing() as session:
        await states.record_many(session, recorded, f"{recorded.subject}.recorded", "1 = 1", {})

    found = [one for one in (await invariants.check(history)).findings if one.invariant == "I20"]
    assert [
        one for one in found if f": {name} was " in one.sentence and "never changes" in one.sentence
    ]


async def test_a_check_that_fails_is_a_finding_and_the_others_are_made(history: Database) -> None:
    await disarmed(history, "campaigns")
    await executed(history, "UPDATE campaigns SET spent = spent + 1", "DROP TABLE payout_tallies")
    report = await invariants.check(history)

    assert [one for one in await failed_checks(history) if one[0] != "I3"] == [
        ("I7", "payouts {id}: pages say {found} together, they ask for {expected}"),
        (
            "I21",
            (
                "payout_tallies: the total {id} holds {found}, its rows say {expected} (cents or a "
                "count)"
            ),
        ),
    ]
    assert "I1" in {one.invariant for one in report.findings}
    assert [result.invariant for result in report.results] == list(INVARIANTS)
    assert sum(result.found for result in report.results) == len(report.findings)


REWRITES = (
    "UPDATE ledger_transfers SET amount = amount + 1",
    "DELETE FROM ledger_transfers",
    "UPDATE audit_log SET reason = 'another'",
    "DELETE FROM audit_log",
    "UPDATE view_tracking SET views = 1",
)


@pytest.mark.parametrize("rewrite", REWRITES)
async def test_history_cannot_be_rewritten(history: Database, rewrite: str) -> None:
    with pytest.raises(DBAPIError, match="is append-only"):
        async with history.writing() as session:
            await session.execute(text(rewrite))


@pytest.mark.parametrize("rewrite", REWRITES)
async def test_a_missing_trigger_is_found(history: Database, rewrite: str) -> None:
    verb, table = (
        rewrite.split()[0].lower(),
        rewrite.removeprefix("DELETE FROM ").removeprefix("UPDATE ").split()[0],
    )
    on = "" if history.is_sqlite else f" ON {table}"
    async with history.writing() as session:
        await session.execute(text(f"DROP TRIGGER {table}_no_{verb}{on}"))

    [finding] = (await invariants.check(history)).findings
    assert (finding.invariant, finding.subject) == ("I3", "database")


async def test_checks_add_up_for_themselves_where_the_sums_cannot_be_made_once(
    history: Database,
) -> None:
    async with history.writing() as session:
        await session.execute(text("UPDATE users SET paid = paid + 1 WHERE id = 2"))
        # Stays with the pool's connection, and is in the way of the audit's own table.
        await session.execute(text("CREATE TEMPORARY TABLE sums_by_user (user_id INTEGER)"))
    findings = (await invariants.check(history)).findings
    assert ("I2", "user", 2) in {(one.invariant, one.subject, one.subject_id) for one in findings}
    assert [one for one in findings if one.subject == "check"] == []
