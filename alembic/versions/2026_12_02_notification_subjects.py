"""notifications name their subject instead of a page's address

Revision: 0037
Revises: 0036

Rows that are there keep their address, and it still works.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("notifications", sa.Column("subject_id", ID, nullable=True))


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
