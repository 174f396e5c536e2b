"""notifications name their subject instead of a page's address

Revision: 0039
Revises: 0038

Rows that are there keep their address, and it still works.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("notifications", sa.Column("subject_id", ID, nullable=True))


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
