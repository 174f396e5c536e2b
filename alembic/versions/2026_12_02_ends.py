"""ends that wait for views, and budgets that go back where they came from

Revision: 0034
Revises: 0033

What campaigns that are completed already did not spend is still on their accounts. It is returned here, each by an
audit entry of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

CHECKS = (
    ("ledger_transfers", "kind", "transferkind_known", "'PAYOUT_RETURNED'", "'BUDGET_RETURNED'"),
    ("tracking_run_campaigns", "status", "planstatus_known", "'SKIPPED'", "'WAITED'"),
)
"""Table, column, name of the CHECK, the last value that it knows, and the one that it learns."""


def upgrade() -> None:
    for name in ("end_waits_since", "end_retry_at"):
        op.add_column("campaigns", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _widen_on_sqlite()
    else:
        _widen_on_postgresql()
    op.execute(ENTRIES)
    op.execute(RETURNS)


def _widen_on_sqlite() -> None:
    """Edit the stored text, as https://sqlite.org/lang_altertable.html section 7 describes for a wider CHECK.

    A copy of the table would lose the triggers that keep the ledger append-only.
    """
    connection = op.get_bind()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for table, column, _, last, new in CHECKS:
        changed = connection.execute(
            sa.text(
                "UPDATE sqlite_master SET sql = replace(sql, :last || ')', :last || ', ' || :new || ')') "
                "WHERE type = 'table' AND name = :table AND instr(sql, :last || ')') > 0"
            ),
            {"table": table, "last": last, "new": new},
        )
        assert changed.rowcount == 1, f"{table} has no CHECK of {column} that ends with {last}"
    connection.exec_driver_sql(
        "PRAGMA writable_schema = RESET"
    )  # OFF, and the schema is read again


def _widen_on_postgresql() -> None:
    """Add the wider CHECK without a scan of the rows: each fits the narrower one."""
    connection = op.get_bind()
    for table, column, name, last, new in CHECKS:
        known = connection.scalar(
            sa.text(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conname = :name AND conrelid = CAST(:table AS regclass)"
            ),
            {"name": f"ck_{table}_{name}", "table": table},
        )
        values = [part.split("'")[1] for part in known.split(",")]
        assert f"'{values[-1]}'" == last, (
            f"{table} has a CHECK of {column} that ends with {values[-1]}"
        )
        listed = ", ".join([*(f"'{value}'" for value in values), new])
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({column} IN ({listed}))"
        )


ACTION = "campaign.budget_returned"
UNSPENT = """
    campaigns c WHERE c.completed_at IS NOT NULL AND c.budget > c.spent
    AND NOT EXISTS (SELECT 1 FROM ledger_transfers l WHERE l.idempotency_key = 'return:' || CAST(c.id AS TEXT))"""
ENTRIES = f"""
    INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after, reason, amount)
    SELECT CURRENT_TIMESTAMP, NULL, '{ACTION}', 'campaign', c.id, '{{}}', '{{}}',
        'Returned what the completed campaign did not spend.', c.budget - c.spent
    FROM {UNSPENT} ORDER BY c.id"""  # noqa: S608
RETURNS = f"""
    INSERT INTO ledger_transfers
        (debit_account, credit_account, amount, kind, idempotency_key, audit_id, campaign_id, created_at)
    SELECT 'campaign:' || CAST(c.id AS TEXT), 'outside', c.budget - c.spent, 'BUDGET_RETURNED',
        'return:' || CAST(c.id AS TEXT),
        (SELECT MAX(a.id) FROM audit_log a
         WHERE a.action = '{ACTION}' AND a.subject = 'campaign' AND a.subject_id = c.id),
        c.id, CURRENT_TIMESTAMP
    FROM {UNSPENT} ORDER BY c.id"""  # noqa: S608


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
