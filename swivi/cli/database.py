"""Commands about the database: migrate, seed the demo, back up, restore."""

import asyncio
import logging
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from swivi.cli.progress import bar
from swivi.cli.running import do, or_refuse, say
from swivi.core.logs import set_up_logging
from swivi.demo.seed import seed
from swivi.runtime.database import backups, migrations
from swivi.runtime.runtime import Runtime
from swivi.settings import settings_or_exit


def migrate() -> None:
    """Upgrade the database to the newest schema.

    Safe to run twice, and while the previous release is running.
    """
    settings = settings_or_exit()
    set_up_logging("plain", settings.env)
    say(or_refuse(lambda: asyncio.run(migrations.bring_up_to_date(settings.database_url))))


def demo() -> None:
    """Fill an empty database with demo data: campaigns, clippers, two weeks of clips.

    A second run adds nothing.
    """
    seeded = do(_seed)
    say("The demo was seeded." if seeded else "The demo is there already: nothing was added.")


async def _seed(running: Runtime) -> bool:
    # The seeding makes two weeks of tracking runs, whose log lines would be noise.
    logging.getLogger("swivi").setLevel(logging.WARNING)
    with bar("Seeding the demo") as show:
        return await seed(running.database, on_progress=show)


def backup(
    file: Annotated[
        Path, typer.Argument(help="A file that does not exist yet.", show_default=False)
    ],
) -> None:
    """Copy the SQLite database into a file while the server runs, and check the copy."""
    settings = settings_or_exit()
    with bar("Copying") as show:
        made = or_refuse(partial(backups.backup, settings.database_url, file, told=show))
    print(f"{made.path}: {made.size:,} bytes in {made.seconds:.1f} s, checked.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", show_default=False)],
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace a database that holds data. The old file is kept."),
    ] = False,
) -> None:
    """Replace the SQLite database by a backup, after checking the backup and its money.

    Stop the server first.
    """
    settings = settings_or_exit()
    kept = or_refuse(partial(backups.restore, settings.database_url, file, force=force))
    say("Restored." if kept is None else f"Restored. What was there is kept as {kept}.")
