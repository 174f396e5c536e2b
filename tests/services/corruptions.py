"""One corrupted cell, or a few, for each alternative of each check of the money: what
`test_invariants` tries.
"""

from dataclasses import dataclass

from swivi.domain.ledger.checks import CHECKS
from swivi.domain.ledger.checks.parts import Check


@dataclass(frozen=True)
class Corruption:
    """`sql` corrupts `table`; the checker must name the `subject` that `row` finds (as :id in
    `sql`).

    `says` is of the words of the check that must find it, where the invariant has several of that
    subject.
    """

    invariant: str
    subject: str
    row: str
    table: str
    sql: str
    says: str = ""

    @property
    def checks(self) -> list[Check]:
        """The check that is meant; none where the checker does it by hand."""
        of = [
            one for one in CHECKS if (one.invariant, one.subject) == (self.invariant, self.subject)
        ]
        return [one for one in of if self.says in one.says]


def of_campaign(invariant: str, says: str, change: str, status: str = "ACTIVE") -> Corruption:
    row = f"SELECT MIN(id) FROM campaigns WHERE status = '{status}' AND spent > 0"
    return Corruption(
        invariant,
        "campaign",
        row,
        "campaigns",
        f"UPDATE campaigns SET {change} WHERE id = :id",
        says,
    )


def of_clip(invariant: str, change: str, says: str = "") -> Corruption:
    row = "SELECT MIN(id) FROM clips WHERE state = 'TRACKED' AND earnings > 0"
    return Corruption(
        invariant, "clip", row, "clips", f"UPDATE clips SET {change} WHERE id = :id", says
    )


def of_user(change: str, says: str) -> Corruption:
    row = "SELECT MIN(id) FROM users WHERE paid > 0 AND reserved > 0"
    return Corruption("I2", "user", row, "users", f"UPDATE users SET {change} WHERE id = :id", says)


def of_account(subject: str, says: str, account: str) -> Corruption:
    """A transfer that credited somebody's account, and says it was another's."""
    invariant, table = ("I1", "campaigns") if subject == "campaign" else ("I2", "users")
    row = (
        f"SELECT MIN(t.id) FROM {table} t JOIN ledger_transfers l ON l.credit_account = "
        f"'{account}:' || t.id"
    )
    sql = (
        "UPDATE ledger_transfers SET credit_account = 'outside' WHERE credit_account = "
        f"'{account}:' || :named"
    )
    return Corruption(invariant, subject, row, "ledger_transfers", sql, says)


def of_kept_total(table: str, cell: str, says: str) -> Corruption:
    """A total that pages read, of a campaign that has spent."""
    row = "SELECT MIN(id) FROM campaigns WHERE status = 'ACTIVE' AND spent > 0"
    sql = f"UPDATE {table} SET {cell} = {cell} + 1 WHERE campaign_id = :id"
    return Corruption("I1", "campaign", row, table, sql, says)


def of_statement(subject: str, says: str, account: str) -> Corruption:
    """A day of somebody's statement."""
    invariant, table = ("I1", "campaigns") if subject == "campaign" else ("I2", "users")
    row = f"SELECT MIN(t.id) FROM {table} t JOIN account_days d ON d.account = '{account}:' || t.id"
    sql = f"UPDATE account_days SET amount = amount + 1 WHERE account = '{account}:' || :named"
    return Corruption(invariant, subject, row, "account_days", sql, says)


def of_request(invariant: str, status: str, change: str, says: str = "") -> Corruption:
    row = f"SELECT MIN(id) FROM payout_requests WHERE status = '{status}'"
    sql = f"UPDATE payout_requests SET {change} WHERE id = :id"
    return Corruption(invariant, "payout request", row, "payout_requests", sql, says)


def of_payout(change: str) -> Corruption:
    return Corruption(
        "I9", "payout", PAYOUT, "payouts", f"UPDATE payouts SET {change} WHERE id = :id", "records"
    )


def of_transfer(invariant: str, kind: str, change: str, says: str = "") -> Corruption:
    row = f"SELECT MAX(id) FROM ledger_transfers WHERE kind = '{kind}'"
    sql = f"UPDATE ledger_transfers SET {change} WHERE id = :id"
    return Corruption(invariant, "transfer", row, "ledger_transfers", sql, says)


