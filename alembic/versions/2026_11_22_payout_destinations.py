"""payout destinations, and what a session was seen by

Revision: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # With a default in the database, a server of the release before goes on signing people in meanwhile.
    op.add_column(
        "sessions", sa.Column("user_agent", sa.String(), nullable=False, server_default="")
    )
    op.add_column("sessions", sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "payout_destinations",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_payout_destinations_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_destinations")),
        sa.UniqueConstraint("user_id", name=op.f("uq_payout_destinations_user_id")),
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
