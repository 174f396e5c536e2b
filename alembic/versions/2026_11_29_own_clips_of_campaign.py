"""a clipper's own submissions to one campaign have an index

Revision: 0022
Revises: 0021

Without it SQLite looks through all submissions to the campaign, whoever made them.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_clip_submissions_user_id_campaign_id_id", "clip_submissions", ["user_id", "campaign_id", "id"]
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
