"""test campaigns stay test campaigns, and their money goes to the sandbox

Revision: 0026
Revises: 0025

Accruals of a test campaign credit the account `sandbox` from now on. What earlier releases credited to the sandbox's
own clipper cannot be rewritten. Where there is any, an audit entry marks the end of it, and the audit begins there.
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(MARK)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ON_SQLITE if sqlite else ON_POSTGRESQL:
        op.execute(statement)


MARK = """
    INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after, reason)
    SELECT CURRENT_TIMESTAMP, NULL, 'ledger.sandbox_opened', 'ledger', 0, '{}', '{}',
        'Test campaigns credit the sandbox from now on.'
    WHERE EXISTS (
        SELECT 1 FROM ledger_transfers l JOIN campaigns c ON c.id = l.campaign_id
        WHERE l.kind = 'ACCRUAL' AND c.is_test)"""

# Money that a campaign credited stays what it was, so a campaign with clips keeps the flag that it has.
WRONG = """
    OLD.is_test <> NEW.is_test AND (
        OLD.is_test OR EXISTS (SELECT 1 FROM clip_submissions s WHERE s.campaign_id = NEW.id))"""
SAYS = "a test campaign stays one, and a campaign with clips does not become one"

ON_SQLITE = (
    f"""CREATE TRIGGER campaigns_keep_test_flag BEFORE UPDATE OF is_test ON campaigns WHEN {WRONG}
    BEGIN SELECT RAISE(ABORT, '{SAYS}'); END""",
)
ON_POSTGRESQL = (
    f"""CREATE FUNCTION swivi_keep_test_flag() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {WRONG} THEN RAISE EXCEPTION '{SAYS}'; END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER campaigns_keep_test_flag BEFORE UPDATE OF is_test ON campaigns
    FOR EACH ROW EXECUTE FUNCTION swivi_keep_test_flag()""",
)


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
