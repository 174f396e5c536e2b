"""an index of the readings that failed, so that they can be counted often

Revision: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FAILED = sa.text("outcome <> 'ok'")


def upgrade() -> None:
    op.create_index(
        "ix_view_tracking_failed",
        "view_tracking",
        ["outcome"],
        sqlite_where=FAILED,
        postgresql_where=FAILED,
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
