"""audit entries carry the state that they made

Revision: 0037
Revises: 0036

The audit compares rows with the last entry that has their state. One entry for each row that is there
records it as it is, by Swivi.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

DOCUMENT, MOMENT, DIGEST = "document", "moment", "digest"
TABLES: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    ("campaign", "campaigns"): (
        "title payout_rate max_per_clip max_per_clipper min_views status hidden is_test completion_reason",
        {
            "platforms": DOCUMENT,
            "platform_rates": DOCUMENT,
            "starts_at": MOMENT,
            "ends_at": MOMENT,
            "completed_at": MOMENT,
            "end_waits_since": MOMENT,
            "created_at": MOMENT,
        },
    ),
    ("submission", "clip_submissions"): (
        "user_id campaign_id platform external_id url status initial_views baseline_metric reviewer_id reason"
        " holds_video",
        {"baseline_at": MOMENT, "reviewed_at": MOMENT, "created_at": MOMENT},
    ),
    ("clip", "clips"): (
        "submission_id campaign_id user_id platform external_id initial_views"
        " rate max_per_clip max_per_clipper min_views",
        {"created_at": MOMENT},
    ),
    ("clip_hold", "clip_holds"): (
        "clip_id reason views views_before placed_by lifted_by decision",
        {"read_at": MOMENT, "placed_at": MOMENT, "lifted_at": MOMENT},
    ),
    ("payout_request", "payout_requests"): (
        "user_id amount fee net method status reason idempotency_key body_hash decided_by",
        {"details": DIGEST, "decided_at": MOMENT, "created_at": MOMENT},
    ),
    ("payout", "payouts"): (
        "request_id user_id amount fee net method transaction_id paid_by",
        {"paid_at": MOMENT},
    ),
    ("payout_destination", "payout_destinations"): (
        "user_id method",
        {"details": DIGEST, "kept_at": MOMENT},
    ),
    ("user", "users"): ("email role status", {"created_at": MOMENT}),
    ("manual_reading", "manual_readings"): (
        "clip_id views reason worth status asked_by decided_by",
        {"asked_at": MOMENT, "decided_at": MOMENT},
    ),
}


def upgrade() -> None:
    op.add_column("audit_log", sa.Column("state", sa.JSON(), nullable=True))
    op.create_index(
        "ix_audit_log_state",
        "audit_log",
        ["subject", "subject_id", "id"],
        sqlite_where=sa.text("state IS NOT NULL"),
        postgresql_where=sa.text("state IS NOT NULL"),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for (subject, table), (plain, special) in TABLES.items():
        op.execute(
            recorded(subject, table, dict.fromkeys(plain.split(), "plain") | special, sqlite=sqlite)
        )


def recorded(subject: str, table: str, cells: dict[str, str], *, sqlite: bool) -> str:
    make = "json_object" if sqlite else "json_build_object"
    pairs = ", ".join(
        f"'{name}', {cell(name, kind, sqlite=sqlite)}" for name, kind in cells.items()
    )
    return (
        "INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after, reason, state)"  # noqa: S608
        f" SELECT CURRENT_TIMESTAMP, NULL, '{subject}.recorded', '{subject}', t.id, '{{}}', '{{}}',"
        f" 'States are recorded from now on.', {make}({pairs}) FROM {table} t ORDER BY t.id"
    )


def cell(name: str, kind: str, *, sqlite: bool) -> str:
    """As `cell` in `swivi/domain/ledger/states.py` was when this was written."""
    if kind == MOMENT and sqlite:
        # strftime would round a moment up to the next second.
        whole = f"CAST(strftime('%s', substr(t.{name}, 1, 19)) AS INTEGER)"
        part = f"CAST(substr(t.{name}, 21, 6) AS INTEGER)"
        return f"CAST({whole} * 1000000 + {part} AS TEXT)"
    if kind == MOMENT:
        return f"CAST(CAST(EXTRACT(EPOCH FROM t.{name}) * 1000000 AS BIGINT) AS TEXT)"
    if kind == DIGEST:
        return (
            f"sha256_hex(t.{name})"
            if sqlite
            else f"encode(sha256(convert_to(t.{name}, 'UTF8')), 'hex')"
        )
    return f"CAST(t.{name} AS TEXT)"


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
