"""answers kept for idempotency keys, rate limits, and API tokens with a name and a scope

Revision: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "idempotent_answers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("under_way_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotent_answers")),
    )
    op.create_index(
        "ix_idempotent_answers_kept_until", "idempotent_answers", ["kept_until"], unique=False
    )
    op.create_table(
        "rate_limits",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("until", COUNT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_limits")),
    )
    # With defaults in the database, a server of the release before goes on making tokens meanwhile.
    with op.batch_alter_table("api_tokens") as tokens:
        tokens.add_column(sa.Column("name", sa.String(), nullable=False, server_default=""))
        tokens.add_column(
            sa.Column("scope", sa.String(length=32), nullable=False, server_default="WRITE")
        )
        tokens.create_check_constraint(
            op.f("ck_api_tokens_tokenscope_known"), "scope IN ('READ', 'WRITE')"
        )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
