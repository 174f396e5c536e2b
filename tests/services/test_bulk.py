"""Rows of Python's as a table: what goes into a statement comes out of it, on both databases
alike.
"""

import pytest
from sqlalchemy import select
from sqlmodel import col

from swivi.core import bulk
from swivi.core.db import Database
from swivi.domain.accounts.models import User
from tests.world import World

LARGEST = 2**63 - 1
COLUMNS = (bulk.number("id"), bulk.words("flag"), bulk.number("views"))
ROWS = [
    (1, None, 0),
    (2, 'It\'s "odd", \\ and {curly}', LARGEST),
    (3, "", None),
    (4, "Zoë 🎬\n", -5),
]


@pytest.mark.parametrize("rows", [ROWS, []], ids=["some", "none"])
async def test_what_is_listed_is_what_the_statement_reads(
    world: World, rows: list[tuple[object, ...]]
) -> None:
    async with world.database.reading() as session:
        listed = bulk.listed(session, COLUMNS, rows)
        found = await session.execute(
            select(listed.c.id, listed.c.flag, listed.c.views).order_by(listed.c.id)
        )

    assert [tuple(row) for row in found] == rows


async def emails(database: Database, ids: list[int]) -> list[str]:
    async with database.reading() as session:
        found = await session.scalars(
            select(col(User.email)).where(bulk.among(session, User.id, ids))
        )
        return list(found)


async def test_among_ids_are_those_that_are_there(world: World) -> None:
    assert await emails(world.database, [world.clipper.user_id, 999]) == [world.clipper.email]
    assert await emails(world.database, []) == []


async def test_each_row_gets_its_own_and_no_other_row_anything(open_world: World) -> None:
    world = open_world
    kim = await world.another_clipper()
    users = User.__table__  # type: ignore[attr-defined]
    async with world.database.writing() as session:
        await bulk.add_to_each(
            session, users, [(world.clipper.user_id, 7), (kim.user_id, -2)], "total_views"
        )
        await bulk.add_to_each(session, users, [], "total_views")

    async with world.database.reading() as session:
        found = await session.execute(select(users.c.id, users.c.total_views))
    assert dict(found.all()) == {world.admin.user_id: 0, world.clipper.user_id: 7, kim.user_id: -2}
