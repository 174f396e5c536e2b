"""Keep Swivi's files private to the account that it runs as."""

import logging
import os
import stat
from pathlib import Path

from sqlalchemy import make_url

log = logging.getLogger("swivi")

FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
SQLITE_FILES = ("", "-wal", "-shm", "-journal")
"""Suffixes of SQLite's files. New ones get the mode of the database's own file."""


def create_private_files() -> None:
    """Have this process, and those it starts, create files as 0600 and folders as 0700."""
    os.umask(FOR_OTHERS)


def close_database_files(database_url: str) -> None:
    """Take the database's files away from other accounts.

    Releases before this one created them as 0644.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return
    for ending in SQLITE_FILES:
        path = Path(url.database + ending)
        if _is_open_to_others(path) and path.stat().st_uid == os.geteuid():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~FOR_OTHERS)


def warn_of_open_secrets(path: Path = Path(".env")) -> None:
    """Log a warning if other accounts can read the file with the settings."""
    if _is_open_to_others(path):
        log.warning(
            "%s holds secrets and can be read by other accounts of this machine: chmod 600 %s",
            path,
            path,
        )


def _is_open_to_others(path: Path) -> bool:
    return path.is_file() and bool(path.stat().st_mode & FOR_OTHERS)
