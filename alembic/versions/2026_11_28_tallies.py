"""what pages show as totals, kept beside the rows that it totals, and the indexes that their lists walk along

Revision: 0014
Revises: 0013

Rows that come one by one are added up by triggers, which no code can forget; a settlement's, which come by tens of
thousands, by swivi/domain/clips/tallies.py in its transaction.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        # What is under way is waited for: it would be neither among the rows that are counted nor seen by a trigger.
        op.execute(
            "LOCK TABLE clip_submissions, clips, view_tracking, ledger_transfers IN SHARE ROW EXCLUSIVE MODE"
        )
    create_tables()
    add_up_what_there_is(sqlite=sqlite)
    if sqlite:
        for trigger in ON_SQLITE:
            op.execute(trigger)
    else:
        for statement in (*FUNCTIONS, *ON_POSTGRESQL):
            op.execute(statement)
    add_magnitudes(sqlite=sqlite)
    change_indexes()


def create_tables() -> None:
    op.create_table(
        "submission_tallies",
        sa.Column(
            "campaign_id",
            ID,
            sa.ForeignKey("campaigns.id", name="fk_submission_tallies_campaign_id"),
        ),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("submissions", ID, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "platform", "status", name="pk_submission_tallies"),
    )
    op.create_table(
        "clip_tallies",
        sa.Column(
            "campaign_id", ID, sa.ForeignKey("campaigns.id", name="fk_clip_tallies_campaign_id")
        ),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("clips", ID, nullable=False),
        sa.Column("views", ID, nullable=False),
        sa.Column("growth", ID, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "platform", "state", name="pk_clip_tallies"),
    )
    op.create_table(
        "campaign_clippers",
        sa.Column(
            "campaign_id",
            ID,
            sa.ForeignKey("campaigns.id", name="fk_campaign_clippers_campaign_id"),
        ),
        sa.Column("user_id", ID, sa.ForeignKey("users.id", name="fk_campaign_clippers_user_id")),
        sa.Column("clips", ID, nullable=False),
        sa.Column("growth", ID, nullable=False),
        sa.Column("earned", ID, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "user_id", name="pk_campaign_clippers"),
    )
    op.create_index("ix_campaign_clippers_user_id", "campaign_clippers", ["user_id"])
    op.create_index(
        "ix_campaign_clippers_campaign_id_earned", "campaign_clippers", ["campaign_id", "earned"]
    )
    op.create_table(
        "campaign_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "campaign_id", ID, sa.ForeignKey("campaigns.id", name="fk_campaign_days_campaign_id")
        ),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("views", ID, nullable=False),
        sa.Column("spent", ID, nullable=False),
        sa.PrimaryKeyConstraint("day", "campaign_id", "platform", name="pk_campaign_days"),
    )
    op.create_index("ix_campaign_days_campaign_id_day", "campaign_days", ["campaign_id", "day"])
    op.create_table(
        "account_days",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("amount", ID, nullable=False),
        sa.Column("lines", ID, nullable=False),
        sa.PrimaryKeyConstraint("account", "day", "kind", name="pk_account_days"),
    )


def add_up_what_there_is(*, sqlite: bool) -> None:
    for statement in (SUBMISSIONS, CLIPS, CLIPPERS):
        op.execute(statement)
    for statement in (DAYS, ACCOUNTS):
        op.execute(
            statement.format(
                read_on=_day("date", sqlite=sqlite), on=_day("l.created_at", sqlite=sqlite)
            )
        )


def _day(moment: str, *, sqlite: bool) -> str:
    return f"date({moment})" if sqlite else f"CAST({moment} AT TIME ZONE 'UTC' AS DATE)"


SUBMISSIONS = """
    INSERT INTO submission_tallies (campaign_id, platform, status, submissions)
    SELECT campaign_id, platform, status, COUNT(*) FROM clip_submissions GROUP BY 1, 2, 3"""
CLIPS = """
    INSERT INTO clip_tallies (campaign_id, platform, state, clips, views, growth)
    SELECT campaign_id, platform, state, COUNT(*), SUM(peak_views), SUM(peak_views - initial_views)
    FROM clips GROUP BY 1, 2, 3"""
CLIPPERS = """
    INSERT INTO campaign_clippers (campaign_id, user_id, clips, growth, earned)
    SELECT campaign_id, user_id, COUNT(*), SUM(peak_views - initial_views), SUM(earnings) FROM clips GROUP BY 1, 2"""
DAYS = """
    INSERT INTO campaign_days (day, campaign_id, platform, views, spent)
    WITH tops AS (
        SELECT clip_id, {read_on} AS day, MAX(views) AS top FROM view_tracking WHERE views IS NOT NULL GROUP BY 1, 2
    ), steps AS (
        SELECT clip_id, day, top, MAX(top) OVER (
            PARTITION BY clip_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS seen
        FROM tops
    ), counted AS (  -- what was read and not settled yet is counted once it is
        SELECT k.campaign_id, k.platform, s.day, CASE WHEN s.top > k.peak_views THEN k.peak_views ELSE s.top END AS top,
            CASE WHEN s.seen > k.initial_views THEN s.seen ELSE k.initial_views END AS level
        FROM steps s JOIN clips k ON k.id = s.clip_id
    ), moved AS (
        SELECT day, campaign_id, platform, top - level AS views, 0 AS spent FROM counted WHERE top > level
        UNION ALL
        SELECT {on}, k.campaign_id, k.platform, 0, CASE WHEN l.kind = 'ACCRUAL' THEN l.amount ELSE -l.amount END
        FROM ledger_transfers l JOIN clips k ON k.id = l.clip_id WHERE l.kind IN ('ACCRUAL', 'ACCRUAL_REVERSED')
    )
    SELECT day, campaign_id, platform, SUM(views), SUM(spent) FROM moved GROUP BY 1, 2, 3"""
ACCOUNTS = """
    INSERT INTO account_days (account, day, kind, amount, lines)
    SELECT account, day, kind, SUM(amount), COUNT(*) FROM (
        SELECT l.debit_account AS account, {on} AS day, l.kind AS kind, -l.amount AS amount FROM ledger_transfers l
        UNION ALL SELECT l.credit_account, {on}, l.kind, l.amount FROM ledger_transfers l
    ) AS sides WHERE account LIKE 'campaign:%' OR account LIKE 'available:%' GROUP BY 1, 2, 3"""

ADD_SUBMISSIONS = """
    INSERT INTO submission_tallies (campaign_id, platform, status, submissions) {rows}
    ON CONFLICT (campaign_id, platform, status) DO UPDATE
    SET submissions = submission_tallies.submissions + excluded.submissions"""
TAKE_SUBMISSION = """
    UPDATE submission_tallies SET submissions = submissions - 1
    WHERE campaign_id = OLD.campaign_id AND platform = OLD.platform AND status = OLD.status"""
ADD_CLIP = """
    INSERT INTO clip_tallies (campaign_id, platform, state, clips, views, growth)
    VALUES (NEW.campaign_id, NEW.platform, NEW.state, 1, NEW.peak_views, NEW.peak_views - NEW.initial_views)
    ON CONFLICT (campaign_id, platform, state) DO UPDATE SET clips = clip_tallies.clips + 1,
        views = clip_tallies.views + excluded.views, growth = clip_tallies.growth + excluded.growth;
    INSERT INTO campaign_clippers (campaign_id, user_id, clips, growth, earned)
    VALUES (NEW.campaign_id, NEW.user_id, 1, NEW.peak_views - NEW.initial_views, NEW.earnings)
    ON CONFLICT (campaign_id, user_id) DO UPDATE SET clips = campaign_clippers.clips + 1,
        growth = campaign_clippers.growth + excluded.growth, earned = campaign_clippers.earned + excluded.earned"""
ADD_TRANSFER = """
    INSERT INTO account_days (account, day, kind, amount, lines)
    SELECT account, {day}, NEW.kind, amount, 1 FROM (
        SELECT NEW.debit_account AS account, -NEW.amount AS amount UNION ALL SELECT NEW.credit_account, NEW.amount
    ) AS sides WHERE account LIKE 'campaign:%' OR account LIKE 'available:%' ORDER BY account
    ON CONFLICT (account, day, kind) DO UPDATE
    SET amount = account_days.amount + excluded.amount, lines = account_days.lines + 1;
    INSERT INTO campaign_days (day, campaign_id, platform, views, spent)
    SELECT {day}, campaign_id, platform, 0, -NEW.amount FROM clips
    WHERE id = NEW.clip_id AND NEW.kind = 'ACCRUAL_REVERSED'
    ON CONFLICT (day, campaign_id, platform) DO UPDATE SET spent = campaign_days.spent + excluded.spent"""
NOT_OF_A_SETTLEMENT = "NEW.kind <> 'ACCRUAL'"

ONE_SUBMISSION = "VALUES (NEW.campaign_id, NEW.platform, NEW.status, 1)"
ON_SQLITE = (
    f"""CREATE TRIGGER clip_submissions_add_up AFTER INSERT ON clip_submissions BEGIN
        {ADD_SUBMISSIONS.format(rows=ONE_SUBMISSION)}; END""",
    f"""CREATE TRIGGER clip_submissions_add_up_again AFTER UPDATE OF status ON clip_submissions
        WHEN NEW.status <> OLD.status BEGIN
        {TAKE_SUBMISSION};
        {ADD_SUBMISSIONS.format(rows=ONE_SUBMISSION)}; END""",
    f"CREATE TRIGGER clips_add_up AFTER INSERT ON clips BEGIN {ADD_CLIP}; END",
    f"""CREATE TRIGGER ledger_transfers_add_up AFTER INSERT ON ledger_transfers WHEN {NOT_OF_A_SETTLEMENT} BEGIN
        {ADD_TRANSFER.format(day="date(NEW.created_at)")}; END""",
)

FUNCTION = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"
MOVED = """
    SELECT campaign_id, platform, status, SUM(number) FROM (
        SELECT campaign_id, platform, status, 1 AS number FROM rows_after
        UNION ALL SELECT campaign_id, platform, status, -1 FROM rows_before
    ) AS moved GROUP BY 1, 2, 3 HAVING SUM(number) <> 0 ORDER BY 1, 2, 3"""
FUNCTIONS = (
    FUNCTION.format(
        name="swivi_add_up_submission", body=ADD_SUBMISSIONS.format(rows=ONE_SUBMISSION)
    ),
    FUNCTION.format(name="swivi_add_up_submissions_again", body=ADD_SUBMISSIONS.format(rows=MOVED)),
    FUNCTION.format(name="swivi_add_up_clip", body=ADD_CLIP),
    FUNCTION.format(
        name="swivi_add_up_transfer",
        body=ADD_TRANSFER.format(day="CAST(NEW.created_at AT TIME ZONE 'UTC' AS DATE)"),
    ),
)
ON_POSTGRESQL = (
    """CREATE TRIGGER clip_submissions_add_up AFTER INSERT ON clip_submissions
    FOR EACH ROW EXECUTE FUNCTION swivi_add_up_submission()""",
    # Of the whole statement: a campaign's end closes all of its submissions at once.
    """CREATE TRIGGER clip_submissions_add_up_again AFTER UPDATE ON clip_submissions
    REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after
    FOR EACH STATEMENT EXECUTE FUNCTION swivi_add_up_submissions_again()""",
    "CREATE TRIGGER clips_add_up AFTER INSERT ON clips FOR EACH ROW EXECUTE FUNCTION swivi_add_up_clip()",
    f"""CREATE TRIGGER ledger_transfers_add_up AFTER INSERT ON ledger_transfers
    FOR EACH ROW WHEN ({NOT_OF_A_SETTLEMENT}) EXECUTE FUNCTION swivi_add_up_transfer()""",
)

GONE = (
    ("ix_ledger_transfers_user_id_kind", "ledger_transfers"),
    ("ix_ledger_transfers_campaign_id_kind", "ledger_transfers"),
    ("ix_ledger_transfers_created_at", "ledger_transfers"),
    ("ix_clip_submissions_campaign_id_status", "clip_submissions"),
    ("ix_clips_campaign_id_state", "clips"),
    ("ix_clips_user_id", "clips"),
    ("ix_notifications_user_id_created_at", "notifications"),
)
"""Of each there is a better one below, or what it was for stands in a tally."""

NEW = (
    (
        "ix_ledger_transfers_user_id_created_at_id",
        "ledger_transfers",
        ["user_id", "created_at", "id"],
        "",
    ),
    (
        "ix_ledger_transfers_campaign_id_created_at_id",
        "ledger_transfers",
        ["campaign_id", "created_at", "id"],
        "",
    ),
    (
        "ix_ledger_transfers_budget",
        "ledger_transfers",
        ["campaign_id", "created_at", "kind", "amount"],
        "kind <> 'ACCRUAL'",
    ),
    (
        "ix_clip_submissions_campaign_id_status_id",
        "clip_submissions",
        ["campaign_id", "status", "id"],
        "",
    ),
    ("ix_clip_submissions_campaign_id_id", "clip_submissions", ["campaign_id", "id"], ""),
    ("ix_clip_submissions_status_id", "clip_submissions", ["status", "id"], ""),
    ("ix_clip_submissions_user_id_status_id", "clip_submissions", ["user_id", "status", "id"], ""),
    ("ix_clips_user_id_campaign_id", "clips", ["user_id", "campaign_id"], ""),
    ("ix_clips_flagged", "clips", ["campaign_id"], "flag IS NOT NULL AND state = 'TRACKED'"),
    ("ix_clips_revoked", "clips", ["user_id"], "state = 'REVOKED'"),
    (
        "ix_view_tracking_run_failed",
        "view_tracking",
        ["run_id", "clip_id", "attempt", "outcome", "date"],
        "outcome <> 'ok'",
    ),
    (
        "ix_view_tracking_read_again",
        "view_tracking",
        ["run_id", "clip_id", "attempt", "date"],
        "attempt > 1",
    ),
    ("ix_notifications_user_id_id", "notifications", ["user_id", "id"], ""),
    ("ix_notifications_unread", "notifications", ["user_id", "id"], "read_at IS NULL"),
    ("ix_audit_log_action_id", "audit_log", ["action", "id"], ""),
    ("ix_audit_log_actor_id_id", "audit_log", ["actor_id", "id"], ""),
    ("ix_audit_log_subject_in_order", "audit_log", ["subject", "id"], ""),
    ("ix_payout_requests_status_amount", "payout_requests", ["status", "amount"], ""),
    ("ix_users_role_status", "users", ["role", "status"], ""),
)

MAGNITUDES = {"earnings_digits": "earnings", "growth_digits": "peak_views - initial_views"}


def add_magnitudes(*, sqlite: bool) -> None:
    """SQLite can add what it computes anew at each look, PostgreSQL 15 only what it stores."""
    for name, amount in MAGNITUDES.items():
        digits = f"length(CAST({amount} AS TEXT))"
        kept = "VIRTUAL" if sqlite else "STORED"
        op.execute(
            f"ALTER TABLE clips ADD COLUMN {name} INTEGER GENERATED ALWAYS AS ({digits}) {kept}"
        )
        op.create_index(f"ix_clips_campaign_id_{name}", "clips", ["campaign_id", name])


def change_indexes() -> None:
    for name, table in GONE:
        op.drop_index(name, table)
    for name, table, columns, where in NEW:
        condition = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
