"""What checks are made of: a check, and the SQL that several of them share."""

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


def net_of(ref: str, plus: str, minus: str, where: str = "1 = 1") -> str:
    """Per `ref`: transfers of the kinds `plus` less those of the kinds `minus`."""
    kinds = ", ".join(part for part in (plus, minus) if part)
    taken = f"WHEN kind IN ({minus}) THEN -amount" if minus else ""
    return f"""
        SELECT {ref} AS ref, SUM(CASE WHEN kind IN ({plus}) THEN amount {taken} ELSE 0 END) AS total
        FROM ledger_transfers WHERE kind IN ({kinds}) AND {where} GROUP BY {ref}"""


LEFT_ON_ACCOUNT = "CASE WHEN t.completed_at IS NULL THEN t.budget - t.spent ELSE 0 END"
"""What a campaign's account holds: a completed campaign returns what it did not spend."""

ACCRUED, REVERSED = "'ACCRUAL'", "'ACCRUAL_REVERSED'"
BALANCES = """
    SELECT account AS ref, SUM(amount) AS total FROM (
        SELECT credit_account AS account, amount FROM ledger_transfers
        UNION ALL SELECT debit_account, -amount FROM ledger_transfers
    ) moves GROUP BY account"""
KEPT_BALANCES = "SELECT account AS ref, SUM(amount) AS total FROM account_days GROUP BY account"


def on_account(prefix: str, table: str, value: str, balances: str = BALANCES) -> str:
    """Rows of `table` whose `value` is not the balance of their account `prefix:<id>`; no transfer
    means 0.
    """
    return f"""
        SELECT t.id AS id, {value} AS found, COALESCE(e.total, 0) AS expected
        FROM {table} t LEFT JOIN ({balances}) e ON e.ref = '{prefix}:' || CAST(t.id AS TEXT)
        WHERE {value} <> COALESCE(e.total, 0)"""
