"""on PostgreSQL the readings are partitioned by month

Revision: 0013
Revises: 0012

No row is copied and no index built: the table as it is becomes the partition of all that is before the next month,
which takes one look through it. The coming months are made by swivi/domain/tracking/partitions.py.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_view_tracking_clip_id_date": "(clip_id, date)",
    "ix_view_tracking_date": "(date)",
    "ix_view_tracking_failed": "(outcome) WHERE outcome <> 'ok'",
}
"""Those over all partitions. The primary key and the unique index stay with each: unique over all of them could only be
what has the date in it, and two readings of one attempt hardly have the same."""


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        # Whoever holds the table for longer, such as a forgotten shell, must not keep all others waiting behind us.
        op.execute("SET LOCAL lock_timeout = '30s'")
        partition_the_readings(*next_month())


def next_month() -> tuple[str, str]:
    """The first month that is not over yet when this one is: in a table's name, and as a moment."""
    month = op.get_bind().exec_driver_sql(
        "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month', 'YYYY_MM')"
    )
    name = month.scalar_one()
    return name, f"'{name.replace('_', '-')}-01 00:00+00'"


def partition_the_readings(month: str, start: str) -> None:
    first, like = f"view_tracking_before_{month}", "INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    op.execute("DROP TRIGGER view_tracking_no_update ON view_tracking")
    op.execute(f"ALTER TABLE view_tracking RENAME TO {first}")
    for name in INDEXES:
        op.execute(f"ALTER INDEX {name} RENAME TO {name}_before_{month}")

    op.execute(f"CREATE TABLE view_tracking (LIKE {first} {like}) PARTITION BY RANGE (date)")
    op.execute("ALTER SEQUENCE view_tracking_id_seq OWNED BY view_tracking.id")
    for column, table in (("clip_id", "clips"), ("run_id", "tracking_runs")):
        op.execute(
            f"ALTER TABLE view_tracking ADD CONSTRAINT fk_view_tracking_{column} FOREIGN KEY ({column})"
            f" REFERENCES {table} (id)"
        )
    for name, columns in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON view_tracking {columns}")
    op.execute(
        "CREATE TRIGGER view_tracking_no_update BEFORE UPDATE ON view_tracking"
        " FOR EACH ROW EXECUTE FUNCTION swivi_append_only()"
    )

    op.execute(
        f"CREATE TABLE view_tracking_unforeseen (LIKE view_tracking {like},"
        " PRIMARY KEY (id), UNIQUE (run_id, clip_id, attempt))"
    )
    op.execute(  # seldom any: a clock was wrong, or the month is just ending
        f"WITH moved AS (DELETE FROM {first} WHERE date >= {start} RETURNING *)"  # noqa: S608
        " INSERT INTO view_tracking_unforeseen SELECT * FROM moved"
    )
    op.execute("ALTER TABLE view_tracking ATTACH PARTITION view_tracking_unforeseen DEFAULT")
    op.execute(
        f"ALTER TABLE view_tracking ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ({start})"
    )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
