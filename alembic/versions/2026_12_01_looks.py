"""clips and baselines that no count is read of are read at a falling rate, and then no more

Revision: 0025
Revises: 0024

Removed clips of earlier releases are read once more by the next run: some were taken for deleted
because a platform could not tell private from deleted. Readings keep the scraper's unknown word.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("not_found_since", "resting_since", "next_look_at"):
        op.add_column("clips", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("view_tracking", sa.Column("word", sa.String(), nullable=True))
    op.add_column(
        "clip_submissions",
        sa.Column("refused_since", sa.DateTime(timezone=True), nullable=True),
    )
    op.add_column(
        "clip_submissions",
        sa.Column("baseline_metric", sa.String(), nullable=False, server_default=""),
    )
    op.execute(
        "UPDATE clips SET not_found_since = COALESCE(last_tracked_at, created_at)"
        " WHERE not_found_runs > 0 OR state = 'REMOVED'"
    )
    op.execute(
        "UPDATE clips SET resting_since = not_found_since, next_look_at = not_found_since WHERE state = 'REMOVED'"
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
