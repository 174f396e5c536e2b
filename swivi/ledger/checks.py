"""The invariants of the money (I1 to I16), each as SQL that returns the rows that break it.

Plain SQL on purpose: it shares no code with the services it checks, runs alike on SQLite and PostgreSQL, and
anybody can paste it into a database shell. Every query answers `(id, found, expected)`; amounts are cents.
"""

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


def _differs(table: str, value: str, expected: str, *, key: str = "id", where: str = "1 = 1") -> str:
    """Rows of `table` whose `value` is not the sum that the subquery `expected` (key, total) says; no row means 0."""
    return f"""
        SELECT t.{key} AS id, {value} AS found, COALESCE(e.total, 0) AS expected
        FROM {table} t LEFT JOIN ({expected}) e ON e.ref = t.{key}
        WHERE ({where}) AND {value} <> COALESCE(e.total, 0)"""


def _summed(value: str, table: str) -> str:
    """Per campaign: the sum of `value` over its rows of `table`."""
    return f"SELECT campaign_id AS ref, SUM({value}) AS total FROM {table} GROUP BY campaign_id"


def _net(ref: str, plus: str, minus: str, where: str = "1 = 1") -> str:
    """Per `ref`: transfers of the kinds `plus` less those of the kinds `minus`."""
    kinds = ", ".join(part for part in (plus, minus) if part)
    taken = f"WHEN kind IN ({minus}) THEN -amount" if minus else ""
    return f"""
        SELECT {ref} AS ref, SUM(CASE WHEN kind IN ({plus}) THEN amount {taken} ELSE 0 END) AS total
        FROM ledger_transfers WHERE kind IN ({kinds}) AND {where} GROUP BY {ref}"""


ACCRUED, REVERSED = "'ACCRUAL'", "'ACCRUAL_REVERSED'"
BALANCES = """
    SELECT account AS ref, SUM(amount) AS total FROM (
        SELECT credit_account AS account, amount FROM ledger_transfers
        UNION ALL SELECT debit_account, -amount FROM ledger_transfers
    ) moves GROUP BY account"""


KEPT_BALANCES = "SELECT account AS ref, SUM(amount) AS total FROM account_days GROUP BY account"


def _account(prefix: str, table: str, value: str, balances: str = BALANCES) -> str:
    return f"""
        SELECT t.id AS id, {value} AS found, COALESCE(e.total, 0) AS expected
        FROM {table} t LEFT JOIN ({balances}) e ON e.ref = '{prefix}:' || CAST(t.id AS TEXT)
        WHERE {value} <> COALESCE(e.total, 0)"""


