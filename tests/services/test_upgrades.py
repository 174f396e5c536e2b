"""Every earlier schema, with data in every table, comes up to the newest one and loses nothing."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from swivi.core.db import Database
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import partitions
from swivi.insights.operations.counts import tracked
from swivi.runtime.database import migrations
from swivi.runtime.database.tables import METADATA
from tests.conftest import DATABASES
from tests.world import findings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

Row = dict[str, Any]

SAID: dict[tuple[str, str], Any] = {
    ("campaigns", "status"): "COMPLETED",
    ("campaigns", "platforms"): ["tiktok"],
    ("campaigns", "platform_rates"): {"tiktok": 1},
    ("users", "total_earnings"): 5,
    ("payout_requests", "fee"): 0,
    ("payout_requests", "status"): "COMPLETED",
    (
        "payout_requests",
        "idempotency_key",
    ): None,  # a migration puts its hash in its place: test_migrations.py
    (
        "payout_requests",
        "method",
    ): "wise",  # free text once: see test_payout_methods_become_an_enumeration
    ("payouts", "method"): "wise",
    ("payout_destinations", "method"): "wise",
}
"""Values that constraints or types ask for; any others will do."""


def earlier() -> list[str]:
    """The revisions before the newest, the oldest first."""
    scripts = ScriptDirectory.from_config(migrations._config())
    known = [script.revision for script in scripts.walk_revisions()]
    return known[:0:-1]


@pytest.fixture(params=DATABASES)
async def old(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/swivi.db")
    else:
        create: Callable[[], str] = request.getfixturevalue("create_database")
        database = Database(create())
    yield database
    await database.dispose()


def bring_to(connection: Connection, revision: str) -> None:
    command.upgrade(migrations._config(connection), revision)


def reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection, only=lambda name, _: not partitions.is_partition(name))
    found.remove(found.tables["alembic_version"])
    return found


def key_of(table: Table) -> list[Column[Any]]:
    """What tells a table's rows apart: where its partitions have a primary key of their own, it has
    none.
    """
    return list(table.primary_key.columns) or [table.columns["id"]]


NUMBERED_BY_US = {"seals", "seal_checks"}


def is_number(column: Column[Any], table: Table) -> bool:
    """Whether the database numbers the rows by it."""
    first, *others = key_of(table)
    if table.name in NUMBERED_BY_US:
        return False
    return (
        column is first
        and not others
        and isinstance(column.type, Integer)
        and not column.foreign_keys
    )


def choices(connection: Connection, table: Table) -> dict[str, str]:
    """A value that each column with a list of known values allows."""
    found = {}
    for check in inspect(connection).get_check_constraints(table.name):
        if (check["name"] or "").endswith("_known"):
            [name] = [
                column.name
                for column in table.columns
                if re.search(rf"\b{column.name}\b", check["sqltext"])
            ]
            found[name] = re.findall(r"'([^']*)'", check["sqltext"])[0]
    return found


def value(column: Column[Any], number: int) -> Any:
    """Something of the column's type, another one in each row."""
    if isinstance(column.type, JSON):
        return {"number": number}
    if isinstance(column.type, LargeBinary):
        return f"{column.name} {number}".encode()
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, DateTime):
        moment = NOW + timedelta(days=40 * (number - 1))  # readings of several months
        return moment if column.type.timezone else moment.replace(tzinfo=None)
    if isinstance(column.type, Date):
        return (NOW + timedelta(days=number)).date()
    if isinstance(column.type, LargeBinary):
        return bytes([number])
    return number if isinstance(column.type, Integer) else f"{column.name} {number}"


def full_and_sparse(connection: Connection, table: Table, ids: dict[str, int]) -> Iterator[Row]:
    """Two rows for a table: one with a value in every column, and one with nothing where nothing
    may be.
    """
    known = choices(connection, table)
    for number, is_sparse in ((1, False), (2, True)):
        row: Row = {}
        for column in table.columns:
            if is_number(column, table) or column.computed is not None:
                continue
            if (
                is_sparse
                and column.nullable
                and (table.name, column.name) != ("view_tracking", "views")
            ):
                row[column.name] = None
            elif column.foreign_keys:
                [target] = column.foreign_keys
                row[column.name] = ids[target.column.table.name] + number - 1
            else:
                row[column.name] = SAID.get(
                    (table.name, column.name), known.get(column.name, value(column, number))
                )
        yield row


