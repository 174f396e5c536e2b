"""Upgrade a database to the newest schema. Safe to run twice, and by two processes at once."""

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
"""An index of an extension, which not every database has and no model names."""

ADVISORY_LOCK = 7_316_001
"""Advisory lock on PostgreSQL, so a second process waits. SQLite uses BEGIN IMMEDIATE."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


async def bring_up_to_date(database_url: str) -> str:
    """Upgrade the database and return a sentence that says what was done.

    Raise Unavailable.
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
    """Return whether the database has the newest schema. Raise Unavailable."""
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
    """Run the missing migrations in one transaction, then make the coming months' partitions."""
    async with database.engine.execution_options(swivi_writes=True).begin() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))
    await partitions.make_ahead(database)


def comparison(connection: Connection) -> dict[str, Any]:
    """Return how Alembic compares models and schema.

    PostgreSQL's partitions and their indexes have no models.
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
    """Return whether this release made the schema or can upgrade it."""
    async with database.engine.connect() as connection:
        present = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    return present in known


async def is_current(database: Database) -> bool:
    """Return whether the schema is the newest one."""
    async with database.engine.connect() as connection:
        present = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return present == ScriptDirectory.from_config(_config()).get_current_head()
