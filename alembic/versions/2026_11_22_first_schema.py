"""first schema

Revision: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

APPEND_ONLY = {
    "ledger_transfers": ("UPDATE", "DELETE"),
    "audit_log": ("UPDATE", "DELETE"),
    "view_tracking": ("UPDATE",),
}
"""What is refused on which table, by triggers, whoever asks: history is corrected by new rows, never rewritten."""


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("requirements", sa.String(), nullable=False),
        sa.Column("platforms", sa.JSON(), nullable=False),
        sa.Column("content_url", sa.String(), nullable=False),
        sa.Column("cover_url", sa.String(), nullable=False),
        sa.Column("budget", ID, nullable=False),
        sa.Column("spent", ID, nullable=False),
        sa.Column("payout_rate", ID, nullable=False),
        sa.Column("platform_rates", sa.JSON(), nullable=False),
        sa.Column("max_per_clip", ID, nullable=True),
        sa.Column("max_per_clipper", ID, nullable=True),
        sa.Column("min_views", ID, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "SCHEDULED",
                "ACTIVE",
                "PAUSED",
                "COMPLETED",
                "ARCHIVED",
                name="campaignstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("last_tracked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completion_reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status IN ('COMPLETED', 'ARCHIVED')) OR completed_at IS NULL",
            name=op.f("ck_campaigns_completed_when_over"),
        ),
        sa.CheckConstraint("payout_rate > 0", name=op.f("ck_campaigns_rate_positive")),
        sa.CheckConstraint(
            "spent >= 0 AND spent <= budget", name=op.f("ck_campaigns_spent_within_budget")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "tracking_runs",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column(
            "trigger",
            sa.Enum(
                "SCHEDULE",
                "ADMIN",
                "CLI",
                "CRON",
                "COMPLETION",
                name="trigger_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "RUNNING",
                "COMPLETED",
                "FAILED",
                name="runstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clips_planned", sa.Integer(), nullable=False),
        sa.Column("clips_read", sa.Integer(), nullable=False),
        sa.Column("clips_failed", sa.Integer(), nullable=False),
        sa.Column("campaigns_planned", sa.Integer(), nullable=False),
        sa.Column("campaigns_settled", sa.Integer(), nullable=False),
        sa.Column("campaigns_completed", sa.Integer(), nullable=False),
        sa.Column("earnings_added", ID, nullable=False),
        sa.Column("cost_micro_usd", ID, nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_runs")),
    )
    op.create_index(
        op.f("ix_tracking_runs_started_at"), "tracking_runs", ["started_at"], unique=False
    )
    op.create_table(
        "users",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "CLIPPER",
                "ADMIN",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "ACTIVE",
                "DISABLED",
                name="userstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("total_earnings", ID, nullable=False),
        sa.Column("paid", ID, nullable=False),
        sa.Column("reserved", ID, nullable=False),
        sa.Column("total_views", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("paid >= 0 AND reserved >= 0", name=op.f("ck_users_not_negative")),
        sa.CheckConstraint(
            "total_earnings - paid - reserved >= 0", name=op.f("ck_users_available_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_user_id"), "api_tokens", ["user_id"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("amount", ID, nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_log_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(op.f("ix_audit_log_at"), "audit_log", ["at"], unique=False)
    op.create_index("ix_audit_log_subject", "audit_log", ["subject", "subject_id"], unique=False)
    op.create_table(
        "clip_submissions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column(
            "platform",
            sa.Enum(
                "tiktok",
                "youtube",
                "instagram",
                name="platform_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "APPROVED",
                "REJECTED",
                name="submissionstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("initial_views", ID, nullable=True),
        sa.Column("baseline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("baseline_attempts", sa.Integer(), nullable=False),
        sa.Column("baseline_problem", sa.String(), nullable=True),
        sa.Column("next_baseline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewer_id", ID, nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("final_earnings", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'APPROVED' OR initial_views IS NOT NULL",
            name=op.f("ck_clip_submissions_approved_has_baseline"),
        ),
        sa.CheckConstraint(
            "initial_views >= 0", name=op.f("ck_clip_submissions_initial_views_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_clip_submissions_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["users.id"], name=op.f("fk_clip_submissions_reviewer_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_clip_submissions_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clip_submissions")),
    )
    op.create_index(
        "ix_clip_submissions_awaiting",
        "clip_submissions",
        ["next_baseline_at"],
        unique=False,
        sqlite_where=sa.text("initial_views IS NULL AND status = 'PENDING'"),
        postgresql_where=sa.text("initial_views IS NULL AND status = 'PENDING'"),
    )
    op.create_index(
        "ix_clip_submissions_campaign_id_status",
        "clip_submissions",
        ["campaign_id", "status"],
        unique=False,
    )
    op.create_index(
        "ix_clip_submissions_user_id_id", "clip_submissions", ["user_id", "id"], unique=False
    )
    op.create_index(
        "uq_clip_submissions_campaign_video",
        "clip_submissions",
        ["campaign_id", "platform", "external_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'REJECTED'"),
        postgresql_where=sa.text("status <> 'REJECTED'"),
    )
    op.create_index(
        "uq_clip_submissions_user_video",
        "clip_submissions",
        ["user_id", "platform", "external_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'REJECTED'"),
        postgresql_where=sa.text("status <> 'REJECTED'"),
    )
    op.create_table(
        "notifications",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "SUBMISSION_APPROVED",
                "SUBMISSION_REJECTED",
                "CLIP_REVOKED",
                "CAMPAIGN_COMPLETED",
                "PAYOUT_REQUESTED",
                "PAYOUT_APPROVED",
                "PAYOUT_REJECTED",
                "PAYOUT_COMPLETED",
                "PAYOUT_FAILED",
                "PAYOUT_REVERSED",
                "TRACKING_STOPPED",
                name="notificationkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notifications_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index(
        "ix_notifications_user_id_created_at",
        "notifications",
        ["user_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "payout_requests",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("amount", ID, nullable=False),
        sa.Column("fee", ID, nullable=False),
        sa.Column("net", ID, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "APPROVED",
                "COMPLETED",
                "REJECTED",
                "CANCELLED",
                "FAILED",
                "REVERSED",
                name="payoutstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "amount > 0 AND fee >= 0 AND net > 0 AND net + fee = amount",
            name=op.f("ck_payout_requests_net_and_fee"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_payout_requests_decided_by")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_payout_requests_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_requests")),
        sa.UniqueConstraint(
            "user_id", "idempotency_key", name=op.f("uq_payout_requests_user_id_idempotency_key")
        ),
    )
    op.create_index(
        "ix_payout_requests_status_id", "payout_requests", ["status", "id"], unique=False
    )
    op.create_index(
        "ix_payout_requests_user_id_status", "payout_requests", ["user_id", "status"], unique=False
    )
    op.create_index(
        "uq_payout_requests_one_open",
        "payout_requests",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('PENDING', 'APPROVED')"),
        postgresql_where=sa.text("status IN ('PENDING', 'APPROVED')"),
    )
    op.create_table(
        "scraper_runs",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column(
            "platform",
            sa.Enum(
                "tiktok",
                "youtube",
                "instagram",
                name="platform_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("external_ids", sa.JSON(), nullable=False),
        sa.Column("apify_run_id", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "STARTING",
                "STARTED",
                "COLLECTED",
                "FAILED",
                name="scraperstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cost_micro_usd", ID, nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["tracking_runs.id"], name=op.f("fk_scraper_runs_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scraper_runs")),
    )
    op.create_index(
        "ix_scraper_runs_run_id_status", "scraper_runs", ["run_id", "status"], unique=False
    )
    op.create_table(
        "sessions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "social_accounts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_social_accounts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_social_accounts")),
        sa.UniqueConstraint(
            "user_id", "platform", "handle", name=op.f("uq_social_accounts_user_id_platform_handle")
        ),
    )
    op.create_table(
        "tracking_run_campaigns",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("clips", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PLANNED",
                "SETTLED",
                "SKIPPED",
                name="planstatus_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("earnings_added", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_tracking_run_campaigns_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["tracking_runs.id"], name=op.f("fk_tracking_run_campaigns_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_run_campaigns")),
        sa.UniqueConstraint(
            "run_id", "campaign_id", name=op.f("uq_tracking_run_campaigns_run_id_campaign_id")
        ),
    )
    op.create_index(
        "ix_tracking_run_campaigns_campaign_id",
        "tracking_run_campaigns",
        ["campaign_id"],
        unique=False,
    )
    op.create_table(
        "clips",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column(
            "platform",
            sa.Enum(
                "tiktok",
                "youtube",
                "instagram",
                name="platform_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "TRACKED",
                "REMOVED",
                "REVOKED",
                name="clipstate_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("initial_views", ID, nullable=False),
        sa.Column("views", ID, nullable=False),
        sa.Column("peak_views", ID, nullable=False),
        sa.Column("rate", ID, nullable=False),
        sa.Column("max_per_clip", ID, nullable=True),
        sa.Column("max_per_clipper", ID, nullable=True),
        sa.Column("min_views", ID, nullable=False),
        sa.Column("earnings", ID, nullable=False),
        sa.Column("gross_credited", ID, nullable=False),
        sa.Column("not_found_runs", sa.Integer(), nullable=False),
        sa.Column("flag", sa.String(), nullable=True),
        sa.Column("last_tracked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("earnings >= 0", name=op.f("ck_clips_earnings_not_negative")),
        sa.CheckConstraint("peak_views >= initial_views", name=op.f("ck_clips_peak_from_baseline")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_clips_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["clip_submissions.id"], name=op.f("fk_clips_submission_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_clips_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clips")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_clips_submission_id")),
    )
    op.create_index("ix_clips_campaign_id_state", "clips", ["campaign_id", "state"], unique=False)
    op.create_index("ix_clips_user_id", "clips", ["user_id"], unique=False)
    op.create_table(
        "payouts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("amount", ID, nullable=False),
        sa.Column("fee", ID, nullable=False),
        sa.Column("net", ID, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("paid_by", ID, nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["paid_by"], ["users.id"], name=op.f("fk_payouts_paid_by")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["payout_requests.id"], name=op.f("fk_payouts_request_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_payouts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint(
            "method", "transaction_id", name=op.f("uq_payouts_method_transaction_id")
        ),
        sa.UniqueConstraint("request_id", name=op.f("uq_payouts_request_id")),
    )
    op.create_index(op.f("ix_payouts_user_id"), "payouts", ["user_id"], unique=False)
    op.create_table(
        "ledger_transfers",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("debit_account", sa.String(), nullable=False),
        sa.Column("credit_account", sa.String(), nullable=False),
        sa.Column("amount", ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "BUDGET_FUNDED",
                "BUDGET_REDUCED",
                "ACCRUAL",
                "ACCRUAL_REVERSED",
                "PAYOUT_RESERVED",
                "PAYOUT_RELEASED",
                "PAYOUT_PAID",
                "PAYOUT_FEE",
                "PAYOUT_RETURNED",
                name="transferkind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("audit_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=True),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("clip_id", ID, nullable=True),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("payout_request_id", ID, nullable=True),
        sa.Column("reverses", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_transfers_amount_positive")),
        sa.CheckConstraint(
            "debit_account <> credit_account", name=op.f("ck_ledger_transfers_two_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit_log.id"], name=op.f("fk_ledger_transfers_audit_id")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_ledger_transfers_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["clips.id"], name=op.f("fk_ledger_transfers_clip_id")
        ),
        sa.ForeignKeyConstraint(
            ["payout_request_id"],
            ["payout_requests.id"],
            name=op.f("fk_ledger_transfers_payout_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reverses"], ["ledger_transfers.id"], name=op.f("fk_ledger_transfers_reverses")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["tracking_runs.id"], name=op.f("fk_ledger_transfers_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_ledger_transfers_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfers")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ledger_transfers_idempotency_key")),
        sa.UniqueConstraint("reverses", name=op.f("uq_ledger_transfers_reverses")),
    )
    op.create_index(
        op.f("ix_ledger_transfers_audit_id"), "ledger_transfers", ["audit_id"], unique=False
    )
    op.create_index(
        "ix_ledger_transfers_campaign_id_kind",
        "ledger_transfers",
        ["campaign_id", "kind"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ledger_transfers_clip_id"), "ledger_transfers", ["clip_id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_transfers_payout_request_id"),
        "ledger_transfers",
        ["payout_request_id"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_transfers_user_id_kind", "ledger_transfers", ["user_id", "kind"], unique=False
    )
    op.create_table(
        "view_tracking",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("clip_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("date", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "ok",
                "not_found",
                "private",
                "restricted",
                "error",
                "missing",
                name="outcome_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("views", ID, nullable=True),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'ok') = (views IS NOT NULL)", name=op.f("ck_view_tracking_views_only_if_ok")
        ),
        sa.CheckConstraint("views >= 0", name=op.f("ck_view_tracking_views_not_negative")),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_view_tracking_clip_id")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["tracking_runs.id"], name=op.f("fk_view_tracking_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_tracking")),
    )
    op.create_index(
        "ix_view_tracking_clip_id_date", "view_tracking", ["clip_id", "date"], unique=False
    )
    op.create_index(
        "uq_view_tracking_run_clip_attempt",
        "view_tracking",
        ["run_id", "clip_id", "attempt"],
        unique=True,
    )
    refuse_rewriting_history()


def refuse_rewriting_history() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION swivi_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table, refused in APPEND_ONLY.items():
        for verb in refused:
            name = f"{table}_no_{verb.lower()}"
            if sqlite:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION swivi_append_only()"
                )
        if not sqlite and "DELETE" in refused:
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION swivi_append_only()"
            )


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
