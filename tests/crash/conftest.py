"""Copies of a prepared database, so that every kill happens to the same one."""

import shutil
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest

from tests.processes import COMMIT

CopyDatabase = Callable[[], str]
Chosen = Callable[[Sequence[str]], list[int]]


@pytest.fixture
def copy_database(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> CopyDatabase:
    """The URL of a new copy of the test's database, to which nobody may be connected meanwhile."""
    numbers = count()

    def copy() -> str:
        if database_url.startswith("sqlite"):
            path = tmp_path / f"copy-{next(numbers)}.db"
            shutil.copy(database_url.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        url: str = request.getfixturevalue("postgres").create_database(database_url.rsplit("/", 1)[1])
        return url

    return copy


@pytest.fixture
def chosen(database_url: str) -> Chosen:
    """Which boundaries (their names, in order) are fatal once, counted from 1.

    On SQLite every one. On PostgreSQL, where a copy is dear, those before and after a commit: what was not committed,
    the server forgets in one way, however much it was.
    """

    def choose(boundaries: Sequence[str]) -> list[int]:
        everything = database_url.startswith("sqlite")
        near = (f"before {COMMIT}", f"after {COMMIT}")
        return [number for number, name in enumerate(boundaries, 1) if everything or name.endswith(near)]

    return choose
