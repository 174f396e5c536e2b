"""The benchmark of the pages' data knows every page, and what it fills a database with has clean
books.
"""

from pathlib import Path

import pytest

from benchmarks import data
from benchmarks.visits import PAGES, VISITS, PageVisit
from swivi.core.db import Database
from swivi.domain.ledger import invariants


def test_every_page_is_visited_and_every_visit_has_its_own_name() -> None:
    assert {visit.route for visit in VISITS if isinstance(visit, PageVisit)} == set(PAGES)
    assert len({visit.name for visit in VISITS}) == len(VISITS)


async def test_a_filled_database_has_clean_books_and_every_page_opens_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "TURNS", 2)
    monkeypatch.setattr(data, "VISITS_EACH", 2)
    url = f"sqlite:///{tmp_path}/swivi.db"
    await data.make(url, clips=1_000)

    database = Database(url)
    report = await invariants.check(database)
    await database.dispose()
    assert report.findings == []

    figures = await data.measure(url, f"{url}?", VISITS)
    assert [figure.name for figure in figures] == [visit.name for visit in VISITS]
