"""Checks of the ledger itself."""

from swivi.domain.ledger.checks.parts import Check, differs

KNOWN_ACCOUNTS = """
    WITH known_accounts AS (
        SELECT 'outside' AS account UNION ALL SELECT 'fees' UNION ALL SELECT 'sandbox'
        UNION ALL SELECT 'campaign:' || CAST(id AS TEXT) FROM campaigns
        UNION ALL SELECT 'available:' || CAST(id AS TEXT) FROM users
        UNION ALL SELECT 'reserved:' || CAST(id AS TEXT) FROM users
    )"""

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
        differs(
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
    # Earlier releases credited the sandbox's own clipper. The migration that ended it wrote the
    # entry named here.
    Check(
        "I17",
        "transfer",
        "transfer {id}: credits {found} of a test campaign to a clipper",
        """
        SELECT l.id AS id, l.amount AS found, 0 AS expected FROM ledger_transfers l
        JOIN campaigns c ON c.id = l.campaign_id AND c.is_test
        WHERE l.kind = 'ACCRUAL' AND (l.credit_account <> 'sandbox' OR l.user_id IS NOT NULL)
          AND l.audit_id > (SELECT COALESCE(MAX(id), 0) FROM audit_log
              WHERE action = 'ledger.sandbox_opened')""",
    ),
    Check(
        "I17",
        "transfer",
        "transfer {id}: moves {found} of the sandbox, and is of no test campaign",
        """
        SELECT l.id AS id, l.amount AS found, 0 AS expected FROM ledger_transfers l
        LEFT JOIN campaigns c ON c.id = l.campaign_id AND c.is_test
        WHERE 'sandbox' IN (l.debit_account, l.credit_account) AND c.id IS NULL""",
    ),
)