def fill(connection: Connection) -> None:
    """Two rows in every table there is, and in one of totals what the triggers of others make of
    theirs.
    """
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    ids: dict[str, int] = {}
    for table in reflected(connection).sorted_tables:
        [key, *_] = key_of(table)
        ids[table.name] = 1  # the first row may name itself, where a table refers to itself
        for row in full_and_sparse(connection, table, ids):
            new = insert(table).values(row)
            connection.execute(new if is_number(key, table) else new.on_conflict_do_nothing())
        if is_number(key, table):
            assert list(connection.scalars(select(key).order_by(key))) == [1, 2]


def rows(connection: Connection) -> dict[str, list[Row]]:
    """What every table holds."""
    found = {}
    for table in reflected(connection).sorted_tables:
        in_order = select(table).order_by(*key_of(table))
        found[table.name] = [dict(row) for row in connection.execute(in_order).mappings()]
    return found


async def upgraded_from(
    database: Database, revision: str, story: Callable[[Connection], None]
) -> dict[str, list[Row]]:
    """Bring an empty database to `revision`, tell it a story, and bring it to the newest; what it
    held before.
    """
    async with database.engine.begin() as connection:
        await connection.run_sync(bring_to, revision)
        await connection.run_sync(story)
    async with (
        database.engine.connect() as connection
    ):  # by then the triggers that wait for a commit are through
        before = await connection.run_sync(rows)
    await migrations.upgrade(database)
    return before


@pytest.mark.parametrize("revision", earlier())
async def test_every_row_of_every_earlier_schema_is_kept(old: Database, revision: str) -> None:
    before = await upgraded_from(old, revision, fill)

    assert await migrations.is_current(old)
    async with old.engine.connect() as connection:
        after = await connection.run_sync(rows)
        for table in METADATA.sorted_tables:  # and today's code can read it
            (await connection.execute(select(table))).all()
    assert set(after) == set(METADATA.tables)
    # A migration appends one entry for each row whose state the audit log records from then on.
    appended = [row for row in after["audit_log"] if row["action"].endswith(".recorded")]
    after["audit_log"] = [row for row in after["audit_log"] if row not in appended]
    kept = {
        name: [
            {column: row[column] for column in was}
            for row, was in zip(after[name], before[name], strict=True)
        ]
        for name in before
    }
    assert kept == before


async def test_an_upgrade_of_what_is_up_to_date_changes_nothing(old: Database) -> None:
    await upgraded_from(old, "0001", fill)
    async with old.engine.connect() as connection:
        before = await connection.run_sync(rows)
    await migrations.upgrade(old)
    async with old.engine.connect() as connection:
        assert await connection.run_sync(rows) == before


