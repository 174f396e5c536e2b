"""a clipper's own submissions have indexes for those to one campaign, and for those without a clip

Revision: 0022
Revises: 0021

Without the first SQLite looks through all submissions to the campaign, whoever made them; without the second a list of
one's best submissions reads all of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UNAPPROVED = sa.text("status <> 'APPROVED'")


def upgrade() -> None:
    op.create_index(
        "ix_clip_submissions_user_id_campaign_id_id",
        "clip_submissions",
        ["user_id", "campaign_id", "id"],
    )
    op.create_index(
        "ix_clip_submissions_user_id_unapproved",
        "clip_submissions",
        ["user_id", sa.text("coalesce(initial_views, -1)"), "id"],
        sqlite_where=UNAPPROVED,
        postgresql_where=UNAPPROVED,
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
