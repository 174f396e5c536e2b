"""The invariants of the money (I1 to I18, I21, I22): SQL queries that return the rows that break
them.

They are plain SQL on purpose. They share no code with the services that they check, run on SQLite
and PostgreSQL, and can be pasted into a database shell. Every query returns `(id, found,
expected)`; amounts are cents.
"""

from swivi.domain.ledger.checks.campaigns import OF_CAMPAIGNS_AND_CLIPS, OF_COMPLETION_AND_BUDGETS
from swivi.domain.ledger.checks.clippers import OF_CLIPPERS_AND_PAYOUTS
from swivi.domain.ledger.checks.derived import OF_CLIPS_AND_READINGS, OF_RUNS
from swivi.domain.ledger.checks.kept import OF_KEPT_ROWS, OF_KEPT_TOTALS
from swivi.domain.ledger.checks.ledger import OF_THE_LEDGER
from swivi.domain.ledger.checks.videos import OF_VIDEOS

CHECKS = (
    *OF_CAMPAIGNS_AND_CLIPS,
    *OF_COMPLETION_AND_BUDGETS,
    *OF_CLIPPERS_AND_PAYOUTS,
    *OF_THE_LEDGER,
    *OF_KEPT_TOTALS,
    *OF_VIDEOS,
    *OF_KEPT_ROWS,
    *OF_CLIPS_AND_READINGS,
    *OF_RUNS,
)

TABLES = {
    "campaign": "campaigns",
    "clip": "clips",
    "submission": "clip_submissions",
    "run": "tracking_runs",
    "user": "users",
    "payout request": "payout_requests",
    "payouts": "payout_tallies",
    "payout": "payouts",
    "transfer": "ledger_transfers",
    "audit entry": "audit_log",
    "lease": "leases",
    "seal": "seals",
    "manual reading": "manual_readings",
    "clip hold": "clip_holds",
    "payout destination": "payout_destinations",
    "planned campaign": "tracking_run_campaigns",
    "total": "account_days",
}
"""The table of each subject."""
