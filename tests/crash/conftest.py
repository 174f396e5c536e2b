"""Copies of a prepared database, so that every kill happens to the same one."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from tests.processes import COMMIT
from tests.servers import Postgres

CopyDatabase = Callable[[], str]
Chosen = Callable[[Sequence[str]], list[int]]


@pytest.fixture
def copy_database(
    database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[CopyDatabase]:
    """The URL of a new copy of the test's database, to which nobody may be connected meanwhile."""
    if database_url.startswith("sqlite"):
        original, numbers = database_url.removeprefix("sqlite:///"), count()
        yield lambda: f"sqlite:///{shutil.copy(original, tmp_path / f'copy-{next(numbers)}.db')}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    copies: list[str] = []

    def copy() -> str:
        copies.append(postgres.create_database(database_url.rsplit("/", 1)[1]))
        return copies[-1]

    yield copy
    for url in copies:
        postgres.drop_database(url)


@pytest.fixture
def chosen(database_url: str) -> Chosen:
    """Which boundaries (their names, in order) are fatal once, counted from 1.

    On SQLite every one. On PostgreSQL, where a copy is dear, those before and after a commit: what
    was not committed, the server forgets in one way, however much it was.
    """

    def choose(boundaries: Sequence[str]) -> list[int]:
        everything = database_url.startswith("sqlite")
        near = (f"before {COMMIT}", f"after {COMMIT}")
        return [
            number for number, name in enumerate(boundaries, 1) if everything or name.endswith(near)
        ]

    return choose
