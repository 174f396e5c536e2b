"""What must be the same after a crash as without one."""

from sqlalchemy import text
from sqlmodel import SQLModel

from swivi.core.db import Database

QUERIES = (
    (
        "SELECT campaign_id, user_id, clip_id, kind, amount, debit_account, credit_account FROM "
        "ledger_transfers"
    ),
    "SELECT id, views, peak_views, state, not_found_runs, resting_since IS NULL, flag, earnings, "
    "gross_credited"
    " FROM clips",
    "SELECT id, total_earnings, paid, reserved, total_views FROM users",
    "SELECT id, budget, spent, status, completion_reason FROM campaigns",
    "SELECT id, status, reason, final_earnings FROM clip_submissions",
    "SELECT clip_id, run_id, attempt, outcome, views FROM view_tracking",
    "SELECT id, status, clips_read, clips_failed, campaigns_settled, earnings_added, "
    "cost_micro_usd, problem FROM tracking_runs",
    "SELECT run_id, platform, attempt, status FROM scraper_runs",
    "SELECT id, status, reason, decided_by FROM payout_requests",
    "SELECT request_id, method, transaction_id, amount, fee, net FROM payouts",
    "SELECT action, subject, subject_id, actor_id, amount, reason FROM audit_log",
    "SELECT user_id, kind, body FROM notifications",
)


async def state_of(database: Database) -> dict[str, list[str]]:
    """Per query its rows, in an order of their own, since a crash may change which came first."""
    async with database.reading() as session:
        return {
            query: sorted(str(row) for row in await session.execute(text(query)))
            for query in QUERIES
        }


async def forget_used_ids(database: Database) -> None:
    """On PostgreSQL an id stays used even if the row never came to be: give it out again, since ids
    are compared.
    """
    if database.is_sqlite:
        return
    counted = [
        table.name
        for table in SQLModel.metadata.sorted_tables
        if table.autoincrement_column is not None
    ]
    resets = [
        (
            f"(SELECT setval(pg_get_serial_sequence('{name}', 'id'), coalesce(max(id), 0) + 1, "
            f"false) FROM {name})"
        )
        for name in counted
    ]
    async with database.writing() as session:
        await session.execute(text(f"SELECT {', '.join(resets)}"))