BOOKS = (
    "INSERT INTO users (email, name, password_hash, role, status, total_earnings, paid, reserved, "
    "total_views,"
    " created_at) VALUES ('admin@swivi.test', 'Ada', 'x', 'ADMIN', 'ACTIVE', 0, 0, 0, 0, :now),"
    " ('casey@swivi.test', 'Casey', 'x', 'CLIPPER', 'ACTIVE', 2500, 2000, 0, 10000, :now)",
    "INSERT INTO campaigns (title, brand, description, requirements, platforms, content_url, "
    "cover_url, budget, spent, payout_rate, platform_rates, min_views, status, hidden, is_test, "
    "created_at) VALUES ('C', 'B', '', '', '[\"tiktok\"]', '', '', 10000, 2500, 250, '{}', 0, "
    "'ACTIVE', false, false, :now)",
    "INSERT INTO clip_submissions (user_id, campaign_id, platform, external_id, url, status, "
    "initial_views, baseline_at, baseline_attempts, reviewer_id, reviewed_at, created_at) VALUES "
    "(2, 1, 'tiktok', '7592641437091532062', "
    "'https://www.tiktok.com/@casey/video/7592641437091532062', 'APPROVED', 0, :now, 1, 1, :now, "
    ":now)",
    "INSERT INTO clips (submission_id, campaign_id, user_id, platform, external_id, state, "
    "initial_views, views, peak_views, rate, min_views, earnings, gross_credited, not_found_runs, "
    "created_at) VALUES (1, 1, 2, 'tiktok', '7592641437091532062', 'TRACKED', 0, 10000, 10000, "
    "250, 0, 2500, 2500, 0, :now)",
    "INSERT INTO tracking_runs (trigger, status, started_at, finished_at, clips_planned, "
    "clips_read, clips_failed, campaigns_planned, campaigns_settled, campaigns_completed, "
    "earnings_added, cost_micro_usd) VALUES ('SCHEDULE', 'COMPLETED', :now, :now, 1, 1, 0, 1, 1, "
    "0, 2500, 0)",
    "INSERT INTO tracking_run_campaigns (run_id, campaign_id, clips, status, earnings_added) VALUES"
    " (1, 1, 1, 'SETTLED', 2500)",
    "INSERT INTO view_tracking (clip_id, run_id, attempt, date, outcome, views, metric, source, "
    "detail) VALUES (1, NULL, 1, :now, 'ok', 0, 'playCount', 'apify', ''), (1, 1, 1, :now, 'ok', "
    "10000, 'playCount', 'apify', '')",
    "INSERT INTO payout_requests (user_id, amount, fee, net, method, details, status, body_hash, "
    "created_at, decided_by, decided_at) VALUES (2, 2000, 100, 1900, 'paypal', "
    "'casey@swivi.test', 'COMPLETED', 'hash', :now, 1, :now)",
    "INSERT INTO payouts (request_id, user_id, amount, fee, net, method, transaction_id, paid_by, "
    "paid_at) VALUES (1, 2, 2000, 100, 1900, 'paypal', 'TX-1', 1, :now)",
    "INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after, amount) "
    "VALUES"
    " (:now, 1, 'campaign.created', 'campaign', 1, '{}', '{}', 10000),"
    " (:now, NULL, 'campaign.settled', 'campaign', 1, '{}', '{}', 2500),"
    " (:now, 2, 'payout.requested', 'payout_request', 1, '{}', '{}', 2000),"
    " (:now, 1, 'payout.approved', 'payout_request', 1, '{}', '{}', NULL),"
    " (:now, 1, 'payout.completed', 'payout_request', 1, '{}', '{}', 2000)",
    "INSERT INTO ledger_transfers (debit_account, credit_account, amount, kind, idempotency_key, "
    "audit_id, campaign_id, user_id, clip_id, run_id, payout_request_id, created_at) VALUES "
    "('outside', 'campaign:1', 10000, 'BUDGET_FUNDED', 'fund', 1, 1, NULL, NULL, NULL, NULL, "
    ":now), ('campaign:1', 'available:2', 2500, 'ACCRUAL', 'run:1:clip:1', 2, 1, 2, 1, 1, NULL, "
    ":now), ('available:2', 'reserved:2', 2000, 'PAYOUT_RESERVED', 'payout:1:reserved', 3, NULL, "
    "2, NULL, NULL, 1, :now), ('reserved:2', 'outside', 1900, 'PAYOUT_PAID', 'payout:1:paid', 5, "
    "NULL, 2, NULL, NULL, 1, :now), ('reserved:2', 'fees', 100, 'PAYOUT_FEE', 'payout:1:fee', 5, "
    "NULL, 2, NULL, NULL, 1, :now)",
)
"""The first release's books after a whole journey: funded, earned, asked for, paid."""


def say(connection: Connection, statements: Sequence[str]) -> None:
    now = NOW if connection.dialect.name != "sqlite" else NOW.isoformat(" ")[:19]
    for statement in statements:
        connection.execute(text(statement), {"now": now})


def keep_books(connection: Connection) -> None:
    say(connection, BOOKS)


async def test_the_first_releases_books_pass_todays_audit(old: Database) -> None:
    await upgraded_from(old, "0001", keep_books)
    assert await findings(old) == []

    async with old.engine.execution_options(swivi_writes=True).begin() as connection:
        await connection.execute(text("UPDATE users SET paid = 1999 WHERE id = 2"))
    assert [finding for finding in await findings(old) if "I2" in finding]


