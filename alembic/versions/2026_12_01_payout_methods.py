"""payout methods are an enumeration

Revision: 0036
Revises: 0035

Known words keep their method, others become `other` and lead the details: where an open request is paid to stays.
Transaction ids of `other` are not unique, since it stands for many methods.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

METHODS = ("paypal", "wise", "bank", "us_bank", "usdc", "other")
FORMER_NAMES = {"paypal": "paypal", "wise": "wise", "usdc": "usdc", "bank transfer": "bank"}
"""Each method has one former name, so that transaction ids stay unique within a method."""
WITH_DETAILS = ("payout_requests", "payout_destinations")
KNOWN = f"method IN ({', '.join(map(repr, METHODS))})"
CHOSEN = sa.text("method <> 'other'")


def upgrade() -> None:
    connection = op.get_bind()
    unique = "uq_payouts_method_transaction_id"
    with op.batch_alter_table("payouts") as payouts:
        payouts.drop_constraint(op.f(unique), type_="unique")
    for name in (*WITH_DETAILS, "payouts"):
        rename(connection, name)
    with op.batch_alter_table("payouts") as payouts:
        enumerate_methods(payouts, "payouts")
    op.create_index(
        unique,
        "payouts",
        ["method", "transaction_id"],
        unique=True,
        sqlite_where=CHOSEN,
        postgresql_where=CHOSEN,
    )
    with op.batch_alter_table("payout_destinations") as destinations:
        enumerate_methods(destinations, "payout_destinations")
    if connection.dialect.name == "sqlite":
        enumerate_methods_in_text(connection)
    else:
        with op.batch_alter_table("payout_requests") as requests:
            enumerate_methods(requests, "payout_requests")


def rename(connection: sa.Connection, name: str) -> None:
    """Give the table's rows methods of the enumeration.

    Unknown words go first: "bank transfer" becomes `bank`, which was an unknown word itself.
    """
    table = sa.table(name, sa.column("method", sa.String()), sa.column("details", sa.String()))
    found = connection.scalars(sa.select(table.c.method).distinct()).all()
    for word in sorted(found, key=lambda word: word in FORMER_NAMES):
        method = FORMER_NAMES.get(word, "other")
        if method == word:
            continue
        values: dict[str, Any] = {"method": method}
        if method == "other" and name in WITH_DETAILS:
            values["details"] = f"{word}: " + table.c.details
        connection.execute(sa.update(table).where(table.c.method == word).values(values))


def enumerate_methods(table: Any, name: str) -> None:
    table.alter_column(
        "method", existing_type=sa.String(), type_=sa.String(32), existing_nullable=False
    )
    table.create_check_constraint(op.f(f"ck_{name}_payoutmethod_known"), KNOWN)


def enumerate_methods_in_text(connection: sa.Connection) -> None:
    """Add the CHECK to `payout_requests` on SQLite.

    A copy of the table would break the payouts that refer to the original, and lose its triggers. A CHECK is text
    only: https://www.sqlite.org/lang_altertable.html#otheralter
    """
    name = "payout_requests"
    where = "WHERE type = 'table' AND name = 'payout_requests'"
    created = connection.exec_driver_sql(f"SELECT sql FROM sqlite_master {where}").scalar_one()  # noqa: S608 - constants
    body = created.rstrip().removesuffix(")").rstrip()
    body = body.replace("method VARCHAR NOT NULL", "method VARCHAR(32) NOT NULL")
    changed = f"{body}, \n\tCONSTRAINT ck_{name}_payoutmethod_known CHECK ({KNOWN})\n)"
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(f"UPDATE sqlite_master SET sql = ? {where}", (changed,))  # noqa: S608 - constants
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
