"""an ended run knows how many of its readings failed

Revision: 0018
Revises: 0017

What was thinned out before stays counted with its day.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("tracking_runs", sa.Column("failed_readings", sa.JSON(), nullable=True))
    op.execute(FAILED.format(as_object="json_group_object" if sqlite else "json_object_agg"))


FAILED = """
    UPDATE tracking_runs SET failed_readings = (
        SELECT COALESCE({as_object}(outcome, number), '{{}}') FROM (
            SELECT outcome, COUNT(*) AS number FROM view_tracking
            WHERE run_id = tracking_runs.id AND outcome <> 'ok' GROUP BY outcome
        ) AS counted)
    WHERE finished_at IS NOT NULL"""


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