COMPLETED = (
    "UPDATE campaigns SET status = 'COMPLETED', completed_at = :now, completion_reason = 'Over.'",
    "UPDATE clip_submissions SET final_earnings = 2500",
    "INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after) VALUES"
    " (:now, 1, 'campaign.completed', 'campaign', 1, '{}', '{}')",
)
"""The campaign ended with $75.00 on its account."""


async def test_an_upgrade_returns_what_completed_campaigns_did_not_spend_once(
    old: Database,
) -> None:
    await upgraded_from(old, "0001", lambda connection: say(connection, (*BOOKS, *COMPLETED)))
    await migrations.upgrade(old)
    assert await findings(old) == []
    async with old.engine.connect() as connection:
        returned = await connection.execute(
            text(
                "SELECT l.debit_account, l.credit_account, l.amount, a.action, a.actor_id, a.amount"
                " FROM ledger_transfers l JOIN audit_log a ON a.id = l.audit_id WHERE l.kind = "
                "'BUDGET_RETURNED'"
            )
        )
        assert [tuple(row) for row in returned] == [
            ("campaign:1", "outside", 7_500, "campaign.budget_returned", None, 7_500)
        ]


SAME_VIDEO = (
    "INSERT INTO users (email, name, password_hash, role, status, total_earnings, paid, reserved, "
    "total_views,"
    " created_at) VALUES ('kim@swivi.test', 'Kim', 'x', 'CLIPPER', 'ACTIVE', 500, 0, 0, 2000, "
    ":now)",
    "INSERT INTO campaigns (title, brand, description, requirements, platforms, content_url, "
    "cover_url, budget, spent, payout_rate, platform_rates, min_views, status, hidden, is_test, "
    "created_at) VALUES ('D', 'B', '', '', '[\"tiktok\"]', '', '', 0, 0, 250, '{}', 0, 'ACTIVE', "
    "false, false, :now), ('T', 'B', '', '', '[\"tiktok\"]', '', '', 500, 500, 250, '{}', 0, "
    "'ACTIVE', true, true, :now)",
    "INSERT INTO clip_submissions (user_id, campaign_id, platform, external_id, url, status, "
    "initial_views,"
    " baseline_at, baseline_attempts, reason, created_at) VALUES"
    " (3, 2, 'tiktok', '7592641437091532062', 'u', 'REJECTED', 0, :now, 1, 'No.', :now),"
    " (3, 2, 'tiktok', '7592641437091532062', 'u', 'PENDING', 0, :now, 1, NULL, :now),"
    " (3, 2, 'tiktok', '7592641437091532063', 'u', 'PENDING', 0, :now, 1, NULL, :now)",
    "INSERT INTO clip_submissions (user_id, campaign_id, platform, external_id, url, status, "
    "initial_views,"
    " baseline_at, baseline_attempts, created_at) VALUES"
    " (3, 3, 'tiktok', '7592641437091532064', 'u', 'APPROVED', 0, :now, 1, :now)",
    "INSERT INTO clips (submission_id, campaign_id, user_id, platform, external_id, state, "
    "initial_views, views, peak_views, rate, min_views, earnings, gross_credited, not_found_runs, "
    "created_at) VALUES (5, 3, 3, 'tiktok', '7592641437091532064', 'TRACKED', 0, 2000, 2000, 250, "
    "0, 500, 500, 0, :now)",
    "UPDATE tracking_runs SET earnings_added = 3000",
    "INSERT INTO view_tracking (clip_id, run_id, attempt, date, outcome, views, metric, source, "
    "detail) VALUES (2, NULL, 1, :now, 'ok', 0, 'playCount', 'apify', ''), (2, 1, 1, :now, 'ok', "
    "2000, 'playCount', 'apify', '')",
    "INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after, amount) "
    "VALUES"
    " (:now, 1, 'campaign.created', 'campaign', 3, '{}', '{}', 500),"
    " (:now, NULL, 'campaign.settled', 'campaign', 3, '{}', '{}', 500)",
    "INSERT INTO ledger_transfers (debit_account, credit_account, amount, kind, idempotency_key, "
    "audit_id, campaign_id, user_id, clip_id, run_id, payout_request_id, created_at) VALUES "
    "('outside', 'campaign:3', 500, 'BUDGET_FUNDED', 'fund:3', 6, 3, NULL, NULL, NULL, NULL, "
    ":now), ('campaign:3', 'available:3', 500, 'ACCRUAL', 'run:1:clip:2', 7, 3, 3, 2, 1, NULL, "
    ":now)",
)
"""A second clipper sent the first one's video to another campaign, and was credited by a test
campaign.
"""

