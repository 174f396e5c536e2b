"""a notification for campaigns that start by schedule, and what happened when, found by time

Revision: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = (
    "SUBMISSION_APPROVED",
    "SUBMISSION_REJECTED",
    "CLIP_REVOKED",
    "CAMPAIGN_STARTED",
    "CAMPAIGN_COMPLETED",
    "PAYOUT_REQUESTED",
    "PAYOUT_APPROVED",
    "PAYOUT_REJECTED",
    "PAYOUT_COMPLETED",
    "PAYOUT_FAILED",
    "PAYOUT_REVERSED",
    "TRACKING_STOPPED",
)
KNOWN = "ck_notifications_notificationkind_known"


def upgrade() -> None:
    with op.batch_alter_table("notifications") as notifications:
        # On SQLite the table is copied into a new one, which leaves the old CHECK behind.
        if op.get_context().dialect.name != "sqlite":
            notifications.drop_constraint(op.f(KNOWN), type_="check")
        notifications.create_check_constraint(
            op.f(KNOWN), f"kind IN ({', '.join(map(repr, KINDS))})"
        )
    op.create_index(
        "ix_ledger_transfers_created_at", "ledger_transfers", ["created_at"], unique=False
    )
    op.create_index("ix_view_tracking_date", "view_tracking", ["date"], unique=False)