OF_CAMPAIGNS_AND_CLIPS = (
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found}, its clips earned {expected}",
        _differs("campaigns", "t.spent", _summed("earnings", "clips")),
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found}, its transfers say {expected}",
        _differs("campaigns", "t.spent", _net("campaign_id", ACCRUED, REVERSED)),
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found} of a budget of {expected}",
        "SELECT id, spent AS found, budget AS expected FROM campaigns WHERE spent < 0 OR spent > budget",
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: {found} is left of its budget, its account holds {expected}",
        _account("campaign", "campaigns", "t.budget - t.spent"),
    ),
    Check(
        "I1",
        "clip",
        "clip {id}: earnings are {found}, its transfers say {expected}",
        _differs("clips", "t.earnings", _net("clip_id", ACCRUED, REVERSED)),
    ),
    Check(
        "I4",
        "clip",
        "clip {id}: {found} was ever credited, its transfers say {expected}",
        _differs("clips", "t.gross_credited", _net("clip_id", ACCRUED, "")),
    ),
    Check(
        "I4",
        "transfer",
        "transfer {id}: takes back {found} of a transfer of {expected}, or names none of its clip",
        """
        SELECT r.id AS id, r.amount AS found, COALESCE(o.amount, 0) AS expected
        FROM ledger_transfers r LEFT JOIN ledger_transfers o ON o.id = r.reverses AND o.kind = 'ACCRUAL'
        WHERE r.kind = 'ACCRUAL_REVERSED'
          AND (o.id IS NULL OR r.amount > o.amount OR o.clip_id <> r.clip_id
               OR o.debit_account <> r.credit_account OR o.credit_account <> r.debit_account)""",
    ),
    Check(
        "I4",
        "transfer",
        "transfer {id}: is reversed {found} times",
        """
        SELECT reverses AS id, COUNT(*) AS found, 1 AS expected FROM ledger_transfers
        WHERE reverses IS NOT NULL GROUP BY reverses HAVING COUNT(*) > 1""",
        Unit.COUNT,
    ),
    Check(
        "I5",
        "clip",
        "clip {id}: was credited {found} times in one run",
        """
        SELECT clip_id AS id, COUNT(*) AS found, 1 AS expected FROM ledger_transfers
        WHERE kind = 'ACCRUAL' GROUP BY run_id, clip_id HAVING COUNT(*) > 1""",
        Unit.COUNT,
    ),
    Check(
        "I6",
        "run",
        "tracking run {id}: says it added {found}, its transfers say {expected}",
        _differs("tracking_runs", "t.earnings_added", _net("run_id", ACCRUED, "")),
    ),
    Check(
        "I13",
        "clip",
        "clip {id}: its peak is {found} views, the highest reading is {expected}",
        _differs(
            "clips",
            "t.peak_views",
            "SELECT clip_id AS ref, MAX(views) AS total FROM view_tracking WHERE outcome = 'ok' GROUP BY clip_id",
            where="t.peak_views > COALESCE(e.total, 0)",
        ),
        Unit.COUNT,
    ),
    Check(
        "I13",
        "clip",
        "clip {id}: was credited {found}, its growth is worth {expected} at most",
        """
        SELECT id, gross_credited AS found, (peak_views - initial_views) * rate / 1000 AS expected FROM clips
        WHERE gross_credited > (peak_views - initial_views) * rate / 1000
           OR (max_per_clip IS NOT NULL AND gross_credited > max_per_clip)""",
    ),
    Check(
        "I13",
        "clip",
        "clip {id}: counts from {found} views, its submission's baseline is {expected}",
        """
        SELECT c.id AS id, c.initial_views AS found, COALESCE(s.initial_views, -1) AS expected
        FROM clips c JOIN clip_submissions s ON s.id = c.submission_id
        WHERE c.initial_views <> COALESCE(s.initial_views, -1)""",
        Unit.COUNT,
    ),
)

OF_COMPLETION_AND_BUDGETS = (
    Check(
        "I12",
        "campaign",
        "campaign {id}: its snapshots sum to {found}, it spent {expected}",
        """
        SELECT c.id AS id, COALESCE(SUM(s.final_earnings), 0) AS found, c.spent AS expected
        FROM campaigns c LEFT JOIN clip_submissions s ON s.campaign_id = c.id
        WHERE c.completed_at IS NOT NULL GROUP BY c.id, c.spent
        HAVING COALESCE(SUM(s.final_earnings), 0) <> c.spent""",
    ),
    Check(
        "I12",
        "submission",
        "submission {id}: its snapshot is {found}, its clip earned {expected}",
        """
        SELECT s.id AS id, COALESCE(s.final_earnings, -1) AS found, COALESCE(k.earnings, 0) AS expected
        FROM clip_submissions s JOIN campaigns c ON c.id = s.campaign_id
        LEFT JOIN clips k ON k.submission_id = s.id
        WHERE c.completed_at IS NOT NULL AND COALESCE(s.final_earnings, -1) <> COALESCE(k.earnings, 0)""",
    ),
    Check(
        "I12",
        "submission",
        "submission {id}: is PENDING though its campaign is completed",
        """
        SELECT s.id AS id, 1 AS found, 0 AS expected FROM clip_submissions s
        JOIN campaigns c ON c.id = s.campaign_id WHERE c.completed_at IS NOT NULL AND s.status = 'PENDING'""",
        Unit.COUNT,
    ),
    Check(
        "I12",
        "campaign",
        "campaign {id}: was completed {found} times, its state says {expected}",
        """
        SELECT c.id AS id, COUNT(a.id) AS found, CASE WHEN c.completed_at IS NULL THEN 0 ELSE 1 END AS expected
        FROM campaigns c
        LEFT JOIN audit_log a ON a.subject = 'campaign' AND a.subject_id = c.id AND a.action = 'campaign.completed'
        GROUP BY c.id, c.completed_at HAVING COUNT(a.id) <> CASE WHEN c.completed_at IS NULL THEN 0 ELSE 1 END""",
        Unit.COUNT,
    ),
    Check(
        "I12",
        "campaign",
        "campaign {id}: its status does not fit whether it was completed",
        """
        SELECT id, 0 AS found, 1 AS expected FROM campaigns
        WHERE (status = 'COMPLETED' AND completed_at IS NULL)
           OR (status NOT IN ('COMPLETED', 'ARCHIVED') AND completed_at IS NOT NULL)""",
        Unit.COUNT,
    ),
    Check(
        "I12",
        "transfer",
        "transfer {id}: credits {found} to a clip of a campaign that was completed before",
        """
        SELECT l.id AS id, l.amount AS found, 0 AS expected FROM ledger_transfers l
        JOIN campaigns c ON c.id = l.campaign_id
        WHERE l.kind = 'ACCRUAL' AND c.completed_at IS NOT NULL AND l.created_at > c.completed_at""",
    ),
    Check(
        "I15",
        "campaign",
        "campaign {id}: its budget is {found}, its funding says {expected}",
        _differs("campaigns", "t.budget", _net("campaign_id", "'BUDGET_FUNDED'", "'BUDGET_REDUCED'")),
    ),
)

