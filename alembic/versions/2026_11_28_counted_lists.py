"""how many payouts of each status there are, and how many clips each person submitted, is kept; lists have indexes

Revision: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        # What is under way is waited for: it would be neither among the rows that are counted nor seen by a trigger.
        op.execute("LOCK TABLE payout_requests, clip_submissions IN SHARE ROW EXCLUSIVE MODE")
    op.create_table(
        "payout_tallies",
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("requests", ID, nullable=False),
        sa.Column("amount", ID, nullable=False),
        sa.PrimaryKeyConstraint("status", name="pk_payout_tallies"),
    )
    op.create_table(
        "submitters",
        sa.Column("user_id", ID, sa.ForeignKey("users.id", name="fk_submitters_user_id")),
        sa.Column("submissions", ID, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_submitters"),
    )
    for statement in (PAYOUTS, SUBMITTERS, *(ON_SQLITE if sqlite else ON_POSTGRESQL)):
        op.execute(statement)
    op.drop_index("ix_payout_requests_status_amount", "payout_requests")
    op.create_index(
        "ix_payout_requests_status_amount_id", "payout_requests", ["status", "amount", "id"]
    )
    op.create_index("ix_payout_requests_amount_id", "payout_requests", ["amount", "id"])
    op.create_index("ix_users_status_id", "users", ["status", "id"])


PAYOUTS = """
    INSERT INTO payout_tallies (status, requests, amount)
    SELECT status, COUNT(*), SUM(amount) FROM payout_requests GROUP BY 1"""
SUBMITTERS = "INSERT INTO submitters (user_id, submissions) SELECT user_id, COUNT(*) FROM clip_submissions GROUP BY 1"

# In one order, whoever changes: two that change the same two rows would wait for each other otherwise.
MOVE = """
    INSERT INTO payout_tallies (status, requests, amount)
    SELECT status, number, amount FROM ({moves}) AS moved WHERE number <> 0 ORDER BY status
    ON CONFLICT (status) DO UPDATE SET requests = payout_tallies.requests + excluded.requests,
        amount = payout_tallies.amount + excluded.amount"""
ASKED = MOVE.format(moves="SELECT NEW.status AS status, 1 AS number, NEW.amount AS amount")
STEPPED = MOVE.format(
    moves="SELECT OLD.status AS status, -1 AS number, -OLD.amount AS amount UNION ALL SELECT NEW.status, 1, NEW.amount"
)
DIFFERS = "NEW.status <> OLD.status"
SUBMITTED = """
    INSERT INTO submitters (user_id, submissions) VALUES (NEW.user_id, 1)
    ON CONFLICT (user_id) DO UPDATE SET submissions = submitters.submissions + 1"""

ON_SQLITE = (
    f"CREATE TRIGGER payout_requests_add_up AFTER INSERT ON payout_requests BEGIN {ASKED}; END",
    f"""CREATE TRIGGER payout_requests_add_up_again AFTER UPDATE OF status ON payout_requests WHEN {DIFFERS} BEGIN
        {STEPPED}; END""",
    f"CREATE TRIGGER clip_submissions_count_submitter AFTER INSERT ON clip_submissions BEGIN {SUBMITTED}; END",
)
FUNCTION = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"
# Deferred: everybody who asks or decides shares a few rows, which are held from the commit on and no longer, and
# always after those of people and campaigns.
AT_COMMIT = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
ON_POSTGRESQL = (
    FUNCTION.format(name="swivi_add_up_payout", body=ASKED),
    FUNCTION.format(name="swivi_add_up_payout_again", body=STEPPED),
    FUNCTION.format(name="swivi_count_submitter", body=SUBMITTED),
    f"""CREATE CONSTRAINT TRIGGER payout_requests_add_up AFTER INSERT ON payout_requests
    {AT_COMMIT} EXECUTE FUNCTION swivi_add_up_payout()""",
    f"""CREATE CONSTRAINT TRIGGER payout_requests_add_up_again AFTER UPDATE OF status ON payout_requests
    {AT_COMMIT} WHEN ({DIFFERS}) EXECUTE FUNCTION swivi_add_up_payout_again()""",
    """CREATE TRIGGER clip_submissions_count_submitter AFTER INSERT ON clip_submissions
    FOR EACH ROW EXECUTE FUNCTION swivi_count_submitter()""",
)


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
