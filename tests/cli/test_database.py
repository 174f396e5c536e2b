"""What every command does about its database and its settings."""

import asyncio
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.servers import free_port

COMMANDS = (
    ("create-admin", "ada@swivi.test"),
    ("token", "ada@swivi.test"),
    ("track",),
    ("audit",),
    ("demo",),
)


async def test_every_command_explains_itself(run: Run) -> None:
    helped = await asyncio.gather(
        *(run(command, "--help") for command, *_ in [*COMMANDS, ("migrate",)])
    )
    for (command, *_), ended in zip([*COMMANDS, ("migrate",)], helped, strict=True):
        assert ended.status == 0
        assert f"swivi {command}" in ended.out


async def test_a_database_without_tables_is_to_be_migrated_first(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/swivi.db"
    refused = await asyncio.gather(*(run(*command, DATABASE_URL=url) for command in COMMANDS))
    for ended in refused:
        assert (ended.status, ended.out) == (1, "")
        assert ended.told == [
            "swivi: The database schema is not up to date. Run `python -m swivi migrate` first."
        ]
    first, second = await run("migrate", DATABASE_URL=url), await run("migrate", DATABASE_URL=url)
    assert (first.status, first.told) == (0, ["The database was brought up to date."])
    assert (second.status, second.told) == (0, ["The database is up to date."])
    assert (await run("audit", DATABASE_URL=url)).status == 0


@pytest.mark.parametrize("command", ["migrate", "audit"])
async def test_a_database_that_does_not_answer_is_one_line(run: Run, command: str) -> None:
    ended = await run(
        command, DATABASE_URL=f"postgresql://swivi:hush@127.0.0.1:{free_port()}/swivi"
    )
    assert (ended.status, ended.out) == (1, "")
    [line] = ended.told
    assert line.startswith("swivi: The database cannot be used: ")
    assert "hush" not in line


async def test_a_folder_that_cannot_be_made_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    ended = await run("migrate", DATABASE_URL=f"sqlite:///{tmp_path}/taken/data/swivi.db")
    why = f"Not a directory: {tmp_path}/taken/data"
    assert (ended.status, ended.told) == (1, [f"swivi: The database cannot be used: {why}"])


async def test_a_file_that_is_no_database_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear reader, " * 100)
    ended = await run("audit", DATABASE_URL=f"sqlite:///{tmp_path}/letter.db")
    assert (ended.status, ended.told) == (
        1,
        ["swivi: The database cannot be used: file is not a database"],
    )


async def test_a_bad_setting_is_named_and_ends_with_status_2(run: Run) -> None:
    ended = await run("audit", SWIVI_TRACKING_CONCURRENCY="many")
    assert ended.status == 2
    [line] = ended.told
    assert line.startswith("swivi: setting SWIVI_TRACKING_CONCURRENCY: ")
