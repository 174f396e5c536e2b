"""on PostgreSQL a clip's largest reading is found in the index, without a look at each of its readings

Revision: 0019
Revises: 0018

They are written run by run, so each of a clip's readings is on another page of the table.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NAME = "ix_view_tracking_clip_id_date"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    # The old one goes last: reading goes on meanwhile, and only writing waits.
    op.execute(f"ALTER INDEX {NAME} RENAME TO {NAME}_before")
    op.execute(f"CREATE INDEX {NAME} ON view_tracking (clip_id, date) INCLUDE (views, id)")
    op.execute(f"DROP INDEX {NAME}_before")


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
