"""on PostgreSQL the search among users has an index

Revision: 0015
Revises: 0014

It needs the extension pg_trgm, which comes with PostgreSQL and which a database's owner may create. Where it cannot be
had, the search looks through everybody, as it did before.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

CAN_BE_HAD = """
    SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') OR (
        has_database_privilege(current_database(), 'CREATE')
        AND EXISTS (SELECT 1 FROM pg_available_extension_versions WHERE name = 'pg_trgm' AND trusted))"""


def upgrade() -> None:
    connection = op.get_bind()
    if (
        connection.dialect.name == "sqlite"
        or not connection.exec_driver_sql(CAN_BE_HAD).scalar_one()
    ):
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(
        "CREATE INDEX ix_users_searched ON users USING gin (name gin_trgm_ops, email gin_trgm_ops)"
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