def of_requests_transfer(
    kind: str, status: str, says: str, change: str = "amount = amount + 1"
) -> Corruption:
    row = f"SELECT MIN(id) FROM payout_requests WHERE status = '{status}'"
    sql = f"UPDATE ledger_transfers SET {change} WHERE payout_request_id = :id AND kind = '{kind}'"
    return Corruption("I7", "payout request", row, "ledger_transfers", sql, says)


def of_video(
    row: str, change: str, says: str, table: str = "clip_submissions", key: str = "id"
) -> Corruption:
    sql = f"UPDATE {table} SET {change} WHERE {key} = :id"
    return Corruption("I18", "submission", row, table, sql, says)


def of_sandbox(change: str, says: str) -> Corruption:
    row = "SELECT MIN(id) FROM ledger_transfers WHERE credit_account = 'sandbox'"
    sql = f"UPDATE ledger_transfers SET {change} WHERE id = :id"
    return Corruption("I17", "transfer", row, "ledger_transfers", sql, says)


HOLDER = "SELECT MIN(id) FROM clip_submissions WHERE holds_video"
IN_TEST_CAMPAIGN = (
    "SELECT MIN(s.id) FROM clip_submissions s JOIN campaigns c ON c.id = s.campaign_id AND "
    "c.is_test"
)


def of_sealed(subject: str, table: str, change: str) -> Corruption:
    row, sql = f"SELECT MIN(id) FROM {table}", f"UPDATE {table} SET {change} WHERE id = :id"
    return Corruption("I19", subject, row, table, sql)


def of_recorded(subject: str, table: str, change: str) -> Corruption:
    """A cell whose last audit entry says otherwise."""
    row, sql = f"SELECT MIN(id) FROM {table}", f"UPDATE {table} SET {change} WHERE id = :id"
    return Corruption("I20", subject, row, table, sql)


def of_total(table: str, keys: str, cell: str) -> Corruption:
    """A sum that a table keeps, of a row whose sum is not zero."""
    told_as = " || ' ' || ".join(f"CAST({key} AS TEXT)" for key in keys.split())
    named = told_as
    row = f"SELECT MIN({named}) FROM {table} WHERE {cell} > 0"
    return Corruption(
        "I21",
        "total",
        row,
        table,
        f"UPDATE {table} SET {cell} = {cell} + 1 WHERE {named} = :named",
        f"{table}: ",
    )


def of_run(change: str, says: str) -> Corruption:
    row = "SELECT MIN(id) FROM tracking_runs"
    return Corruption(
        "I22",
        "run",
        row,
        "tracking_runs",
        f"UPDATE tracking_runs SET {change} WHERE id = :id",
        says,
    )


def of_planned(change: str, says: str) -> Corruption:
    row = "SELECT MIN(id) FROM tracking_run_campaigns WHERE earnings_added > 0"
    sql = f"UPDATE tracking_run_campaigns SET {change} WHERE id = :id"
    return Corruption("I6", "planned campaign", row, "tracking_run_campaigns", sql, says)


RESTS = "is read less often"
IS_REMOVED = "is removed after"

COMPLETED_CAMPAIGN = "SELECT MIN(id) FROM campaigns WHERE status = 'COMPLETED'"
SNAPSHOT = (
    "SELECT MIN(id) FROM clip_submissions WHERE final_earnings > 0 AND campaign_id IN "
    f"({COMPLETED_CAMPAIGN})"
)
PAYOUT = "SELECT MIN(id) FROM payouts"

NEGATIVE = "has a negative balance"
TAKES_BACK = "takes back"

