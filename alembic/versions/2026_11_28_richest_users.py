"""those of all users with most are found along an index

Revision: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MAGNITUDES = {
    "earnings_digits": "total_earnings",
    "views_digits": "total_views",
    "available_digits": "total_earnings - paid - reserved",
}


def upgrade() -> None:
    # SQLite can add what it computes anew at each look, PostgreSQL 15 only what it stores.
    kept = "VIRTUAL" if op.get_bind().dialect.name == "sqlite" else "STORED"
    for name, amount in MAGNITUDES.items():
        digits = f"length(CAST({amount} AS TEXT))"
        op.execute(
            f"ALTER TABLE users ADD COLUMN {name} INTEGER GENERATED ALWAYS AS ({digits}) {kept}"
        )
        op.create_index(f"ix_users_{name}", "users", [name])


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
