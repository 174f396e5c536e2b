"""what ended runs could not read, and how many people there are, is counted once and kept

Revision: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        # What is under way is waited for: it would be neither among the rows that are counted nor seen by a trigger.
        op.execute("LOCK TABLE users, tracking_runs IN SHARE ROW EXCLUSIVE MODE")
    op.add_column("tracking_runs", sa.Column("failures", sa.JSON(), nullable=True))
    op.execute(FAILURES.format(as_object="json_group_object" if sqlite else "json_object_agg"))
    op.create_table(
        "user_tallies",
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("users", ID, nullable=False),
        sa.PrimaryKeyConstraint("role", "status", name="pk_user_tallies"),
    )
    op.execute(PEOPLE)
    for statement in ON_SQLITE if sqlite else ON_POSTGRESQL:
        op.execute(statement)


FAILURES = """
    UPDATE tracking_runs SET failures = (
        SELECT COALESCE({as_object}(outcome, number), '{{}}') FROM (
            SELECT v.outcome AS outcome, COUNT(*) AS number FROM view_tracking v
            WHERE v.run_id = tracking_runs.id AND v.outcome <> 'ok' AND NOT EXISTS (
                SELECT 1 FROM view_tracking later
                WHERE later.run_id = v.run_id AND later.clip_id = v.clip_id AND later.attempt > v.attempt)
            GROUP BY v.outcome
        ) AS counted)
    WHERE finished_at IS NOT NULL"""

PEOPLE = "INSERT INTO user_tallies (role, status, users) SELECT role, status, COUNT(*) FROM users GROUP BY 1, 2"

# In one order, whoever changes: two that change the same two rows would wait for each other otherwise.
MOVE = """
    INSERT INTO user_tallies (role, status, users)
    SELECT role, status, number FROM ({moves}) AS moved WHERE number <> 0 ORDER BY role, status
    ON CONFLICT (role, status) DO UPDATE SET users = user_tallies.users + excluded.users"""
CAME = MOVE.format(moves="SELECT NEW.role AS role, NEW.status AS status, 1 AS number")
CHANGED = MOVE.format(
    moves="SELECT OLD.role AS role, OLD.status AS status, -1 AS number UNION ALL SELECT NEW.role, NEW.status, 1"
)
DIFFERS = "NEW.role <> OLD.role OR NEW.status <> OLD.status"

ON_SQLITE = (
    f"CREATE TRIGGER users_add_up AFTER INSERT ON users BEGIN {CAME}; END",
    f"""CREATE TRIGGER users_add_up_again AFTER UPDATE OF role, status ON users WHEN {DIFFERS} BEGIN
        {CHANGED}; END""",
)
FUNCTION = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"
ON_POSTGRESQL = (
    FUNCTION.format(name="swivi_add_up_user", body=CAME),
    FUNCTION.format(name="swivi_add_up_user_again", body=CHANGED),
    "CREATE TRIGGER users_add_up AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION swivi_add_up_user()",
    f"""CREATE TRIGGER users_add_up_again AFTER UPDATE OF role, status ON users
    FOR EACH ROW WHEN ({DIFFERS}) EXECUTE FUNCTION swivi_add_up_user_again()""",
)


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
