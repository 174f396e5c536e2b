"""the append-only rows are sealed into a chain of hashes

Revision: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STREAMS = ("TRANSFERS", "ENTRIES", "READINGS", "THINNED")
EVENTS = (
    "submission.approved",
    "campaign.completed",
    "payout.completed",
    "seal.made",
    "webhook.test",
)
KNOWN = "ck_webhook_events_eventkind_known"
APPEND_ONLY = ("seals", "sealed_slices", "thinned_readings")


def upgrade() -> None:
    create_tables()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            does = (
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                if sqlite
                else "FOR EACH ROW EXECUTE FUNCTION swivi_append_only()"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {does}")
        if not sqlite:
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION swivi_append_only()"
            )

    allow_event(sqlite=sqlite)


def allow_event(*, sqlite: bool) -> None:
    """Let webhooks be told of `seal.made`."""
    if not sqlite:
        op.drop_constraint(op.f(KNOWN), "webhook_events", type_="check")
        op.create_check_constraint(
            op.f(KNOWN), "webhook_events", f"kind IN ({', '.join(map(repr, EVENTS))})"
        )
        return
    # A copy of the table would take the deliveries with the original, which refer to it. A CHECK is text only:
    # https://www.sqlite.org/lang_altertable.html#otheralter
    before, after = "''payout.completed'', ", "''payout.completed'', ''seal.made'', "
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        f"UPDATE sqlite_master SET sql = replace(sql, '{before}', '{after}') "  # noqa: S608 - constants
        "WHERE type = 'table' AND name = 'webhook_events'"
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def create_tables() -> None:
    kept = [(f"{stream.lower()}_last", f"{stream.lower()}_rows") for stream in STREAMS]
    op.create_table(
        "seals",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, ID, nullable=False) for pair in kept for name in pair),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
        sa.UniqueConstraint("previous", name=op.f("uq_seals_previous")),
        sa.UniqueConstraint("digest", name=op.f("uq_seals_digest")),
    )
    op.create_table(
        "sealed_slices",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("seal_id", ID, nullable=False),
        sa.Column(
            "stream",
            sa.Enum(
                *STREAMS, name="stream_known", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("after_id", ID, nullable=False),
        sa.Column("last_id", ID, nullable=False),
        sa.Column("rows", ID, nullable=False),
        sa.Column("ids", sa.String(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["seal_id"], ["seals.id"], name=op.f("fk_sealed_slices_seal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_slices")),
    )
    op.create_index("ix_sealed_slices_seal_id", "sealed_slices", ["seal_id"])
    op.create_table(
        "thinned_readings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_id", ID, nullable=False),
        sa.Column("last_id", ID, nullable=False),
        sa.Column("ids", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thinned_readings")),
    )
    op.create_index(
        "ix_thinned_readings_first_id_last_id", "thinned_readings", ["first_id", "last_id"]
    )
    op.create_table(
        "seal_checks",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("seal_id", ID, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_to", ID, nullable=False),
        sa.Column("whole_seal_id", ID, nullable=False),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_checks")),
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