AFTER_THE_MARK = (
    "INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after, amount) "
    "VALUES"
    " (:now, NULL, 'campaign.settled', 'campaign', 3, '{}', '{}', 1)",
    "INSERT INTO ledger_transfers (debit_account, credit_account, amount, kind, idempotency_key, "
    "audit_id, campaign_id, user_id, clip_id, run_id, created_at) SELECT 'campaign:3', "
    "'available:3', 1, 'ACCRUAL', 'again', MAX(id), 3, 3, 2, 1, :now FROM audit_log",
)
"""A settlement of the test campaign that credits the clipper again."""


async def test_what_an_earlier_release_let_through_passes_the_audit_and_nothing_more_does(
    old: Database,
) -> None:
    await upgraded_from(old, "0001", lambda connection: say(connection, (*BOOKS, *SAME_VIDEO)))

    assert await findings(old) == []
    async with old.engine.connect() as connection:
        held = await connection.execute(
            text("SELECT id, holds_video FROM clip_submissions ORDER BY id")
        )
        marks = await connection.execute(
            text("SELECT COUNT(*) FROM audit_log WHERE action = 'ledger.sandbox_opened'")
        )
        assert [bool(holds) for _, holds in held] == [True, False, False, True, False]
        assert marks.scalar_one() == 1
    async with old.engine.execution_options(swivi_writes=True).begin() as connection:
        await connection.run_sync(lambda sync: say(sync, AFTER_THE_MARK))
    assert [one for one in await findings(old) if one.startswith("I17")] == [
        "I17: transfer 8: credits $0.01 of a test campaign to a clipper"
    ]


async def test_history_stays_append_only_after_an_upgrade(old: Database) -> None:
    await upgraded_from(old, "0001", fill)
    for refused in (
        "UPDATE ledger_transfers SET amount = 7",
        "DELETE FROM ledger_transfers",
        "UPDATE audit_log SET reason = 'x'",
        "DELETE FROM audit_log",
        "UPDATE view_tracking SET views = 7",
    ):
        with pytest.raises(Exception, match="append-only"):
            async with old.engine.execution_options(swivi_writes=True).begin() as connection:
                await connection.execute(text(refused))


WAITING = """
    SELECT count(*) > 0 FROM pg_locks JOIN pg_database d ON d.oid = database WHERE datname = :name
        AND NOT granted"""
TOTALS = (
    "submission_tallies",
    "clip_tallies",
    "campaign_clippers",
    "campaign_days",
    "account_days",
    "user_tallies",
)


UNDER_WAY = (
    ("0013", BOOKS[:2], BOOKS[2:], "submission_tallies"),
    ("0015", (), BOOKS[:1], "user_tallies"),
    ("0020", BOOKS[:2], BOOKS[2:], "payout_tallies"),
)


@pytest.mark.parametrize(("revision", "committed", "under_way", "counted"), UNDER_WAY)
async def test_what_is_under_way_during_an_upgrade_is_in_the_totals(
    create_database: Callable[[], str],
    revision: str,
    committed: Sequence[str],
    under_way: Sequence[str],
    counted: str,
) -> None:
    quiet, busy = Database(create_database()), Database(create_database())
    await upgraded_from(
        quiet, revision, lambda connection: say(connection, [*committed, *under_way])
    )
    async with busy.engine.begin() as connection:
        await connection.run_sync(bring_to, revision)
        await connection.run_sync(say, committed)

    async with busy.engine.begin() as connection:
        await connection.run_sync(say, under_way)
        upgrading = asyncio.create_task(migrations.upgrade(busy))
        await _somebody_waits_in(busy, seen_from=quiet)
    await upgrading

    said = []
    for database in (quiet, busy):
        async with database.engine.connect() as connection:
            held = await connection.run_sync(rows)
        said.append({name: held[name] for name in (*TOTALS, "payout_tallies", "submitters")})
        await database.dispose()
    assert said[0] == said[1]
    assert said[0][counted]


