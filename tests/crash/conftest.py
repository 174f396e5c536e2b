"""Copies of a prepared database, so that every kill happens to the same one."""

import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

CopyDatabase = Callable[[], str]


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
def step(database_url: str) -> int:
    """Every boundary is fatal once on SQLite; on PostgreSQL, where a copy is dear, every third."""
    return 1 if database_url.startswith("sqlite") else 3
