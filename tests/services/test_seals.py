"""Seals: rows are hashed in order, and whatever is changed, removed, inserted or reordered later is
named.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock, leases
from swivi.core.db import Database
from swivi.domain.clips.models import ViewTracking
from swivi.domain.ledger import invariants
from swivi.domain.ledger.models import AuditEntry, Transfer
from swivi.domain.reconciliation.models import AuditTrigger
from swivi.domain.seals import sealing, verifying
from swivi.domain.seals.content import (
    ENTRIES,
    READINGS,
    SEALED,
    TRANSFERS,
    Sealed,
    contents,
    ids_of,
    leaves,
    ranges,
)
from swivi.domain.seals.models import Seal, SealCheck, SealedSlice, Stream, ThinnedReadings
from swivi.domain.seals.sealing import Sealer
from swivi.domain.seals.verifying import SealVerification, verify
from swivi.domain.tracking import thinning
from swivi.runtime import schedule
from swivi.runtime.database.tables import METADATA
from tests.factories import tiktok, youtube
from tests.months import as_if_for_long
from tests.world import World

MONEY = (TRANSFERS, ENTRIES, READINGS)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows already make several seals of several slices."""
    monkeypatch.setattr(sealing, "MOST_ROWS", 7)
    monkeypatch.setattr(sealing, "SLICE", 3)
    monkeypatch.setattr(verifying, "MOST_ROWS", 11)
    monkeypatch.setattr(verifying, "ROTATED_ROWS", 5)


@pytest.fixture
async def sealed(open_world: World) -> World:
    """A little history, all of it sealed."""
    world = open_world
    await as_if_for_long(world.database)
    campaign = await world.campaign()
    for video in (tiktok(1), youtube(1)):
        await world.clip(campaign, video)
    for views in (1_000, 2_000, 3_000):
        await world.read((tiktok(1), views), (youtube(1), 2 * views))
    await Sealer(world.database).seal_new()
    return world


async def numbers(database: Database) -> dict[Stream, int]:
    async with database.reading() as session:
        return {
            stream: (await session.execute(text(f"SELECT COUNT(*) FROM {of.table}"))).scalar_one()
            for stream, of in SEALED.items()
        }


async def audited(database: Database, since: str | None = None) -> list[tuple[str, int | str, str]]:
    """What an audit says of the seals: the subject, its id, and what is wrong with it."""
    found = (await invariants.check(database, since=since)).findings
    return [
        _briefly(one.subject, one.subject_id, one.sentence)
        for one in found
        if one.invariant == "I19"
    ]


def _briefly(subject: str, subject_id: int | str, sentence: str) -> tuple[str, int | str, str]:
    return subject, subject_id, sentence.partition(": ")[2].partition(" (")[0].partition(",")[0]


CHANGED, REMOVED = "was changed after it was sealed", "was removed after it was sealed"
INSERTED, NEVER_GIVEN = (
    "was inserted among rows that were sealed before",
    "was inserted with an id that was never given out",
)