async def _somebody_waits_in(database: Database, seen_from: Database) -> None:
    async with seen_from.engine.connect() as connection, asyncio.timeout(20):
        while not await connection.scalar(text(WAITING), {"name": database.engine.url.database}):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


UNREAD = (
    "INSERT INTO view_tracking (clip_id, run_id, attempt, date, outcome, metric, source, detail) "
    "VALUES (1, 1, 2, :now, 'private', 'playCount', 'apify', ''), (1, 1, 3, :now, 'error', "
    "'playCount', 'apify', '')",
    "INSERT INTO thinned_days (day, deleted, failed, is_done)"
    """ VALUES (:now, 9, '{"private": 3}', true)""",
)


async def test_readings_that_failed_are_counted_as_before(old: Database) -> None:
    def tell(connection: Connection) -> None:
        keep_books(connection)
        say(connection, UNREAD)

    await upgraded_from(old, "0017", tell)

    async with old.reading() as session:
        assert (await tracked(session)).readings_failed == {Outcome.PRIVATE: 4, Outcome.ERROR: 1}


ALIASES = (
    (1, 1, 1, "youtube", "DJztXj2GPfl", "PENDING"),
    (2, 1, 1, "youtube", "DJztXj2GPfm", "PENDING"),
    (3, 2, 1, "youtube", "DJztXj2GPfn", "PENDING"),
    (4, 2, 2, "youtube", "DJztXj2GPfk", "PENDING"),
    (5, 1, 2, "youtube", "DJztXj2GPfn", "REJECTED"),
    (6, 2, 2, "youtube", "N_708QY7Obx", "APPROVED"),
    (7, 1, 1, "instagram", "CA0YnOonSfS" + 14 * "98", "PENDING"),
    (8, 1, 1, "instagram", "DTA4abcdEFG", "PENDING"),
    (9, 1, 1, "tiktok", "7592641437091532061", "PENDING"),
)
"""Submissions as an earlier release took them: id, user, campaign, platform, external id, status.
"""


def tell_of_aliases(connection: Connection) -> None:
    say(connection, BOOKS[:2])
    say(
        connection,
        [
            "INSERT INTO campaigns (title, brand, description, requirements, platforms, "
            "content_url, cover_url, budget, spent, payout_rate, platform_rates, min_views, "
            "status, hidden, is_test, created_at) VALUES ('D', 'B', '', '', '[]', '', '', 10000, "
            "0, 250, '{}', 0, 'ACTIVE', false, false, :now)",
            *(
                "INSERT INTO clip_submissions (id, user_id, campaign_id, platform, external_id, "
                f"url, status, initial_views, baseline_attempts, created_at) VALUES ({number}, "
                f"{user}, {campaign}, '{platform}', '{external_id}', 'old', '{status}', 0, 1, :now)"
                for number, user, campaign, platform, external_id, status in ALIASES
            ),
            "INSERT INTO clips (submission_id, campaign_id, user_id, platform, external_id, "
            "state, initial_views, views, peak_views, rate, min_views, earnings, gross_credited, "
            "not_found_runs, created_at) VALUES (6, 2, 2, 'youtube', 'N_708QY7Obx', 'TRACKED', 0, "
            "0, 0, 250, 0, 0, 0, 0, :now)",
        ],
    )


