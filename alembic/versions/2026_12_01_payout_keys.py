"""idempotency keys of payout requests are kept as hashes: a key opens the sealed answer to its request

Revision: 0030
Revises: 0029
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

REQUESTS = sa.table(
    "payout_requests",
    sa.column("id", sa.BigInteger()),
    sa.column("user_id", sa.BigInteger()),
    sa.column("idempotency_key", sa.String()),
)
ROWS_AT_ONCE = 1_000


def upgrade() -> None:
    connection = op.get_bind()
    change = (
        sa.update(REQUESTS)
        .where(REQUESTS.c.id == sa.bindparam("of"))
        .values(idempotency_key=sa.bindparam("hashed"))
    )
    newest = 0
    while True:
        keyed = (
            sa.select(REQUESTS)
            .where(REQUESTS.c.id > newest, REQUESTS.c.idempotency_key.is_not(None))
            .order_by(REQUESTS.c.id)
            .limit(ROWS_AT_ONCE)
        )
        rows = connection.execute(keyed).all()
        if not rows:
            return
        connection.execute(
            change,
            [{"of": row.id, "hashed": _hashed(row.user_id, row.idempotency_key)} for row in rows],
        )
        newest = rows[-1].id


def _hashed(user_id: int, key: str) -> str:
    """The hash as `swivi.domain.payouts.service` makes it."""
    return hashlib.sha256(f"payout request of {user_id}\n{key}".encode()).hexdigest()


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
