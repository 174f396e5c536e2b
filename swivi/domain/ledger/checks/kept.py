"""Of the totals that pages read, which are kept beside the rows that they total."""

from swivi.domain.ledger.checks.parts import (
    KEPT_BALANCES,
    LEFT_ON_ACCOUNT,
    Check,
    differs,
    on_account,
    summed,
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
