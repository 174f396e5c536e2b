"""the best of everybody's submissions are found along an index

Revision: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite can add what it computes anew at each look, PostgreSQL 15 only what it stores.
    kept = "VIRTUAL" if op.get_bind().dialect.name == "sqlite" else "STORED"
    digits = "length(CAST(views AS TEXT))"
    op.execute(
        f"ALTER TABLE clips ADD COLUMN views_digits INTEGER GENERATED ALWAYS AS ({digits}) {kept}"
    )
    op.create_index("ix_clips_views_digits", "clips", ["views_digits"])
    op.create_index("ix_clips_earnings_digits", "clips", ["earnings_digits"])
    unapproved = sa.text("status <> 'APPROVED'")
    op.create_index(
        "ix_clip_submissions_unapproved",
        "clip_submissions",
        [sa.text("coalesce(initial_views, -1)"), "id"],
        sqlite_where=unapproved,
        postgresql_where=unapproved,
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
