"""Alembic's entry: migrates the connection it is given, or DATABASE_URL's when called by its own
command line.
"""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString

from swivi.core.db import Database, UtcDateTime
from swivi.runtime.database import migrations
from swivi.runtime.database.tables import METADATA
from swivi.settings import settings_or_exit


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Migrations must not depend on the code of the day: our own types are written as the plain
    ones they are.
    """
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


def migrate(connection: Connection) -> None:
    """Run the migrations on an open connection, within its transaction."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # Or triggers of other tables that name one would keep the copy that a batch made of it from
        # taking its place.
        connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_item=render_item,
        render_as_batch=is_sqlite,
        **migrations.comparison(connection),
    )
    context.run_migrations()


async def migrate_by_settings() -> None:
    """What the `alembic` command does here."""
    database = Database(settings_or_exit().database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate)
    await database.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    asyncio.run(migrate_by_settings())
