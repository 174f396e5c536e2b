"""audits that are kept, and a notification of what they find

Revision: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = (
    "SUBMISSION_APPROVED",
    "SUBMISSION_REJECTED",
    "CLIP_REVOKED",
    "CAMPAIGN_STARTED",
    "CAMPAIGN_COMPLETED",
    "PAYOUT_REQUESTED",
    "PAYOUT_APPROVED",
    "PAYOUT_REJECTED",
    "PAYOUT_COMPLETED",
    "PAYOUT_FAILED",
    "PAYOUT_REVERSED",
    "TRACKING_STOPPED",
    "WEBHOOK_FAILED",
    "BOOKS_WRONG",
)
KNOWN = "ck_notifications_notificationkind_known"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audits",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column(
            "trigger",
            sa.Enum(
                "RUN",
                "NIGHTLY",
                "ADMIN",
                name="audittrigger_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("transfers", ID, nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["tracking_runs.id"], name=op.f("fk_audits_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audits")),
    )
    op.create_index("ix_audits_started_at", "audits", ["started_at"], unique=False)
    with op.batch_alter_table("notifications") as notifications:
        # On SQLite the table is copied into a new one, which leaves the old CHECK behind.
        if op.get_context().dialect.name != "sqlite":
            notifications.drop_constraint(op.f(KNOWN), type_="check")
        notifications.create_check_constraint(
            op.f(KNOWN), f"kind IN ({', '.join(map(repr, KINDS))})"
        )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