PAID, RETURNED = "'PAYOUT_PAID', 'PAYOUT_FEE'", "'PAYOUT_RETURNED'"

OF_CLIPPERS_AND_PAYOUTS = (
    Check(
        "I2",
        "user",
        "user {id}: earned {found}, the transfers say {expected}",
        _differs("users", "t.total_earnings", _net("user_id", ACCRUED, REVERSED)),
    ),
    Check(
        "I2",
        "user",
        "user {id}: was paid {found}, the transfers say {expected}",
        _differs("users", "t.paid", _net("user_id", PAID, RETURNED)),
    ),
    Check(
        "I2",
        "user",
        "user {id}: {found} is reserved, the transfers say {expected}",
        _differs("users", "t.reserved", _net("user_id", "'PAYOUT_RESERVED'", f"'PAYOUT_RELEASED', {PAID}")),
    ),
    Check(
        "I2",
        "user",
        "user {id}: {found} is available, the account holds {expected}",
        _account("available", "users", "t.total_earnings - t.paid - t.reserved"),
    ),
    Check(
        "I2",
        "user",
        "user {id}: {found} is reserved, the account holds {expected}",
        _account("reserved", "users", "t.reserved"),
    ),
    Check(
        "I2",
        "user",
        "user {id}: has a negative balance, {found}",
        """
        SELECT id, total_earnings - paid - reserved AS found, 0 AS expected FROM users
        WHERE total_earnings - paid - reserved < 0 OR paid < 0 OR reserved < 0""",
    ),
    Check(
        "I7",
        "payout request",
        "payout request {id}: reserved {found}, it asks for {expected}",
        """
        SELECT p.id AS id, COALESCE(SUM(l.amount), 0) AS found, p.amount AS expected FROM payout_requests p
        LEFT JOIN ledger_transfers l ON l.payout_request_id = p.id AND l.kind = 'PAYOUT_RESERVED'
        GROUP BY p.id, p.amount HAVING COUNT(l.id) <> 1 OR COALESCE(SUM(l.amount), 0) <> p.amount""",
    ),
    Check(
        "I7",
        "payout request",
        "payout request {id}: {found} was released, its state says {expected}",
        """
        SELECT p.id AS id, COALESCE(SUM(l.amount), 0) AS found,
               CASE WHEN p.status IN ('CANCELLED', 'REJECTED', 'FAILED') THEN p.amount ELSE 0 END AS expected
        FROM payout_requests p
        LEFT JOIN ledger_transfers l ON l.payout_request_id = p.id AND l.kind = 'PAYOUT_RELEASED'
        GROUP BY p.id, p.amount, p.status HAVING COALESCE(SUM(l.amount), 0)
            <> CASE WHEN p.status IN ('CANCELLED', 'REJECTED', 'FAILED') THEN p.amount ELSE 0 END""",
    ),
    Check(
        "I7",
        "payout request",
        "payout request {id}: {found} was paid, its state says {expected}",
        """
        SELECT p.id AS id, COALESCE(SUM(l.amount), 0) AS found,
               CASE WHEN p.status IN ('COMPLETED', 'REVERSED') THEN p.amount ELSE 0 END AS expected
        FROM payout_requests p LEFT JOIN ledger_transfers l
            ON l.payout_request_id = p.id AND l.kind IN ('PAYOUT_PAID', 'PAYOUT_FEE')
        GROUP BY p.id, p.amount, p.status HAVING COALESCE(SUM(l.amount), 0)
            <> CASE WHEN p.status IN ('COMPLETED', 'REVERSED') THEN p.amount ELSE 0 END""",
    ),
    Check(
        "I7",
        "payout request",
        "payout request {id}: {found} came back, its state says {expected}",
        """
        SELECT p.id AS id, COALESCE(SUM(l.amount), 0) AS found,
               CASE WHEN p.status = 'REVERSED' THEN p.amount ELSE 0 END AS expected
        FROM payout_requests p
        LEFT JOIN ledger_transfers l ON l.payout_request_id = p.id AND l.kind = 'PAYOUT_RETURNED'
        GROUP BY p.id, p.amount, p.status
        HAVING COALESCE(SUM(l.amount), 0) <> CASE WHEN p.status = 'REVERSED' THEN p.amount ELSE 0 END""",
    ),
    Check(
        "I8",
        "payout request",
        "payout request {id}: net and fee make {found}, it asks for {expected}",
        """
        SELECT id, net + fee AS found, amount AS expected FROM payout_requests
        WHERE net + fee <> amount OR amount <= 0 OR fee < 0 OR net <= 0""",
    ),
    Check(
        "I9",
        "payout request",
        "payout request {id}: has {found} payouts with a transaction id, its state says {expected}",
        """
        SELECT p.id AS id, COUNT(o.id) AS found,
               CASE WHEN p.status IN ('COMPLETED', 'REVERSED') THEN 1 ELSE 0 END AS expected
        FROM payout_requests p LEFT JOIN payouts o ON o.request_id = p.id AND o.transaction_id <> ''
        GROUP BY p.id, p.status
        HAVING COUNT(o.id) <> CASE WHEN p.status IN ('COMPLETED', 'REVERSED') THEN 1 ELSE 0 END""",
        Unit.COUNT,
    ),
    Check(
        "I9",
        "payout",
        "payout {id}: records {found}, its request asked for {expected}",
        """
        SELECT o.id AS id, o.amount AS found, p.amount AS expected FROM payouts o
        JOIN payout_requests p ON p.id = o.request_id
        WHERE o.amount <> p.amount OR o.net <> p.net OR o.fee <> p.fee OR o.user_id <> p.user_id
           OR o.method <> p.method""",
    ),
    Check(
        "I9",
        "payout",
        "payout {id}: shares its transaction id with {found} payouts of the same method",
        """
        SELECT MIN(id) AS id, COUNT(*) AS found, 1 AS expected FROM payouts
        GROUP BY method, transaction_id HAVING COUNT(*) > 1""",
        Unit.COUNT,
    ),
    Check(
        "I10",
        "payout request",
        "payout request {id}: was decided on by its own payee",
        """
        SELECT id, decided_by AS found, user_id AS expected FROM payout_requests
        WHERE (decided_by = user_id AND status <> 'CANCELLED')
           OR (status = 'CANCELLED' AND decided_by <> user_id)
           OR (status NOT IN ('PENDING') AND decided_by IS NULL)""",
        Unit.COUNT,
    ),
    Check(
        "I10",
        "payout request",
        "payout request {id}: its state is not the last one that the audit log knows",
        """
        SELECT p.id AS id, COUNT(*) AS found, 1 AS expected FROM payout_requests p
        JOIN audit_log a ON a.subject = 'payout_request' AND a.subject_id = p.id
        WHERE a.id = (SELECT MAX(b.id) FROM audit_log b WHERE b.subject = 'payout_request' AND b.subject_id = p.id)
          AND a.action <> 'payout.' || CASE WHEN p.status = 'PENDING' THEN 'requested' ELSE LOWER(p.status) END
        GROUP BY p.id""",
        Unit.COUNT,
    ),
    Check(
        "I11",
        "payout request",
        "payout request {id}: shares its idempotency key with {found} requests of the same clipper",
        """
        SELECT MIN(id) AS id, COUNT(*) AS found, 1 AS expected FROM payout_requests
        WHERE idempotency_key IS NOT NULL GROUP BY user_id, idempotency_key HAVING COUNT(*) > 1""",
        Unit.COUNT,
    ),
)