CORRUPTIONS = (
    of_campaign("I1", "its clips earned", "spent = spent + 1"),
    of_campaign("I1", "its transfers say", "spent = spent + 1"),
    of_campaign("I1", "of a budget of", "budget = spent - 1"),
    of_campaign("I1", "of a budget of", "spent = -1"),
    of_account("campaign", "its account holds", "campaign"),
    of_kept_total("campaign_days", "spent", "its days say"),
    of_kept_total("campaign_clippers", "earned", "its clippers earned"),
    of_statement("campaign", "its statement comes", "campaign"),
    of_statement("user", "the statement comes", "available"),
    Corruption(
        "I7",
        "payouts",
        "SELECT MIN(status) FROM payout_tallies WHERE requests > 0",
        "payout_tallies",
        "UPDATE payout_tallies SET amount = amount + 1 WHERE status = :named",
    ),
    of_clip("I1", "earnings = earnings + 1"),
    of_user("total_earnings = total_earnings + 1", "earned"),
    of_user("paid = paid + 1", "was paid"),
    of_user("reserved = reserved + 1", "is reserved, the transfers"),
    of_account("user", "is available, the account", "available"),
    of_account("user", "is reserved, the account", "reserved"),
    of_user("reserved = 1000000", NEGATIVE),
    of_user("paid = -1", NEGATIVE),
    of_user("reserved = -1", NEGATIVE),
    of_transfer("I3", "ACCRUAL", "credit_account = 'available:999'"),
    of_transfer("I3", "ACCRUAL", "debit_account = 'campaign:999'"),
    of_transfer("I3", "PAYOUT_PAID", "credit_account = debit_account"),
    of_transfer("I3", "ACCRUAL", "amount = 0"),
    of_clip("I4", "gross_credited = gross_credited + 1"),
    of_transfer("I4", "ACCRUAL_REVERSED", "amount = amount + 1", TAKES_BACK),
    of_transfer("I4", "ACCRUAL_REVERSED", "reverses = NULL", TAKES_BACK),
    of_transfer("I4", "ACCRUAL_REVERSED", "clip_id = clip_id - 1", TAKES_BACK),
    of_transfer("I4", "ACCRUAL_REVERSED", "debit_account = 'outside'", TAKES_BACK),
    of_transfer("I4", "ACCRUAL_REVERSED", "credit_account = 'outside'", TAKES_BACK),
    Corruption(
        "I4",
        "transfer",
        "SELECT MIN(reverses) FROM ledger_transfers WHERE kind = 'ACCRUAL_REVERSED'",
        "ledger_transfers",
        "UPDATE ledger_transfers SET reverses = :id WHERE kind = 'PAYOUT_RETURNED'",
        "is reversed",
    ),
    Corruption(
        "I5",
        "clip",
        "SELECT clip_id FROM ledger_transfers WHERE kind = 'ACCRUAL' GROUP BY clip_id"
        " HAVING COUNT(*) > 1 ORDER BY clip_id LIMIT 1",
        "ledger_transfers",
        "UPDATE ledger_transfers SET run_id = 1 WHERE clip_id = :id AND kind = 'ACCRUAL'",
    ),
    Corruption(
        "I6",
        "run",
        "SELECT MIN(id) FROM tracking_runs",
        "tracking_runs",
        "UPDATE tracking_runs SET earnings_added = earnings_added - 1 WHERE id = :id",
    ),
    of_requests_transfer("PAYOUT_RESERVED", "PENDING", "it asks for"),
    of_requests_transfer("PAYOUT_RESERVED", "PENDING", "it asks for", "kind = 'PAYOUT_RELEASED'"),
    of_requests_transfer("PAYOUT_RELEASED", "REJECTED", "was released"),
    of_requests_transfer("PAYOUT_FEE", "COMPLETED", "was paid"),
    of_requests_transfer("PAYOUT_RETURNED", "REVERSED", "came back"),
    of_request("I7", "COMPLETED", "status = 'FAILED'", "was paid"),
    of_request("I8", "COMPLETED", "fee = fee + 1"),
    of_request("I8", "PENDING", "net = 0, fee = amount"),
    of_request("I8", "PENDING", "fee = -1, net = amount + 1"),
    of_request("I8", "PENDING", "amount = 0, net = 0, fee = 0"),
    Corruption(
        "I9",
        "payout request",
        "SELECT MIN(request_id) FROM payouts",
        "payouts",
        "UPDATE payouts SET transaction_id = '' WHERE request_id = :id",
    ),
    of_payout("amount = amount - 1"),
    of_payout("net = net - 1"),
    of_payout("fee = fee + 1"),
    of_payout("user_id = (SELECT MIN(id) FROM users)"),
    of_payout("method = 'us_bank'"),
    Corruption(
        "I9",
        "payout",
        PAYOUT,
        "payouts",
        "UPDATE payouts SET transaction_id = (SELECT transaction_id FROM payouts WHERE id = :id)",
        "shares its transaction id",
    ),
    of_request("I10", "COMPLETED", "decided_by = user_id", "by its own payee"),
    of_request("I10", "REJECTED", "decided_by = NULL", "by its own payee"),
    of_request("I10", "REJECTED", "status = 'CANCELLED'", "by its own payee"),
    of_request("I10", "PENDING", "status = 'APPROVED'", "the audit log knows"),
    Corruption(
        "I11",
        "payout request",
        "SELECT MIN(id) FROM payout_requests",
        "payout_requests",
        "UPDATE payout_requests SET idempotency_key = 'k' WHERE user_id ="
        " (SELECT user_id FROM payout_requests WHERE id = :id)",
    ),
    Corruption(
        "I12",
        "submission",
        SNAPSHOT,
        "clip_submissions",
        "UPDATE clip_submissions SET final_earnings = final_earnings + 1 WHERE id = :id",
        "its snapshot is",
    ),
    Corruption(
        "I12",
        "campaign",
        COMPLETED_CAMPAIGN,
        "clip_submissions",
        "UPDATE clip_submissions SET final_earnings = NULL WHERE campaign_id = :id",
        "its snapshots sum",
    ),
    Corruption(
        "I12",
        "submission",
        SNAPSHOT,
        "clip_submissions",
        "UPDATE clip_submissions SET status = 'PENDING' WHERE id = :id",
        "is PENDING",
    ),
    of_campaign("I12", "its status does not fit", "status = 'ACTIVE'", "COMPLETED"),
    of_campaign("I12", "its status does not fit", "completed_at = NULL", "COMPLETED"),
    Corruption(
        "I12",
        "campaign",
        COMPLETED_CAMPAIGN,
        "audit_log",
        (
            "UPDATE audit_log SET action = 'campaign.completed' WHERE subject = 'campaign' AND "
            "subject_id = :id"
        ),
        "was completed {found} times",
    ),
    Corruption(
        "I12",
        "campaign",
        "SELECT MIN(campaign_id) FROM ledger_transfers WHERE kind = 'BUDGET_RETURNED'",
        "ledger_transfers",
        (
            "UPDATE ledger_transfers SET amount = amount - 1 WHERE campaign_id = :id AND kind = "
            "'BUDGET_RETURNED'"
        ),
        "was returned",
    ),
    Corruption(
        "I12",
        "campaign",
        "SELECT MIN(campaign_id) FROM ledger_transfers WHERE kind = 'BUDGET_RETURNED'",
        "ledger_transfers",
        (
            "UPDATE ledger_transfers SET kind = 'BUDGET_REDUCED' WHERE campaign_id = :id AND kind "
            "= 'BUDGET_RETURNED'"
        ),
        "was returned",
    ),
    Corruption(
        "I12",
        "transfer",
        (
            "SELECT MIN(id) FROM ledger_transfers WHERE kind = 'ACCRUAL' AND campaign_id IN "
            f"({COMPLETED_CAMPAIGN})"
        ),
        "ledger_transfers",
        "UPDATE ledger_transfers SET created_at = :far WHERE id = :id",
    ),
    of_clip("I13", "peak_views = peak_views + 1", "its peak is"),
    of_clip("I13", "rate = rate - 1", "its growth is worth"),
    of_clip("I13", "max_per_clip = gross_credited - 1", "its growth is worth"),
    of_clip("I13", "initial_views = initial_views - 1", "counts from"),
    Corruption(
        "I14",
        "audit entry",
        "SELECT MAX(id) FROM audit_log WHERE amount > 0",
        "audit_log",
        "UPDATE audit_log SET amount = amount + 1 WHERE id = :id",
    ),
    of_transfer("I14", "ACCRUAL", "audit_id = 999999"),
    of_recorded("campaign", "campaigns", "payout_rate = payout_rate * 100"),
    of_recorded("submission", "clip_submissions", "status = 'REJECTED'"),
    of_recorded("clip", "clips", "rate = rate * 100"),
    of_recorded("payout request", "payout_requests", "details = 'thief@swivi.test'"),
    of_recorded("payout", "payouts", "transaction_id = 'another'"),
    of_recorded("payout destination", "payout_destinations", "details = 'thief@swivi.test'"),
    of_recorded("user", "users", "role = CASE role WHEN 'ADMIN' THEN 'CLIPPER' ELSE 'ADMIN' END"),
    of_recorded("manual reading", "manual_readings", "asked_by = asked_by + 1"),
    of_total("account_days", "account day kind", "amount"),
    of_total("campaign_days", "day campaign_id platform", "spent"),
    of_total("campaign_clippers", "campaign_id user_id", "growth"),
    of_total("clip_tallies", "campaign_id platform state", "views"),
    of_total("submission_tallies", "campaign_id platform status", "submissions"),
    of_total("submitters", "user_id", "submissions"),
    of_total("payout_tallies", "status", "requests"),
    of_total("user_tallies", "role status", "users"),
    Corruption(
        "I21",
        "campaign",
        "SELECT MIN(campaign_id) FROM campaign_days",
        "campaign_days",
        "UPDATE campaign_days SET views = views + 1 WHERE campaign_id = :id",
    ),
    of_clip("I22", "state = 'REVOKED'", "was revoked"),
    of_clip("I22", "state = 'REMOVED', not_found_since = :far, resting_since = :far", IS_REMOVED),
    of_clip("I22", "state = 'REMOVED', not_found_runs = 2, resting_since = :far", IS_REMOVED),
    of_clip("I22", "state = 'REMOVED', not_found_runs = 2, not_found_since = :far", IS_REMOVED),
    of_clip("I22", "peak_views = peak_views - 1", "count as its peak"),
    Corruption(
        "I22",
        "clip",
        "SELECT MIN(id) FROM clips WHERE earnings > 0",
        "view_tracking",
        "UPDATE view_tracking SET run_id = NULL WHERE views IS NOT NULL AND clip_id = :id",
        "admins entered",
    ),
    of_clip("I22", "views = views - 1", "no reading does"),
    of_clip("I22", "not_found_runs = 1", RESTS),
    of_clip("I22", "not_found_since = :far", RESTS),
    of_clip("I22", "resting_since = :far", RESTS),
    of_clip("I22", "next_look_at = :far", RESTS),
    of_user("total_views = total_views + 1", "views in all"),
    of_planned("earnings_added = earnings_added + 1", "its transfers say"),
    of_planned("status = 'SKIPPED'", "is not settled"),
    of_run("campaigns_settled = campaigns_settled + 1", "settled {found}"),
    of_run("campaigns_planned = campaigns_planned + 1", "planned {found} campaigns"),
    of_run("clips_planned = clips_planned + 1", "planned {found} clips"),
    Corruption(
        "I12",
        "submission",
        (
            "SELECT MIN(s.id) FROM clip_submissions s JOIN campaigns c ON c.id = s.campaign_id "
            "AND c.completed_at IS NULL"
        ),
        "clip_submissions",
        "UPDATE clip_submissions SET final_earnings = 1 WHERE id = :id",
        "has a snapshot",
    ),
    of_campaign("I15", "its funding", "budget = budget + 1"),
    of_sealed("transfer", "ledger_transfers", "idempotency_key = 'another'"),
    of_sealed("audit entry", "audit_log", "reason = 'another'"),
    of_sealed("reading", "view_tracking", "detail = 'another'"),
    of_sealed("seal", "seals", "made_at = :far"),
    Corruption(
        "I19",
        "transfer",
        "SELECT MAX(id) - 1 FROM ledger_transfers",
        "ledger_transfers",
        "DELETE FROM ledger_transfers WHERE id = :id",
    ),
    Corruption(
        "I16",
        "lease",
        "SELECT 'tracking'",
        "leases",
        "INSERT INTO leases (name, holder, expires_at) VALUES (:id, 'nobody', :far)",
    ),
    of_transfer(
        "I13",
        "ACCRUAL",
        (
            "clip_id = (SELECT MAX(clip_id) FROM clip_holds WHERE lifted_at IS NULL), created_at = "
            ":far"
        ),
        "was on hold",
    ),
    of_sandbox("credit_account = 'available:2'", "to a clipper"),
    of_sandbox("user_id = 2", "to a clipper"),
    of_sandbox("campaign_id = 1", "is of no test campaign"),
    Corruption(
        "I18",
        "submission",
        HOLDER,
        "clip_submissions",
        "UPDATE clip_submissions SET platform = 'tiktok', external_id = (SELECT external_id FROM "
        "clip_submissions"
        " WHERE id = :id) WHERE holds_video",
        "held by",
    ),
    of_video(HOLDER, "status = 'REJECTED'", "was rejected"),
    of_video("SELECT MIN(submission_id) FROM clips", "external_id = 'another'", "of another video"),
    of_video(IN_TEST_CAMPAIGN, "holds_video = TRUE", "for a test campaign"),
    of_video(
        "SELECT MIN(submission_id) FROM clips WHERE state = 'REVOKED'",
        "state = 'TRACKED'",
        "was released",
        "clips",
        "submission_id",
    ),
)
