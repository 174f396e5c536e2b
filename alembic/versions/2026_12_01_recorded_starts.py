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

KNOWN = {
    "ck_scraper_runs_platform_known": "platform IN ('tiktok', 'youtube', 'instagram')",
    "ck_scraper_runs_scraperstatus_known": (
        "status IN ('STARTING', 'STARTED', 'COLLECTED', 'FAILED')"
    ),
}


def upgrade() -> None:
    with op.batch_alter_table("scraper_runs") as runs:
        runs.alter_column("run_id", existing_type=sa.BigInteger(), nullable=True)
        # On SQLite the table is copied into a new one, which leaves the old CHECKs behind.
        if op.get_context().dialect.name == "sqlite":
            for name, condition in KNOWN.items():
                runs.create_check_constraint(op.f(name), condition)


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
