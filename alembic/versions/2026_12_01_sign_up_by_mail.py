"""accounts that wait for the link in a mail, and a mail to the owner of an address that somebody signed up with

Revision: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KNOWN = "ck_mails_mailkind_known"
KINDS = ("VERIFY", "RESET", "TAKEN")


def upgrade() -> None:
    op.add_column("users", sa.Column("pending_since", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("mails") as mails:
        # On SQLite the table is copied into a new one, which leaves the old CHECK behind.
        if op.get_context().dialect.name != "sqlite":
            mails.drop_constraint(op.f(KNOWN), type_="check")
        mails.create_check_constraint(op.f(KNOWN), f"kind IN ({', '.join(map(repr, KINDS))})")


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
