"""What the database says when it refuses a row ends up in the log; the row itself must not."""

import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from swivi.core.db import Database

ROW = (
    "INSERT INTO users (email, name, password_hash, role, status, total_earnings, paid, reserved, total_views,"
    " created_at) VALUES (:email, :name, :password_hash, :role, 'ACTIVE', 0, 0, 0, 0, '2026-11-22')"
)
VALUES = {"email": "casey@swivi.test", "name": "Casey", "password_hash": "a-hash", "role": "CLIPPER"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"role": "KING"}, "role_known"),
        ({"name": None}, "name"),
        ({}, "email"),
    ],
    ids=["a check", "a missing value", "one that is there already"],
)
async def test_a_refused_row_is_told_by_its_rule_and_not_by_its_values(
    database: Database, wrong: dict[str, object], told: str
) -> None:
    async with database.writing() as session:
        await session.execute(text(ROW), VALUES)
    with pytest.raises(IntegrityError) as refused:
        async with database.writing() as session:
            await session.execute(text(ROW), VALUES | wrong)

    said = "".join(traceback.format_exception(refused.value))
    assert told in said
    assert [value for value in VALUES.values() if value in said and value != "CLIPPER"] == []
