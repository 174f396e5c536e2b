"""clips on hold: what they have earned since waits for an admin

Revision: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_OPEN = sa.text("lifted_at IS NULL")
KINDS = (
    "SUBMISSION_APPROVED",
    "SUBMISSION_REJECTED",
    "CLIP_REVOKED",
    "CLIP_HELD",
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


def upgrade() -> None:
    op.create_table(
        "clip_holds",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column(
            "clip_id", ID, sa.ForeignKey("clips.id", name="fk_clip_holds_clip_id"), nullable=False
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("views", ID, nullable=False),
        sa.Column("views_before", ID, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "placed_by",
            ID,
            sa.ForeignKey("users.id", name="fk_clip_holds_placed_by"),
            nullable=True,
        ),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "lifted_by",
            ID,
            sa.ForeignKey("users.id", name="fk_clip_holds_lifted_by"),
            nullable=True,
        ),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "decision IN ('PAID', 'CORRECTED', 'REVOKED', 'LAPSED')",
            name=op.f("ck_clip_holds_holddecision_known"),
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (decision IS NULL)",
            name=op.f("ck_clip_holds_lifted_by_decision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clip_holds")),
    )
    op.create_index("ix_clip_holds_clip_id", "clip_holds", ["clip_id"])
    op.create_index(
        "uq_clip_holds_open",
        "clip_holds",
        ["clip_id"],
        unique=True,
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )
    with op.batch_alter_table("notifications") as notifications:
        # On SQLite the table is copied into a new one, which leaves the old CHECK behind.
        if op.get_context().dialect.name != "sqlite":
            notifications.drop_constraint(op.f(KNOWN), type_="check")
        kinds = ", ".join(map(repr, KINDS))
        notifications.create_check_constraint(op.f(KNOWN), f"kind IN ({kinds})")


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