async def disarm(session: AsyncSession, table: str) -> None:
    """Within this transaction, nothing refuses a change of the table."""
    if session.get_bind().dialect.name == "sqlite":
        found = await session.execute(
            text(f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'")
        )
        drops = [f"DROP TRIGGER {name}" for name in found.scalars().all()]
        statements = [
            *drops,
            "PRAGMA ignore_check_constraints = ON",
            "PRAGMA defer_foreign_keys = ON",
        ]
    else:
        checks = (
            "SELECT conname FROM pg_constraint WHERE conrelid = '{}'::regclass AND contype = 'c' "
            "AND coninhcount = 0"
        )
        found = await session.execute(text(checks.format(table)))
        drops = [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name in found.scalars().all()]
        statements = [*drops, "SET LOCAL session_replication_role = replica"]
    for statement in statements:
        await session.execute(text(statement))


class NotKept(Exception):
    """Ends a transaction that is not to be kept."""


async def after(
    database: Database, table: str, *statements: str
) -> list[tuple[str, int | str, str]]:
    """What a check of all seals names after these statements, none of which is kept."""
    verified: SealVerification | None = None
    try:
        async with database.writing() as session:
            await disarm(session, table)
            for statement in statements:
                await session.execute(text(statement))
            verified = await verify(session)
            raise NotKept
    except NotKept:
        assert verified is not None
        return [_briefly(one.subject, one.subject_id, one.sentence) for one in verified.differences]


# --- what is sealed -----------------------------------------------------------------------------


async def test_every_row_is_sealed_once_and_in_order(sealed: World) -> None:
    seals, slices = await sealed.all(Seal), await sealed.all(SealedSlice)
    there = await numbers(sealed.database)

    assert len(seals) > 2
    assert [seal.previous for seal in seals[1:]] == [seal.digest for seal in seals[:-1]]
    assert {stream: seals[-1].rows(stream) for stream in Stream} == there
    assert sum(one.rows for one in slices) == sum(there.values())
    for stream in MONEY:
        own = [
            row_id for one in slices if one.stream == stream.stream for row_id in ids_of(one.ids)
        ]
        assert own == sorted(set(own))
    assert await Sealer(sealed.database).seal_new() == 0
    assert await audited(sealed.database) == []


async def test_new_rows_continue_the_chain(sealed: World) -> None:
    before = (await sealed.all(Seal))[-1]
    await sealed.read((tiktok(1), 9_000))
    added = await Sealer(sealed.database).seal_new()

    after_it = [seal for seal in await sealed.all(Seal) if seal.id > before.id]
    assert after_it[0].previous == before.digest
    assert added == after_it[-1].all_rows - before.all_rows > 2
    assert await audited(sealed.database) == []


@pytest.mark.parametrize("of", SEALED.values(), ids=lambda of: of.table)
def test_every_column_of_a_sealed_table_is_hashed(of: Sealed) -> None:
    assert list(of.columns) == sorted(column.name for column in METADATA.tables[of.table].columns)


async def test_a_row_has_the_same_content_on_both_databases(database: Database) -> None:
    at = datetime(2026, 12, 1, 10, 26, 45, 123, tzinfo=UTC)
    entry = AuditEntry(
        at=at,
        action="x",
        subject="übung",
        subject_id=2**62,
        before={"b": 1, "a": None},
        reason="",
        amount=None,
    )
    async with database.writing() as session:
        session.add(entry)
    async with database.reading() as session:
        rows: Sequence[Any] = (await session.execute(text(ENTRIES.select))).all()
    assert list(contents(ENTRIES, rows)) == [
        b'{"action":"x","after":{},"at":1796120805000123,"before":{"a":null,"b":1},"id":1,"reason":"",'
        b'"subject":"\\u00fcbung","subject_id":4611686018427387904}'
    ]


@pytest.mark.parametrize("ids", [[], [5], [1, 2, 3], [1, 3, 4, 9], [-2, -1, 7]])
def test_ranges_are_read_as_they_were_written(ids: list[int]) -> None:
    assert ids_of(ranges([one for one in ids if one > 0])) == [one for one in ids if one > 0]


# --- what is found ------------------------------------------------------------------------------


def changes_of(of: Sealed) -> list[tuple[str, str]]:
    """Each column of a sealed table, with another value for it."""
    table = METADATA.tables[of.table]
    values = {}
    for name in of.columns:
        kind = table.columns[name].type.python_type if name not in of.times | of.documents else None
        if name in of.times:
            values[name] = "'2026-01-02 03:04:05.000001'"
        elif name in of.documents:
            values[name] = """'{"x": 1}'"""
        elif kind is int:
            values[name] = f'COALESCE("{name}", 0) + 1000000'
        else:
            values[name] = f"""COALESCE("{name}", '') || 'x'"""
    return list(values.items())


@pytest.mark.parametrize("of", MONEY, ids=lambda of: of.table)
async def test_a_changed_row_is_named_whichever_column_it_is(sealed: World, of: Sealed) -> None:
    for column, value in changes_of(of):
        found = await after(
            sealed.database, of.table, f'UPDATE {of.table} SET "{column}" = {value} WHERE id = 2'
        )
        expected = {(of.subject, 2, REMOVED if column == "id" else CHANGED)}
        beyond = (
            {(of.subject, 1_000_002, NEVER_GIVEN)}
            if column == "id" and not sealed.database.is_sqlite
            else set()
        )
        assert set(found) == expected | beyond, column


@pytest.mark.parametrize("of", MONEY, ids=lambda of: of.table)
async def test_a_removed_row_is_named(sealed: World, of: Sealed) -> None:
    found = await after(sealed.database, of.table, f"DELETE FROM {of.table} WHERE id IN (1, 4)")
    assert found == [(of.subject, 1, REMOVED), (of.subject, 4, REMOVED)]


def copied(of: Sealed, row_id: int, *, of_id: int) -> str:
    """A statement that inserts a row like another one."""
    other = {
        "id": f"{row_id}",
        "idempotency_key": f"'copy-{row_id}'",
        "run_id": "NULL",
        "reverses": "NULL",
    }
    names = ", ".join(f'"{name}"' for name in of.columns)
    values = ", ".join(other.get(name, f'"{name}"') for name in of.columns)
    return f"INSERT INTO {of.table} ({names}) SELECT {values} FROM {of.table} WHERE id = {of_id}"


@pytest.mark.parametrize("of", MONEY, ids=lambda of: of.table)
@pytest.mark.parametrize("row_id", [0, -7])
async def test_a_row_that_is_inserted_with_an_old_id_is_named(
    sealed: World, of: Sealed, row_id: int
) -> None:
    found = await after(sealed.database, of.table, copied(of, row_id, of_id=2))
    assert found == [(of.subject, row_id, INSERTED)]


async def test_a_row_that_takes_an_id_which_was_left_out_is_named(sealed: World) -> None:
    if sealed.database.is_sqlite:
        return  # leaves none out
    async with sealed.database.writing() as session:  # an id that a transaction took and gave up
        await session.execute(text("SELECT nextval('ledger_transfers_id_seq')"))
    await sealed.read((tiktok(1), 9_000))
    await Sealer(sealed.database).seal_new()
    assert await audited(sealed.database) == []
    gap = {one.id for one in await sealed.all(Transfer)}
    [missing] = set(range(1, max(gap))) - gap

    found = await after(sealed.database, "ledger_transfers", copied(TRANSFERS, missing, of_id=2))
    assert found == [("transfer", missing, INSERTED)]


@pytest.mark.parametrize("of", [TRANSFERS, ENTRIES], ids=lambda of: of.table)
async def test_a_row_that_is_inserted_beyond_the_sequence_is_named(
    sealed: World, of: Sealed
) -> None:
    async with sealed.database.writing() as session:
        await session.execute(text(copied(of, 5_000, of_id=2)))
    await Sealer(sealed.database).seal_new()
    assert (of.subject, 5_000, NEVER_GIVEN) in await audited(sealed.database)


@pytest.mark.parametrize("of", MONEY, ids=lambda of: of.table)
async def test_rows_that_change_places_are_named(sealed: World, of: Sealed) -> None:
    swap = (
        f"UPDATE {of.table} SET id = {new} WHERE id = {old}"
        for old, new in ((2, 10**6), (3, 2), (10**6, 3))
    )
    found = await after(sealed.database, of.table, *swap)
    assert found == [(of.subject, 2, CHANGED), (of.subject, 3, CHANGED)]


# Of seal 2, because each of its kind shows that the others are not named with it.
@pytest.mark.parametrize(
    ("table", "statement", "named"),
    [
        ("seals", "UPDATE seals SET transfers_rows = transfers_rows + 1 WHERE id = 2", [2]),
        ("seals", "UPDATE seals SET digest = 'x' WHERE id = 2", [2, 3]),
        ("seals", "UPDATE seals SET previous = 'x' WHERE id = 2", [2, 2]),
        ("seals", "DELETE FROM seals WHERE id = 2", [2]),
        ("sealed_slices", "UPDATE sealed_slices SET ids = '1' WHERE seal_id = 2", [2]),
        ("sealed_slices", "UPDATE sealed_slices SET digest = 'x' WHERE seal_id = 2", [2]),
        ("sealed_slices", "UPDATE sealed_slices SET sent_digest = 'x' WHERE seal_id = 2", [2]),
        ("sealed_slices", "UPDATE sealed_slices SET last_id = last_id - 1 WHERE seal_id = 2", [2]),
        (
            "sealed_slices",
            "UPDATE sealed_slices SET leaves = substr(leaves, 2) WHERE seal_id = 2",
            [2],
        ),
        ("sealed_slices", "DELETE FROM sealed_slices WHERE seal_id = 2", [2]),
    ],
)
async def test_a_seal_that_was_tampered_with_is_named(
    sealed: World, table: str, statement: str, named: list[int]
) -> None:
    found = await after(sealed.database, table, statement)
    assert sorted(subject_id for subject, subject_id, _ in found if subject == "seal") == named


async def test_a_record_that_cannot_be_read_hides_no_other(sealed: World) -> None:
    if not sealed.database.is_sqlite:
        return  # refuses anything but bytes
    found = await after(
        sealed.database,
        "sealed_slices",
        "UPDATE sealed_slices SET leaves = 'text' WHERE seal_id = 2",
        "DELETE FROM sealed_slices WHERE seal_id = (SELECT MAX(id) FROM seals)",
    )
    assert {one[0] for one in found} == {"seal"}
    assert next(one[2] for one in found).startswith("could not be checked")
    assert (await sealed.all(Seal))[-1].id in {one[1] for one in found}


async def test_seals_cannot_be_rewritten(sealed: World) -> None:
    for table in ("seals", "sealed_slices"):
        for statement in (f"UPDATE {table} SET digest = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="is append-only"):
                async with sealed.database.writing() as session:
                    await session.execute(text(statement))


async def test_a_seal_from_outside_proves_that_nothing_before_it_changed(sealed: World) -> None:
    known = (await sealed.all(Seal))[0].digest
    await sealed.read((tiktok(1), 9_000))
    await Sealer(sealed.database).seal_new()
    assert await audited(sealed.database, since=known) == []

    # Somebody changes a row and makes all seals anew: by themselves they fit.
    async with sealed.database.writing() as session:
        for table in ("ledger_transfers", "seals", "sealed_slices"):
            await disarm(session, table)
        for statement in (
            "UPDATE ledger_transfers SET idempotency_key = 'another' WHERE id = 1",
            "DELETE FROM sealed_slices",
            "DELETE FROM seals",
        ):
            await session.execute(text(statement))
    await Sealer(sealed.database).seal_new()
    assert await audited(sealed.database) == []
    [(subject, named, _)] = await audited(sealed.database, since=known)
    assert (subject, named) == ("seal", known)


async def test_what_retention_deleted_is_not_missing(sealed: World) -> None:
    readings = await sealed.all(ViewTracking)
    with clock.standing_at(clock.now() + timedelta(days=40)):
        await thinning.thin_out(sealed.database)
    gone = {one.id for one in readings} - {one.id for one in await sealed.all(ViewTracking)}
    kept = [row_id for one in await sealed.all(ThinnedReadings) for row_id in ids_of(one.ids)]
    assert set(kept) == gone

    await Sealer(sealed.database).seal_new()
    assert await audited(sealed.database) == []
    last = max(one.id for one in readings)
    found = await after(
        sealed.database, "view_tracking", f"DELETE FROM view_tracking WHERE id = {last}"
    )
    assert found == [("reading", last, REMOVED)]


# --- who seals ----------------------------------------------------------------------------------


@pytest.fixture
async def other(sealed: World) -> AsyncIterator[Database]:
    """As another process has it."""
    database = Database(sealed.settings.database_url)
    yield database
    await database.dispose()


async def test_two_processes_do_not_fork_the_chain(sealed: World, other: Database) -> None:
    for views in (8_000, 9_000, 10_000):
        await sealed.read((tiktok(1), views), (youtube(1), views))
        await asyncio.gather(
            *(Sealer(one).seal_new() for one in (sealed.database, other, sealed.database))
        )
    await Sealer(sealed.database).seal_new()
    seals = await sealed.all(Seal)
    assert [seal.id for seal in seals] == list(range(1, 1 + len(seals)))
    assert {stream: seals[-1].rows(stream) for stream in Stream} == await numbers(sealed.database)
    assert await audited(sealed.database) == []


async def test_a_second_seal_after_the_same_one_is_refused(sealed: World) -> None:
    last = (await sealed.all(Seal))[-1]
    twin = Seal(**last.model_dump() | {"id": last.id + 1, "digest": "another"})
    with pytest.raises(DBAPIError):
        async with sealed.database.writing() as session:
            session.add(twin)


async def test_sealing_that_is_cut_off_is_gone_on_with(
    sealed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for views in (8_000, 9_000, 10_000):
        await sealed.read((tiktok(1), views), (youtube(1), views))
    before, made = len(await sealed.all(Seal)), 0
    assert_held = leases.LeaseHold.assert_held

    async def once(self: leases.LeaseHold, session: AsyncSession) -> None:
        nonlocal made
        made += 1
        if made == 2:
            raise asyncio.CancelledError
        await assert_held(self, session)

    monkeypatch.setattr(leases.LeaseHold, "assert_held", once)
    with pytest.raises(asyncio.CancelledError):
        await Sealer(sealed.database).seal_new()
    assert len(await sealed.all(Seal)) == before + 1

    assert await Sealer(sealed.database).seal_new() > 0
    assert {
        stream: (await sealed.all(Seal))[-1].rows(stream) for stream in Stream
    } == await numbers(sealed.database)
    assert await audited(sealed.database) == []


async def test_the_clock_seals(open_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SEAL_SECONDS", 0.05)
    done, seal_new = asyncio.Event(), Sealer.seal_new

    async def noticed(self: Sealer) -> int:
        sealed = await seal_new(self)
        if sealed:
            done.set()
        return sealed

    monkeypatch.setattr(Sealer, "seal_new", noticed)
    await open_world.campaign()
    open_world.running.schedule.start()
    try:
        await asyncio.wait_for(done.wait(), 20)
    finally:
        open_world.running.schedule.stop()
    assert await audited(open_world.database) == []


ENTRY = """
    INSERT INTO audit_log ({id_column}at, action, subject, subject_id, before, after)
    VALUES ({id_value}now(), 'x', 'user', 1, '{{}}', '{{}}') RETURNING id"""
TAKES_AN_ID = ENTRY.format(id_column="", id_value="")


async def sealed_entries(database: Database) -> int:
    async with database.reading() as session:
        seal = await sealing.newest(session)
    return seal.entries_last if seal else 0


async def test_an_id_that_commits_late_is_not_passed_over(sealed: World, other: Database) -> None:
    if sealed.database.is_sqlite:
        return  # there commits come in the order of ids
    sealer, before = Sealer(sealed.database), await sealed_entries(sealed.database)
    async with other.writing() as slow:
        early = (await slow.execute(text(TAKES_AN_ID))).scalar_one()
        async with sealed.database.writing() as session:
            late = (await session.execute(text(TAKES_AN_ID))).scalar_one()
        assert late > early
        for _ in range(3):
            await sealer.seal_new()
            await Sealer(sealed.database).seal_new()
        assert await sealed_entries(sealed.database) == before
    await sealer.seal_new()
    assert await sealed_entries(sealed.database) == late
    assert await audited(sealed.database) == []


async def test_an_id_of_a_transaction_that_has_no_number_yet_is_not_passed_over(
    sealed: World, other: Database
) -> None:
    """As an INSERT between its sequence and its row, which a snapshot's xmin knows nothing of."""
    if sealed.database.is_sqlite:
        return
    sealer, before = Sealer(sealed.database), await sealed_entries(sealed.database)
    async with other.writing() as slow:
        await slow.execute(text("LOCK TABLE audit_log IN ROW EXCLUSIVE MODE"))
        early = (await slow.execute(text("SELECT nextval('audit_log_id_seq')"))).scalar_one()
        async with sealed.database.writing() as session:
            late = (await session.execute(text(TAKES_AN_ID))).scalar_one()
        for _ in range(3):
            await sealer.seal_new()
        assert await sealed_entries(sealed.database) == before
        await slow.execute(text(ENTRY.format(id_column="id, ", id_value=f"{early}, ")))
    await sealer.seal_new()
    assert await sealed_entries(sealed.database) == late
    assert await audited(sealed.database) == []


async def test_writers_that_come_later_do_not_keep_rows_from_their_seal(
    sealed: World, other: Database
) -> None:
    if sealed.database.is_sqlite:
        return
    sealer = Sealer(sealed.database)
    async with sealed.database.writing() as first:
        noted = (await first.execute(text(TAKES_AN_ID))).scalar_one()
        await sealer.seal_new()
    async with other.writing() as second:
        await second.execute(text(TAKES_AN_ID))
        await sealer.seal_new()
        assert await sealed_entries(sealed.database) == noted


# --- what is checked again ----------------------------------------------------------------------


async def checked(world: World, trigger: AuditTrigger) -> int:
    """How many sealed rows an audit looked at."""
    audit = await world.running.auditor.audit(trigger)
    assert audit.found == 0
    return next(int(result["rows"]) for result in audit.results if result["invariant"] == "I19")


async def test_audits_after_runs_look_at_new_rows_and_a_part_of_the_old(sealed: World) -> None:
    everything = sum((await numbers(sealed.database)).values())
    assert await checked(sealed, AuditTrigger.RUN) == everything  # the first one
    [known] = await sealed.all(SealCheck)
    assert known.whole_seal_id == known.seal_id == len(await sealed.all(Seal))

    parts = [await checked(sealed, AuditTrigger.RUN) for _ in range(len(await sealed.all(Seal)))]
    assert all(0 < part <= 7 for part in parts)
    assert await checked(sealed, AuditTrigger.NIGHTLY) == everything

    await sealed.read((tiktok(1), 9_000))
    new = await Sealer(sealed.database).seal_new()
    assert new < await checked(sealed, AuditTrigger.RUN) <= new + 7
    [known] = await sealed.all(SealCheck)
    assert known.seal_id == len(await sealed.all(Seal)) > known.whole_seal_id


async def test_only_rows_that_postgresql_compares_itself_are_not_hashed_here(
    sealed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[int] = []

    def counted(of: Sealed, rows: Sequence[Sequence[Any]]) -> list[bytes]:
        hashed.append(len(rows))
        return leaves(of, rows)

    monkeypatch.setattr(verifying, "leaves", counted)
    first = (await sealed.all(Seal))[0].digest
    async with sealed.database.reading() as session:
        whole = await verify(session)
        assert sum(hashed) == (whole.rows if sealed.database.is_sqlite else 0)
        assert whole.rows == sum((await numbers(sealed.database)).values())

        hashed.clear()
        proof = await verify(session, since=first)
        assert sum(hashed) == proof.rows == whole.rows

    await sealed.running.auditor.audit(AuditTrigger.NIGHTLY)
    hashed.clear()
    await sealed.running.auditor.audit(AuditTrigger.RUN)
    assert sum(hashed) >= 1  # of the part that is checked in turn


async def test_slices_of_an_earlier_release_are_hashed_here(
    open_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "sha256", lambda _sent: Nothing())
    await open_world.clip(await open_world.campaign(), tiktok(1))
    await Sealer(open_world.database).seal_new()
    assert {one.sent_digest for one in await open_world.all(SealedSlice)} == {None}
    assert await audited(open_world.database) == []
    assert await after(
        open_world.database, "view_tracking", "UPDATE view_tracking SET detail = 'x' WHERE id = 1"
    ) == [("reading", 1, CHANGED)]


class Nothing:
    """A digest that an earlier release did not make."""

    def hexdigest(self) -> None:
        """Answer like a slice without one."""


async def test_an_old_row_that_changed_is_found_by_one_of_the_next_audits(sealed: World) -> None:
    auditor = sealed.running.auditor
    await auditor.audit(AuditTrigger.NIGHTLY)
    async with sealed.database.writing() as session:
        await disarm(session, "view_tracking")
        await session.execute(text("UPDATE view_tracking SET detail = 'x' WHERE id = 3"))
    found = []
    for _ in range(len(await sealed.all(Seal))):
        audit = await auditor.audit(AuditTrigger.RUN)
        found += [
            one for one in audit.findings if (one["subject"], one["subject_id"]) == ("reading", "3")
        ]
    assert found != []
    assert await audited(sealed.database) == [("reading", 3, CHANGED)]


async def test_seals_that_were_checked_and_are_gone_are_named(sealed: World) -> None:
    await sealed.running.auditor.audit(AuditTrigger.NIGHTLY)
    last = len(await sealed.all(Seal))
    async with sealed.database.writing() as session:
        for table in ("seals", "sealed_slices"):
            await disarm(session, table)
        await session.execute(text(f"DELETE FROM sealed_slices WHERE seal_id = {last}"))
        await session.execute(text(f"DELETE FROM seals WHERE id = {last}"))
    with clock.standing_at(clock.now() + timedelta(seconds=5)):
        await Sealer(sealed.database).seal_new()
    audit = await sealed.running.auditor.audit(AuditTrigger.RUN)
    assert ("I19", "seal", str(last)) in {
        (f["invariant"], f["subject"], f["subject_id"]) for f in audit.findings
    }
