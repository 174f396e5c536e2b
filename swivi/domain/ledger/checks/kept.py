"""Checks of the totals that pages read."""

from swivi.domain.ledger.checks.parts import (
    KEPT_BALANCES,
    LEFT_ON_ACCOUNT,
    Check,
    Unit,
    differs,
    on_account,
    summed,
    sums_to,
)

OF_KEPT_TOTALS = (
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found}, its days say {expected}",
        differs("campaigns", "t.spent", summed("spent", "campaign_days")),
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found}, its clippers earned {expected}",
        differs("campaigns", "t.spent", summed("earned", "campaign_clippers")),
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: {found} is left of its budget, its statement comes to {expected}",
        on_account("campaign", "campaigns", LEFT_ON_ACCOUNT, KEPT_BALANCES),
    ),
    Check(
        "I2",
        "user",
        "user {id}: {found} is available, the statement comes to {expected}",
        on_account("available", "users", "t.total_earnings - t.paid - t.reserved", KEPT_BALANCES),
    ),
    Check(
        "I7",
        "payouts",
        "payouts {id}: pages say {found} together, they ask for {expected}",
        """
        SELECT status AS id, SUM(kept) AS found, SUM(asked) AS expected FROM (
            SELECT status, amount AS kept, 0 AS asked FROM payout_tallies
            UNION ALL SELECT status, 0, amount FROM payout_requests
        ) sides GROUP BY status HAVING SUM(kept) <> SUM(asked)""",
    ),
)


def _kept(table: str, keys: str, values: str, rows: str) -> Check:
    says = (
        f"{table}: the total {{id}} holds {{found}}, its rows say {{expected}} (cents or a count)"
    )
    return Check("I21", "total", says, sums_to(table, keys, values, rows), Unit.COUNT)


OF_KEPT_ROWS = (
    _kept(
        "account_days",
        "account day kind",
        "amount lines",
        """
        SELECT account, day, kind, SUM(amount) AS amount, SUM(lines) AS lines FROM sums_by_account
        WHERE account NOT IN ('outside', 'fees', 'sandbox') AND account NOT LIKE 'reserved:%'
        GROUP BY account, day, kind""",
    ),
    _kept(
        "campaign_days",
        "day campaign_id platform",
        "spent",
        """
        SELECT DAY_OF(l.created_at) AS day, k.campaign_id AS campaign_id, k.platform AS platform,
               SUM(CASE WHEN l.kind = 'ACCRUAL' THEN l.amount ELSE -l.amount END) AS spent
        FROM ledger_transfers l JOIN clips k ON k.id = l.clip_id
        WHERE l.kind IN ('ACCRUAL', 'ACCRUAL_REVERSED') GROUP BY 1, 2, 3""",
    ),
    # The day on which growth was counted is recorded nowhere else, so only the sums over all days
    # can be checked.
    Check(
        "I21",
        "campaign",
        "campaign {id}: its days count {found} views, its clips grew by {expected}",
        """
        SELECT MIN(campaign_id) AS id, SUM(kept) AS found, SUM(grown) AS expected FROM (
            SELECT campaign_id, platform, views AS kept, 0 AS grown FROM campaign_days
            UNION ALL SELECT campaign_id, platform, 0, peak_views - initial_views FROM clips
        ) sides GROUP BY campaign_id, platform HAVING SUM(kept) <> SUM(grown)""",
        Unit.COUNT,
    ),
    _kept(
        "campaign_clippers",
        "campaign_id user_id",
        "clips growth earned",
        """
        SELECT campaign_id, user_id, COUNT(*) AS clips, SUM(peak_views - initial_views) AS growth,
               SUM(earnings) AS earned
        FROM clips GROUP BY campaign_id, user_id""",
    ),
    _kept(
        "clip_tallies",
        "campaign_id platform state",
        "clips views growth",
        """
        SELECT campaign_id, platform, state, COUNT(*) AS clips, SUM(peak_views) AS views,
               SUM(peak_views - initial_views) AS growth
        FROM clips GROUP BY campaign_id, platform, state""",
    ),
    _kept(
        "submission_tallies",
        "campaign_id platform status",
        "submissions",
        """
        SELECT campaign_id, platform, status, COUNT(*) AS submissions
        FROM clip_submissions GROUP BY campaign_id, platform, status""",
    ),
    _kept(
        "submitters",
        "user_id",
        "submissions",
        "SELECT user_id, COUNT(*) AS submissions FROM clip_submissions GROUP BY user_id",
    ),
    _kept(
        "payout_tallies",
        "status",
        "requests amount",
        (
            "SELECT status, COUNT(*) AS requests, SUM(amount) AS amount FROM payout_requests "
            "GROUP BY status"
        ),
    ),
    _kept(
        "user_tallies",
        "role status",
        "users",
        "SELECT role, status, COUNT(*) AS users FROM users GROUP BY role, status",
    ),
)
