"""Sums of transfers that several checks use. On PostgreSQL a check run computes each of them once.

In a database shell, put `WITH name AS (definition)` before a check that uses one.
"""

import logging

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.ledger.checks.parts import of_dialect

log = logging.getLogger("swivi.audits")

DEFINITIONS = {
    "sums_by_clip": """
        SELECT clip_id, kind, SUM(amount) AS amount FROM ledger_transfers WHERE clip_id IS NOT NULL
        GROUP BY clip_id, kind""",
    "sums_by_user": """
        SELECT user_id, kind, SUM(amount) AS amount FROM ledger_transfers WHERE user_id IS NOT NULL
        GROUP BY user_id, kind""",
    "sums_by_campaign": """
        SELECT campaign_id, run_id, kind, SUM(amount) AS amount FROM ledger_transfers
        WHERE campaign_id IS NOT NULL OR run_id IS NOT NULL GROUP BY campaign_id, run_id, kind""",
    "sums_by_account": """
        SELECT credit_account AS account, DAY_OF(created_at) AS day, kind, SUM(amount) AS amount,
            COUNT(*) AS lines
        FROM ledger_transfers GROUP BY 1, 2, 3
        UNION ALL
        SELECT debit_account, DAY_OF(created_at), kind, -SUM(amount), COUNT(*)
        FROM ledger_transfers GROUP BY 1, 2, 3""",
}
"""Definitions by name. An account has up to two rows per day and kind: credits and debits."""

MEMORY = "256MB"
"""Memory of one hash table. With PostgreSQL's default a million clips spill to disk."""


def with_definitions(sql: str) -> str:
    """Return a check's SQL preceded by the definitions of the sums that it uses."""
    named = ", ".join(f"{name} AS ({DEFINITIONS[name]})" for name in DEFINITIONS if name in sql)
    return f"WITH {named} {sql}" if named else sql


async def prepare(session: AsyncSession) -> bool:
    """Compute all sums as temporary tables that end with the transaction. PostgreSQL only.

    Return False if the database refuses; then each check computes its own sums. Raise Outage.
    """
    await session.execute(text(f"SET LOCAL work_mem = '{MEMORY}'"))
    try:
        async with session.begin_nested():
            for name, definition in DEFINITIONS.items():
                made = of_dialect(definition, sqlite=False)
                await session.execute(
                    text(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {made}")
                )
                await session.execute(text(f"ANALYZE {name}"))
    except DBAPIError as refused:
        log.warning("The audit's sums are made for each check: %s", refused.orig)
        return False
    return True
