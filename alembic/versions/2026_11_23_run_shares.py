"""tracking runs are done in shares, by whichever processes are free

Revision: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RUNNING = sa.text("status = 'RUNNING'")


def upgrade() -> None:
    op.create_table(
        "tracking_run_shares",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.CheckConstraint(
            "status IN ('OPEN', 'DONE')", name=op.f("ck_tracking_run_shares_sharestatus_known")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["tracking_runs.id"], name=op.f("fk_tracking_run_shares_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_run_shares")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_tracking_run_shares_run_id_number")),
    )
    # What was planned and started so far is one share. The default also serves processes of the version before,
    # which know no shares, while a new one has migrated already.
    for table in ("tracking_run_campaigns", "scraper_runs"):
        op.add_column(table, sa.Column("share", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "INSERT INTO tracking_run_shares (run_id, number, status) "
        "SELECT id, 1, 'OPEN' FROM tracking_runs WHERE status = 'RUNNING'"
    )
    op.create_index(
        "ix_tracking_runs_running",
        "tracking_runs",
        ["id"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
