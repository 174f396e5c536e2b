"""Files of Swivi's commands and server are for its own account alone."""

import logging
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from swivi.runtime import private_files
from tests.servers import NOTHING_OUTSIDE, ROOT, AppServer


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def command(database: Path, *arguments: str) -> None:
    environment = os.environ | NOTHING_OUTSIDE | {"DATABASE_URL": f"sqlite:///{database}"}
    done = [sys.executable, "-m", "swivi", *arguments]
    subprocess.run(done, cwd=ROOT, env=environment, check=True, umask=0o022)


def test_a_database_and_its_backups_are_for_one_account(tmp_path: Path) -> None:
    database, backup = tmp_path / "data" / "swivi.db", tmp_path / "backup.db"
    command(database, "migrate")
    command(database, "backup", str(backup))
    assert mode(database.parent) == 0o700
    assert {mode(path) for path in (*database.parent.iterdir(), backup)} == {0o600}


def test_a_database_of_an_older_release_is_closed_to_others(tmp_path: Path) -> None:
    for ending in private_files.SQLITE_FILES:
        (tmp_path / f"swivi.db{ending}").touch(0o644)
        (tmp_path / f"swivi.db{ending}").chmod(0o644)
    private_files.close_database_files(f"sqlite:///{tmp_path}/swivi.db")
    private_files.close_database_files("postgresql://swivi@localhost/swivi")
    assert {mode(path) for path in tmp_path.iterdir()} == {0o600}


def test_a_server_closes_its_database_and_its_log_of_changes(
    start_server: Callable[..., AppServer], migrated_sqlite: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(migrated_sqlite, home / "swivi.db")
    (home / "swivi.db").chmod(0o644)
    start_server(DATABASE_URL=f"sqlite:///{home}/swivi.db")
    assert (home / "swivi.db-wal").exists()
    assert {mode(path) for path in home.iterdir()} == {0o600}


@pytest.mark.parametrize(("permissions", "warns"), [(0o644, True), (0o640, True), (0o600, False)])
def test_secrets_that_others_can_read_are_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, permissions: int, warns: bool
) -> None:
    path = tmp_path / ".env"
    private_files.warn_of_open_secrets(path)
    path.touch()
    path.chmod(permissions)
    with caplog.at_level(logging.WARNING):
        private_files.warn_of_open_secrets(path)
    assert (f"chmod 600 {path}" in caplog.text) is warns
