"""backup and restore: the database of one moment, while others write; nothing takes its place
unchecked.
"""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from swivi.core.db import Database
from swivi.domain.accounts.models import User
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime
from tests.cli.conftest import SQLITE_ONLY, Run
from tests.factories import a_campaign, a_clip, a_clipper, an_admin, tiktok
from tests.servers import Postgres
from tests.simulator import RunningSimulator

Earn = Callable[[], Awaitable[None]]


@pytest.fixture
async def earn(database: Database, running: Runtime, simulator: RunningSimulator) -> Earn:
    """A campaign whose one clip earns $1.00 at each call."""
    admin, clipper = await an_admin(database), await a_clipper(database)
    await a_clip(
        database, clipper, admin, await a_campaign(database, admin, payout_rate="1.00"), tiktok(1)
    )
    views = 0

    async def more() -> None:
        nonlocal views
        views += 1_000
        simulator.script(tiktok(1), views)
        await running.tracker.run(Trigger.CLI)

    return more


async def earned(url: str) -> int:
    database = Database(url)
    try:
        async with database.reading() as session:
            return sum((await session.exec(select(User.total_earnings))).all())
    finally:
        await database.dispose()


def only(folder: Path, pattern: str) -> Path:
    [found] = folder.glob(pattern)
    return found


@SQLITE_ONLY
async def test_a_backup_made_while_others_write_is_one_moment_with_its_books_in_order(
    swivi: Run, run: Run, earn: Earn, tmp_path: Path
) -> None:
    await earn()
    saved, there = tmp_path / "saved.db", f"sqlite:///{tmp_path}/there/swivi.db"
    made, _ = await asyncio.gather(swivi("backup", str(saved)), earn())
    assert (made.status, made.told) == (0, [])
    assert made.last_line.startswith(f"{saved}: ")
    await earn()
    assert [name for name in os.listdir(tmp_path) if name.startswith("saved")] == ["saved.db"]

    back = await run("restore", str(saved), DATABASE_URL=there)
    assert (back.status, back.told) == (0, ["Restored."])
    assert await earned(there) in (100, 200)
    report = json.loads((await run("audit", "--json", DATABASE_URL=there)).out)
    assert (report["clean"], report["transfers"]) == (True, 1 + await earned(there) // 100)


@SQLITE_ONLY
async def test_a_backup_replaces_nothing(swivi: Run, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader,")
    refused = await swivi("backup", str(letter))
    assert refused.status == 1
    assert refused.told == [
        f"swivi: {letter} exists already and stays as it is. Name a file that does not exist."
    ]
    assert letter.read_text() == "Dear reader,"
    nowhere = await swivi(
        "backup", str(tmp_path / "x.db"), DATABASE_URL=f"sqlite:///{tmp_path}/none.db"
    )
    assert (nowhere.status, nowhere.told) == (
        1,
        [f"swivi: There is no database at {tmp_path}/none.db."],
    )


@SQLITE_ONLY
async def test_a_database_that_holds_data_is_kept_beside_the_restored_one(
    swivi: Run, run: Run, database: Database, running: Runtime, earn: Earn, tmp_path: Path
) -> None:
    await earn()
    here = tmp_path / "here"
    for name in ("a.db", "b.db"):
        assert (await swivi("backup", str(tmp_path / name))).status == 0
        await earn()
    here.mkdir()
    shutil.copy(tmp_path / "a.db", here / "swivi.db")
    url = f"sqlite:///{here}/swivi.db"

    refused = await run("restore", str(tmp_path / "b.db"), DATABASE_URL=url)
    assert (refused.status, await earned(url)) == (1, 100)
    assert "holds data. Use --force to replace it" in refused.told[0]
    forced = await run("restore", str(tmp_path / "b.db"), "--force", DATABASE_URL=url)
    assert (forced.status, await earned(url)) == (0, 200)
    kept = only(here, "swivi.db.before-restore-*Z")
    assert forced.told == [f"Restored. What was there is kept as {kept}."]
    assert await earned(f"sqlite:///{kept}") == 100


@SQLITE_ONLY
async def test_a_database_in_use_is_left_alone(swivi: Run, earn: Earn, tmp_path: Path) -> None:
    await earn()  # the test's own connections are open
    saved = tmp_path / "saved.db"
    await swivi("backup", str(saved))
    refused = await swivi("restore", str(saved), "--force")
    assert refused.status == 1
    assert refused.told[0].endswith("is in use. Stop the server first.")


def _spoil_books(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE campaigns SET spent = spent + 1")
        database.commit()


def _damage(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(size // 4))


def _come_from_the_future(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()


def _be_something_else(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE recipes (id INTEGER)")
        database.commit()


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_spoil_books, "are wrong: I1 campaign"),
        (_damage, "saved.db"),
        (_come_from_the_future, "is not a Swivi database, or is from a newer release."),
        (_be_something_else, "is not a Swivi database, or is from a newer release."),
        (
            lambda path: path.write_text("Dear reader, " * 400),
            "cannot be used: file is not a database.",
        ),
        (lambda path: path.unlink(), "There is no file at"),
    ],
)
async def test_what_is_no_good_backup_takes_no_databases_place(
    swivi: Run, run: Run, earn: Earn, tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    await earn()
    saved, there = tmp_path / "saved.db", tmp_path / "there"
    assert (await swivi("backup", str(saved))).status == 0
    spoil(saved)
    refused = await run("restore", str(saved), DATABASE_URL=f"sqlite:///{there}/swivi.db")
    assert (refused.status, refused.out) == (1, "")
    assert said in refused.told[-1], refused.told
    assert "Traceback" not in refused.err
    assert list(there.rglob("*")) == []


async def test_postgresql_is_left_to_its_own_tools(run: Run, tmp_path: Path) -> None:
    for command in (("backup", str(tmp_path / "x.db")), ("restore", str(tmp_path / "x.db"))):
        refused = await run(*command, DATABASE_URL="postgresql://swivi@127.0.0.1:1/swivi")
        assert refused.status == 1
        assert "pg_dump and pg_restore: see docs/backup.md" in refused.told[0]


async def program(*command: object) -> int | None:
    started = await asyncio.create_subprocess_exec(*map(str, command))
    return await started.wait()


async def test_what_the_documentation_says_of_postgresql_works(
    run: Run, postgres: Postgres, migrated_postgres: str, tmp_path: Path
) -> None:
    source, target = postgres.create_database(migrated_postgres), postgres.create_database()
    database = Database(source)
    await an_admin(database)
    async with database.reading() as session:
        before = (await session.execute(text("SELECT email FROM users"))).scalars().all()
    await database.dispose()
    dump, programs = str(tmp_path / "swivi.dump"), postgres.programs
    assert await program(programs / "pg_dump", "--format=custom", f"--file={dump}", source) == 0
    assert (
        await program(
            programs / "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={target}", dump
        )
        == 0
    )

    assert (await run("audit", DATABASE_URL=target)).status == 0
    database = Database(target)
    async with database.reading() as session:
        assert (await session.execute(text("SELECT email FROM users"))).scalars().all() == before
    await database.dispose()
    for url in (source, target):
        postgres.drop_database(url)
