"""scraper runs without a tracking run: baselines and looks of admins are recorded as well

Revision: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("scraper_runs") as runs:
        runs.alter_column("run_id", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
