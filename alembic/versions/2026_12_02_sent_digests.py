"""slices of rows can be compared by PostgreSQL itself

Revision: 0038
Revises: 0037

Slices that were sealed before have no such digest, and are still compared row by row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sealed_slices", sa.Column("sent_digest", sa.String(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
