"""a video is held by one submission in all of Swivi

Revision: 0027
Revises: 0026

Of several live submissions of one video the oldest holds it. The others go on as they are, and may earn as before.
The index on holders replaces the two that were unique within a campaign and within a clipper's submissions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

HOLDS = sa.text("holds_video")
LIVE_WITHOUT_VIDEO = sa.text("NOT holds_video AND status <> 'REJECTED'")


def upgrade() -> None:
    # With a default in the database, a server of the release before goes on taking submissions meanwhile.
    op.add_column(
        "clip_submissions",
        sa.Column("holds_video", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.execute(RELEASE_OTHERS)
    op.create_index(
        "uq_clip_submissions_held_video",
        "clip_submissions",
        ["platform", "external_id"],
        unique=True,
        sqlite_where=HOLDS,
        postgresql_where=HOLDS,
    )
    op.create_index(
        "ix_clip_submissions_live_without_video",
        "clip_submissions",
        ["platform", "external_id"],
        sqlite_where=LIVE_WITHOUT_VIDEO,
        postgresql_where=LIVE_WITHOUT_VIDEO,
    )
    op.drop_index("uq_clip_submissions_campaign_video", "clip_submissions")
    op.drop_index("uq_clip_submissions_user_video", "clip_submissions")


RELEASE_OTHERS = """
    UPDATE clip_submissions SET holds_video = FALSE WHERE id NOT IN (
        SELECT MIN(s.id) FROM clip_submissions s JOIN campaigns c ON c.id = s.campaign_id
        WHERE s.status <> 'REJECTED' AND NOT c.is_test GROUP BY s.platform, s.external_id)"""


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
