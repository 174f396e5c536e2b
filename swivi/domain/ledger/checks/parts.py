"""What checks are made of: a check, and the SQL that several of them share."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """How a check's numbers are to be written for people."""

    MONEY = "money"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Check:
    """One query. `says` may use {id}, {found} and {expected}."""

    invariant: str
    subject: str
    says: str
    sql: str
    unit: Unit = Unit.MONEY


DAY_OF = re.compile(r"DAY_OF\(([a-z_.]+)\)")
"""What checks write for the UTC day of a moment, which the databases say differently."""


def of_dialect(sql: str, *, sqlite: bool) -> str:
    """Return a check's SQL in the words of one database."""
    return DAY_OF.sub(r"date(\1)" if sqlite else r"CAST(\1 AT TIME ZONE 'UTC' AS DATE)", sql)


def sums_to(table: str, keys: str, values: str, rows: str) -> str:
    """Return the rows of `table` that hold other sums than the subquery `rows` (keys, then values)
    comes to.

    A row that is missing counts as zeros. Of values that differ, the first is told.
    """
    key_names, names = keys.split(), values.split()
    told_as = " || ' ' || ".join(f"CAST({key} AS TEXT)" for key in key_names)
    listed = ", ".join(key_names)
    kept = ", ".join(f"{name} AS {name}, 0 AS real_{name}" for name in names)
    real = ", ".join(f"0, {name}" for name in names)
    found, expected = ([f"SUM({prefix}{name})" for name in names] for prefix in ("", "real_"))
    first = [
        " ".join(
            f"WHEN {a} <> {b} THEN {told}" for a, b, told in zip(found, expected, side, strict=True)
        )
        for side in (found, expected)
    ]
    return f"""
        SELECT {told_as} AS id, CASE {first[0]} END AS found, CASE {first[1]} END AS expected
        FROM (
            SELECT {listed}, {kept} FROM {table} UNION ALL SELECT {listed}, {real} FROM ({rows}) r
        ) sides GROUP BY {listed} HAVING ({", ".join(found)}) <> ({", ".join(expected)})"""


def differs(table: str, value: str, expected: str, *, key: str = "id", where: str = "1 = 1") -> str:
    """Rows of `table` whose `value` is not the sum that the subquery `expected` (key, total) says;
    no row means 0.
    """
    return f"""
        SELECT t.{key} AS id, {value} AS found, COALESCE(e.total, 0) AS expected
        FROM {table} t LEFT JOIN ({expected}) e ON e.ref = t.{key}
        WHERE ({where}) AND {value} <> COALESCE(e.total, 0)"""


def summed(value: str, table: str) -> str:
    """Per campaign: the sum of `value` over its rows of `table`."""
    return f"SELECT campaign_id AS ref, SUM({value}) AS total FROM {table} GROUP BY campaign_id"


SUMS = {
    "clip_id": "sums_by_clip",
    "user_id": "sums_by_user",
    "campaign_id": "sums_by_campaign",
    "run_id": "sums_by_campaign",
}
"""Where transfers are added up by a column; `sums.py` defines these."""


def net_of(ref: str, plus: str, minus: str) -> str:
    """Per `ref`: transfers of the kinds `plus` less those of the kinds `minus`."""
    kinds = ", ".join(part for part in (plus, minus) if part)
    taken = f"WHEN kind IN ({minus}) THEN -amount" if minus else ""
    return f"""
        SELECT {ref} AS ref, SUM(CASE WHEN kind IN ({plus}) THEN amount {taken} ELSE 0 END) AS total
        FROM {SUMS[ref]} WHERE kind IN ({kinds}) GROUP BY {ref}"""


LEFT_ON_ACCOUNT = "CASE WHEN t.completed_at IS NULL THEN t.budget - t.spent ELSE 0 END"
"""What a campaign's account holds: a completed campaign returns what it did not spend."""

ACCRUED, REVERSED = "'ACCRUAL'", "'ACCRUAL_REVERSED'"
BALANCES = "SELECT account AS ref, SUM(amount) AS total FROM sums_by_account GROUP BY account"
KEPT_BALANCES = "SELECT account AS ref, SUM(amount) AS total FROM account_days GROUP BY account"


def on_account(prefix: str, table: str, value: str, balances: str = BALANCES) -> str:
    """Rows of `table` whose `value` is not the balance of their account `prefix:<id>`; no transfer
    means 0.
    """
    return f"""
        SELECT t.id AS id, {value} AS found, COALESCE(e.total, 0) AS expected
        FROM {table} t LEFT JOIN ({balances}) e ON e.ref = '{prefix}:' || CAST(t.id AS TEXT)
        WHERE {value} <> COALESCE(e.total, 0)"""
