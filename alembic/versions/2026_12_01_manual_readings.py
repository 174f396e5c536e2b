"""readings by hand that wait for a second admin

Revision: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_WAITING = sa.text("status = 'WAITING'")


def upgrade() -> None:
    op.create_table(
        "manual_readings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column(
            "clip_id",
            ID,
            sa.ForeignKey("clips.id", name="fk_manual_readings_clip_id"),
            nullable=False,
        ),
        sa.Column("views", ID, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("worth", ID, nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column(
            "asked_by",
            ID,
            sa.ForeignKey("users.id", name="fk_manual_readings_asked_by"),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "decided_by",
            ID,
            sa.ForeignKey("users.id", name="fk_manual_readings_decided_by"),
            nullable=True,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('WAITING', 'CONFIRMED', 'DECLINED')",
            name=op.f("ck_manual_readings_manualreadingstatus_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_readings")),
    )
    op.create_index("ix_manual_readings_clip_id", "manual_readings", ["clip_id"])
    op.create_index(
        "uq_manual_readings_waiting",
        "manual_readings",
        ["clip_id"],
        unique=True,
        sqlite_where=IS_WAITING,
        postgresql_where=IS_WAITING,
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
