"""Change the values that an enumeration allows, from a migration.

`core.db.choice` gives each column of an enumeration a CHECK named `ck_<table>_<enumeration>_known`.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, text


def allow_values(connection: Connection, enumeration: str, values: Sequence[str]) -> None:
    """Let every column of an enumeration hold exactly `values`.

    `enumeration` is the name of the class in lower case. Rows with another value make it fail on
    PostgreSQL; SQLite checks new and changed rows only. Raises LookupError if no column has it.
    """
    allowed = ", ".join(f"'{value}'" for value in values)
    on_sqlite = connection.dialect.name == "sqlite"
    change = _change_on_sqlite if on_sqlite else _change_on_postgresql
    if not change(connection, f"{enumeration}_known", allowed):
        raise LookupError(f"no column has the enumeration {enumeration}")


def _change_on_postgresql(connection: Connection, name: str, allowed: str) -> int:
    """Replace the CHECKs. Return how many there are. Partitions inherit those of their table."""
    found = connection.execute(
        text(
            "SELECT c.conrelid::regclass AS place, c.conname AS name, a.attname AS held "
            "FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid "
            "AND a.attnum = c.conkey[1] WHERE c.contype = 'c' AND c.coninhcount = 0 "
            "AND right(c.conname, length(:name) + 1) = '_' || :name"
        ),
        {"name": name},
    ).all()
    for each in found:
        connection.exec_driver_sql(
            f"ALTER TABLE {each.place} DROP CONSTRAINT {each.name}, "
            f"ADD CONSTRAINT {each.name} CHECK ({each.held} IN ({allowed}))"
        )
    return len(found)


def _change_on_sqlite(connection: Connection, name: str, allowed: str) -> int:
    """Replace the CHECKs in the stored text of the schema. Return how many there are.

    A copy of a table would break references to the original and lose its triggers. A CHECK is text
    only: https://www.sqlite.org/lang_altertable.html#otheralter
    """
    check = re.compile(rf"(CONSTRAINT \w+_{name} CHECK \(\w+ IN) \([^)]*\)\)")
    tables = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
    ).all()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = 0
    for table, created in tables:
        replaced, count = check.subn(rf"\1 ({allowed}))", created)
        if count:
            connection.exec_driver_sql(
                "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?",
                (replaced, table),
            )
        changed += count
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    return changed
