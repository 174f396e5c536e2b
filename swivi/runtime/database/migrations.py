"""Bringing a database to the newest schema. Safe to run twice, and by two processes at once."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from swivi.core import outages
from swivi.core.db import Database
from swivi.core.errors import Unavailable
from swivi.core.outages import Outage
from swivi.domain.clips.models import IN_EACH_PARTITION
from swivi.domain.tracking import partitions

SCRIPTS = Path(__file__).resolve().parents[3] / "alembic"
SEARCHED = "ix_users_searched"
"""An index of an extension's kind, which only some databases have: no model tells of it."""

ADVISORY_LOCK = 7_316_001
"""Held on PostgreSQL while migrating, so that a second process waits; on SQLite BEGIN IMMEDIATE
does.
"""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


async def bring_up_to_date(database_url: str) -> str:
    """Bring that database to the newest schema; in a sentence, whether it had to be.

    Raises Unavailable.
    """
    if await reach(database_url):
        return "The database is up to date."
    database = Database(database_url)
    try:
        await upgrade(database)
    finally:
        await database.dispose()
    return "The database was brought up to date."


async def reach(database_url: str) -> bool:
    """Whether the database has the newest schema. Raises Unavailable if it does not answer."""
    try:
        database = Database(database_url)
        try:
            with outages.unlogged():
                return await is_current(database)
        finally:
            await database.dispose()
    except Outage as outage:
        raise Unavailable(f"The database cannot be used: {outage.told}") from None
    except OSError as problem:  # no folder can be made for the file
        raise Unavailable(
            f"The database cannot be used: {problem.strerror}: {problem.filename}"
        ) from None
    except DBAPIError as problem:  # a wrong name or password, or no database at all
        # Only the driver's own words: SQLAlchemy's would add the statement and a link.
        told = str(problem.orig).splitlines()[0]
        raise Unavailable(f"The database cannot be used: {told}") from None


async def upgrade(database: Database) -> None:
    """Run every migration that is missing, in one transaction; then make the partitions of the
    coming months.
    """
    async with database.engine.execution_options(swivi_writes=True).begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))
    await partitions.make_ahead(database)


def comparison(connection: Connection) -> dict[str, Any]:
    """How Alembic compares models and schema.

    PostgreSQL's partitions are no tables of ours, and what is on each of them is on none.
    """
    is_sqlite = connection.dialect.name == "sqlite"

    def is_compared(
        thing: Any, name: str | None, kind: str, _reflected: bool, _other: object
    ) -> bool:
        if kind == "table":
            return not partitions.is_partition(name or "")
        if name == SEARCHED:
            return False
        return is_sqlite or not thing.info.items() >= IN_EACH_PARTITION.items()

    return {"compare_type": True, "include_object": is_compared}


async def is_known(database: Database) -> bool:
    """Whether the database's schema is one that this release made or can bring up to date."""
    async with database.engine.connect() as connection:
        present = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return present in known


async def is_current(database: Database) -> bool:
    """Whether the database's schema is the newest one."""
    async with database.engine.connect() as connection:
        present = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return present == ScriptDirectory.from_config(_config()).get_current_head()
