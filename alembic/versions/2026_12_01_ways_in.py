"""tokens that end with a session, keys that wait for a code, and when all ways into an account were ended

Revision: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("users", sa.Column("ways_in_ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_tokens", sa.Column("session_hash", sa.String(), nullable=True))
    op.add_column("api_tokens", sa.Column("made_with", ID, nullable=True))
    op.create_table(
        "pending_authenticators",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_pending_authenticators_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_authenticators")),
        sa.UniqueConstraint("user_id", name=op.f("uq_pending_authenticators_user_id")),
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
