"""The parts of checks: the check itself, and the SQL that several checks share."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """How a finding shows the numbers of a check."""

    MONEY = "money"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Check:
    """A check: one query, and a sentence that may use {id}, {found} and {expected}."""

    invariant: str
    subject: str
    says: str
    sql: str
    unit: Unit = Unit.MONEY


DAY_OF = re.compile(r"DAY_OF\(([a-z_.]+)\)")
"""The notation for the UTC day of a moment. The two databases have different functions for it."""


def of_dialect(sql: str, *, sqlite: bool) -> str:
    """Return a check's SQL for one database."""
    return DAY_OF.sub(r"date(\1)" if sqlite else r"CAST(\1 AT TIME ZONE 'UTC' AS DATE)", sql)


def sums_to(table: str, keys: str, values: str, rows: str) -> str:
    """Return SQL for the rows of `table` whose sums differ from the subquery `rows`.

    `rows` has the keys, then the values. A missing row counts as zeros. The finding shows the first
    value that differs.
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
    """Return SQL for the rows of `table` whose `value` differs from the subquery `expected`.

    `expected` has a key and a total. A missing row counts as 0.
    """
    return f"""
        SELECT t.{key} AS id, {value} AS found, COALESCE(e.total, 0) AS expected
        FROM {table} t LEFT JOIN ({expected}) e ON e.ref = t.{key}
        WHERE ({where}) AND {value} <> COALESCE(e.total, 0)"""


def summed(value: str, table: str) -> str:
    """Return SQL for the sum of `value` per campaign over the rows of `table`."""
    return f"SELECT campaign_id AS ref, SUM({value}) AS total FROM {table} GROUP BY campaign_id"


SUMS = {
    "clip_id": "sums_by_clip",
    "user_id": "sums_by_user",
    "campaign_id": "sums_by_campaign",
    "run_id": "sums_by_campaign",
}
"""The tables of sums by column; `sums.py` defines them."""


def net_of(ref: str, plus: str, minus: str) -> str:
    """Return SQL per `ref`: transfers of the kinds `plus` minus those of the kinds `minus`."""
    kinds = ", ".join(part for part in (plus, minus) if part)
    taken = f"WHEN kind IN ({minus}) THEN -amount" if minus else ""
    return f"""
        SELECT {ref} AS ref, SUM(CASE WHEN kind IN ({plus}) THEN amount {taken} ELSE 0 END) AS total
        FROM {SUMS[ref]} WHERE kind IN ({kinds}) GROUP BY {ref}"""


LEFT_ON_ACCOUNT = "CASE WHEN t.completed_at IS NULL THEN t.budget - t.spent ELSE 0 END"
"""The balance of a campaign's account. A completed campaign has returned what it did not spend."""

ACCRUED, REVERSED = "'ACCRUAL'", "'ACCRUAL_REVERSED'"
BALANCES = "SELECT account AS ref, SUM(amount) AS total FROM sums_by_account GROUP BY account"
KEPT_BALANCES = "SELECT account AS ref, SUM(amount) AS total FROM account_days GROUP BY account"


def on_account(prefix: str, table: str, value: str, balances: str = BALANCES) -> str:
    """Return SQL for the rows of `table` whose `value` differs from their account's balance.

    The account is `prefix:<id>`. Without transfers its balance is 0.
    """
    return f"""
        SELECT t.id AS id, {value} AS found, COALESCE(e.total, 0) AS expected
        FROM {table} t LEFT JOIN ({balances}) e ON e.ref = '{prefix}:' || CAST(t.id AS TEXT)
        WHERE {value} <> COALESCE(e.total, 0)"""
