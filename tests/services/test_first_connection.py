"""Several processes may be the first to open a new SQLite file: they wait for each other."""

import sqlite3
import threading
from pathlib import Path

from sqlalchemy import text

from swivi.core.db import Database


async def test_whoever_comes_second_to_a_new_file_waits_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "swivi.db"
    first = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    first.execute("BEGIN IMMEDIATE")
    first.execute("CREATE TABLE there (id INTEGER)")
    done = threading.Timer(0.3, first.execute, ["COMMIT"])
    done.start()
    database = Database(f"sqlite:///{path}")
    async with database.writing() as session:
        assert (await session.execute(text("SELECT COUNT(*) FROM there"))).scalar_one() == 0
        assert (await session.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
    done.join()
    first.close()
    await database.dispose()