async def test_stored_ids_become_canonical_unless_that_video_is_submitted_already(
    old: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await upgraded_from(old, "0022", tell_of_aliases)
    async with old.engine.connect() as connection:
        found = await connection.execute(
            text("SELECT id, external_id, url FROM clip_submissions ORDER BY id")
        )
        stored = {number: (external_id, url) for number, external_id, url in found}
        clip = await connection.scalar(text("SELECT external_id FROM clips"))
    assert stored == {
        1: ("DJztXj2GPfk", "https://www.youtube.com/watch?v=DJztXj2GPfk"),
        2: ("DJztXj2GPfm", "old"),  # the same clipper's first
        3: ("DJztXj2GPfn", "old"),  # the same campaign's first
        4: ("DJztXj2GPfk", "old"),  # canonical already
        5: (
            "DJztXj2GPfk",
            "https://www.youtube.com/watch?v=DJztXj2GPfk",
        ),  # rejected: collides with nothing
        6: ("N_708QY7Obw", "https://www.youtube.com/watch?v=N_708QY7Obw"),
        7: ("CA0YnOonSfS", "https://www.instagram.com/reel/CA0YnOonSfS/"),
        8: ("DTA4abcdEFG", "old"),
        9: ("7592641437091532061", "old"),
    }
    assert clip == "N_708QY7Obw"
    [line] = [record.getMessage() for record in caplog.records if record.name == "swivi.migrations"]
    assert line.startswith("2 submissions ")
    assert line.endswith(": 2, 3")


PAYEES = (
    "INSERT INTO users (email, name, password_hash, role, status, total_earnings, paid, reserved, "
    "total_views,"
    " created_at) VALUES ('ada@swivi.test', 'Ada', 'x', 'ADMIN', 'ACTIVE', 0, 0, 0, 0, :now),"
    " ('casey@swivi.test', 'Casey', 'x', 'CLIPPER', 'ACTIVE', 0, 0, 0, 0, :now)"
)
FREE_TEXT = (
    "INSERT INTO payout_requests (user_id, amount, fee, net, method, details, status, body_hash, "
    "created_at) VALUES (2, 100, 0, 100, 'venmo', '@casey', 'COMPLETED', 'h', :now), (2, 100, 0, "
    "100, 'zelle', '@c', 'COMPLETED', 'h', :now), (2, 100, 0, 100, 'bank transfer', 'IBAN and so "
    "on', 'REJECTED', 'h', :now), (2, 100, 0, 100, 'usdc', 'hello', 'REJECTED', 'h', :now), (1, "
    "100, 0, 100, 'bank', 'the corner', 'PENDING', 'h', :now)",
    "INSERT INTO payouts (request_id, user_id, amount, fee, net, method, transaction_id, paid_by, "
    "paid_at) VALUES (1, 2, 100, 0, 100, 'venmo', 'TX-1', 1, :now), (2, 2, 100, 0, 100, 'zelle', "
    "'TX-1', 1, :now)",
    (
        "INSERT INTO payout_destinations (user_id, method, details, kept_at) VALUES (2, 'cash', "
        "'the pub', :now)"
    ),
)
"""What earlier releases took for methods."""


async def test_payout_methods_become_an_enumeration(old: Database) -> None:
    await upgraded_from(old, "0032", lambda connection: say(connection, (PAYEES, *FREE_TEXT)))

    async with old.engine.connect() as connection:
        asked = await connection.execute(
            text("SELECT method, details FROM payout_requests ORDER BY id")
        )
        paid = await connection.execute(
            text("SELECT method, transaction_id FROM payouts ORDER BY id")
        )
        kept = await connection.execute(text("SELECT method, details FROM payout_destinations"))
        assert [tuple(row) for row in asked] == [
            ("other", "venmo: @casey"),
            ("other", "zelle: @c"),
            ("bank", "IBAN and so on"),
            ("usdc", "hello"),
            ("other", "bank: the corner"),
        ]
        assert [tuple(row) for row in paid] == [("other", "TX-1"), ("other", "TX-1")]
        assert [tuple(row) for row in kept] == [("other", "cash: the pub")]
    for table in ("payout_requests", "payouts", "payout_destinations"):
        with pytest.raises(IntegrityError):
            async with old.engine.execution_options(swivi_writes=True).begin() as connection:
                await connection.execute(text(f"UPDATE {table} SET method = 'gold'"))
    async with old.engine.execution_options(swivi_writes=True).begin() as connection:
        await connection.execute(
            text("UPDATE payout_requests SET status = 'CANCELLED' WHERE status = 'PENDING'")
        )
    async with old.engine.connect() as connection:  # PostgreSQL counts at the commit
        tally = await connection.execute(
            text("SELECT requests FROM payout_tallies WHERE status = 'CANCELLED'")
        )
        assert tally.scalar_one() == 1, "the triggers are still there"
