"""The audit compares each trigger with what migrations create, and names the one that differs."""

from sqlalchemy import text

from swivi.core.db import Database
from swivi.domain.ledger import invariants, triggers
from swivi.domain.tracking import partitions


async def wrong(database: Database) -> dict[int | str, str]:
    """Each trigger that the audit names, and what it says of it."""
    found = (await invariants.check(database)).findings
    assert {(one.invariant, one.subject) for one in found} <= {("I3", "database")}
    return {one.subject_id: one.sentence.split(": ")[1] for one in found}


async def run(database: Database, *statements: str) -> None:
    async with database.writing() as session:
        for statement in statements:
            await session.execute(text(statement))


async def test_every_trigger_of_a_migrated_database_is_expected(database: Database) -> None:
    async with database.reading() as session:
        found = await triggers.present(session)
    to_write = "\n".join(f'    "{name}": "{digest}",' for name, digest in sorted(found.items()))
    assert found == triggers.expected(sqlite=database.is_sqlite), to_write
    assert await wrong(database) == {}


async def test_a_trigger_that_is_gone_is_named(database: Database) -> None:
    async with database.reading() as session:
        names = sorted(await triggers.present(session))
    for name in names:
        table, trigger = name.split(".")
        await run(
            database, f"DROP TRIGGER {trigger}" + ("" if database.is_sqlite else f" ON {table}")
        )
    assert await wrong(database) == dict.fromkeys(names, "is gone or switched off")


async def test_a_trigger_that_does_nothing_any_more_is_named(database: Database) -> None:
    name = "ledger_transfers.ledger_transfers_no_update"
    if database.is_sqlite:
        again = (
            "CREATE TRIGGER ledger_transfers_no_update BEFORE UPDATE ON ledger_transfers BEGIN "
            "SELECT 1; END"
        )
        await run(database, "DROP TRIGGER ledger_transfers_no_update", again)
        assert await wrong(database) == {name: "does something else than what its migration says"}
        return
    nothing = "CREATE OR REPLACE FUNCTION swivi_append_only() RETURNS trigger LANGUAGE plpgsql AS"
    await run(database, f"{nothing} $$ BEGIN RETURN NEW; END $$")
    named = await wrong(database)
    assert named[name] == "does something else than what its migration says"
    assert {one.rsplit("_no_", 1)[1] for one in named} == {"update", "delete", "truncate"}


async def test_a_total_that_is_no_longer_added_up_is_named(database: Database) -> None:
    name = "payout_requests.payout_requests_add_up_again"
    if database.is_sqlite:
        changed = (
            "CREATE TRIGGER payout_requests_add_up_again AFTER UPDATE OF amount ON "
            "payout_requests BEGIN"
        )
        await run(database, "DROP TRIGGER payout_requests_add_up_again", f"{changed} SELECT 1; END")
    else:
        changed = (
            "CREATE OR REPLACE FUNCTION swivi_add_up_payout_again() RETURNS trigger LANGUAGE "
            "plpgsql AS"
        )
        await run(database, f"{changed} $$ BEGIN RETURN NULL; END $$")
    assert await wrong(database) == {name: "does something else than what its migration says"}


async def test_a_trigger_that_no_migration_created_is_named(database: Database) -> None:
    if database.is_sqlite:
        await run(
            database,
            "CREATE TRIGGER mine AFTER INSERT ON ledger_transfers BEGIN"
            " UPDATE users SET paid = 0 WHERE id = NEW.user_id; END",
        )
    else:
        await run(
            database,
            (
                "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; "
                "END $$"
            ),
            (
                "CREATE TRIGGER mine BEFORE INSERT ON ledger_transfers FOR EACH ROW EXECUTE "
                "FUNCTION mine()"
            ),
        )
    assert await wrong(database) == {"ledger_transfers.mine": "no migration created it"}


async def test_what_is_switched_off_or_rewritten_on_postgresql_is_named(database: Database) -> None:
    if database.is_sqlite:
        return  # SQLite has neither
    unforeseen, history = partitions.UNFORESEEN, "ledger_transfers"
    await run(
        database,
        f"ALTER TABLE {unforeseen} DISABLE TRIGGER view_tracking_no_update",
        f"ALTER TABLE {history} DISABLE TRIGGER {history}_no_delete",
        f"CREATE RULE none AS ON INSERT TO {history} DO INSTEAD NOTHING",
    )
    assert await wrong(database) == {
        f"{unforeseen}.view_tracking_no_update": "is switched off",
        f"{history}.{history}_no_delete": "is gone or switched off",
        f"{history}.none": "no migration created it",
    }


async def test_a_foreign_key_that_is_switched_off_is_named(database: Database) -> None:
    if database.is_sqlite:
        return  # a setting of each connection there
    await run(database, "ALTER TABLE payouts DISABLE TRIGGER ALL")
    named = await wrong(database)
    assert named != {}
    assert all(
        one.startswith("payouts.") and says == "is switched off" for one, says in named.items()
    )