OF_THE_LEDGER = (
    Check(
        "I3",
        "transfer",
        "transfer {id}: moves {found} between accounts that are not two known ones",
        """
        SELECT l.id AS id, l.amount AS found, 1 AS expected FROM ledger_transfers l
        WHERE l.amount <= 0 OR l.debit_account = l.credit_account
           OR l.debit_account NOT IN (SELECT account FROM known_accounts)
           OR l.credit_account NOT IN (SELECT account FROM known_accounts)""",
    ),
    Check(
        "I14",
        "audit entry",
        "audit entry {id}: says that {found} moved, its transfers say {expected}",
        _differs(
            "audit_log",
            "COALESCE(t.amount, 0)",
            "SELECT audit_id AS ref, SUM(amount) AS total FROM ledger_transfers GROUP BY audit_id",
        ),
    ),
    Check(
        "I14",
        "transfer",
        "transfer {id}: has no audit entry",
        """
        SELECT l.id AS id, l.amount AS found, 0 AS expected FROM ledger_transfers l
        LEFT JOIN audit_log a ON a.id = l.audit_id WHERE a.id IS NULL""",
    ),
)

KNOWN_ACCOUNTS = """
    WITH known_accounts AS (
        SELECT 'outside' AS account UNION ALL SELECT 'fees'
        UNION ALL SELECT 'campaign:' || CAST(id AS TEXT) FROM campaigns
        UNION ALL SELECT 'available:' || CAST(id AS TEXT) FROM users
        UNION ALL SELECT 'reserved:' || CAST(id AS TEXT) FROM users
    )"""

