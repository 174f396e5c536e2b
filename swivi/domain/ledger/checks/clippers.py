"""Checks of clippers' balances and payouts."""

from swivi.domain.ledger.checks.parts import (
    ACCRUED,
    REVERSED,
    Check,
    Unit,
    differs,
    net_of,
    on_account,
)

PAID, RETURNED = "'PAYOUT_PAID', 'PAYOUT_FEE'", "'PAYOUT_RETURNED'"

OF_CLIPPERS_AND_PAYOUTS = (
    Check(
        "I2",
        "user",
        "user {id}: earned {found}, the transfers say {expected}",
        differs("users", "t.total_earnings", net_of("user_id", ACCRUED, REVERSED)),
    ),
    Check(
        "I2",
        "user",
        "user {id}: was paid {found}, the transfers say {expected}",
        differs("users", "t.paid", net_of("user_id", PAID, RETURNED)),
    ),
    Check(
        "I2",
        "user",
        "user {id}: {found} is reserved, the transfers say {expected}",
        differs(
            "users",
            "t.reserved",
            net_of("user_id", "'PAYOUT_RESERVED'", f"'PAYOUT_RELEASED', {PAID}"),
        ),
    ),
    Check(
        "I2",
        "user",
        "user {id}: {found} is available, the account holds {expected}",
        on_account("available", "users", "t.total_earnings - t.paid - t.reserved"),
    ),
    Check(
        "I2",
        "user",
        "user {id}: {found} is reserved, the account holds {expected}",
        on_account("reserved", "users", "t.reserved"),
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
        SELECT p.id AS id, COALESCE(SUM(l.amount), 0) AS found, p.amount AS expected
            FROM payout_requests p
        LEFT JOIN ledger_transfers l ON l.payout_request_id = p.id AND l.kind = 'PAYOUT_RESERVED'
        GROUP BY p.id, p.amount HAVING COUNT(l.id) <> 1 OR COALESCE(SUM(l.amount),
            0) <> p.amount""",
    ),
    Check(
        "I7",
        "payout request",
        "payout request {id}: {found} was released, its state says {expected}",
        """
        SELECT p.id AS id, COALESCE(SUM(l.amount), 0) AS found,
               CASE WHEN p.status IN ('CANCELLED', 'REJECTED', 'FAILED') THEN p.amount
                   ELSE 0 END AS expected
        FROM payout_requests p
        LEFT JOIN ledger_transfers l ON l.payout_request_id = p.id AND l.kind = 'PAYOUT_RELEASED'
        GROUP BY p.id, p.amount, p.status HAVING COALESCE(SUM(l.amount), 0)
            <> CASE WHEN p.status IN ('CANCELLED', 'REJECTED', 'FAILED') THEN p.amount
                ELSE 0 END""",
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
        HAVING COALESCE(SUM(l.amount), 0) <> CASE WHEN p.status = 'REVERSED' THEN p.amount
            ELSE 0 END""",
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
        SELECT MIN(id) AS id, COUNT(*) AS found, 1 AS expected FROM payouts WHERE method <> 'other'
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
        WHERE a.id = (
            SELECT MAX(b.id) FROM audit_log b
            WHERE b.subject = 'payout_request' AND b.subject_id = p.id AND b.action LIKE 'payout.%')
          AND a.action <> 'payout.' || CASE WHEN p.status = 'PENDING' THEN 'requested'
              ELSE LOWER(p.status) END
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