OF_KEPT_TOTALS = (
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found}, its days say {expected}",
        _differs("campaigns", "t.spent", _summed("spent", "campaign_days")),
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found}, its clippers earned {expected}",
        _differs("campaigns", "t.spent", _summed("earned", "campaign_clippers")),
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: {found} is left of its budget, its statement comes to {expected}",
        _account("campaign", "campaigns", "t.budget - t.spent", KEPT_BALANCES),
    ),
    Check(
        "I2",
        "user",
        "user {id}: {found} is available, the statement comes to {expected}",
        _account("available", "users", "t.total_earnings - t.paid - t.reserved", KEPT_BALANCES),
    ),
    Check(
        "I7",
        "payouts",
        "payouts {id}: pages say {found} together, they ask for {expected}",
        """
        SELECT status AS id, SUM(kept) AS found, SUM(asked) AS expected FROM (
            SELECT status, amount AS kept, 0 AS asked FROM payout_tallies
            UNION ALL SELECT status, 0, amount FROM payout_requests
        ) sides GROUP BY status HAVING SUM(kept) <> SUM(asked)""",
    ),
)
"""Of the totals that pages read, which are kept beside the rows that they total."""

CHECKS = (
    *OF_CAMPAIGNS_AND_CLIPS,
    *OF_COMPLETION_AND_BUDGETS,
    *OF_CLIPPERS_AND_PAYOUTS,
    *OF_THE_LEDGER,
    *OF_KEPT_TOTALS,
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
}
"""Where the rows of each subject are."""
