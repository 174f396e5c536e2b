"""Checks of campaigns and clips: budgets, earnings, shares, and completed campaigns."""

from swivi.domain.ledger.checks.parts import (
    ACCRUED,
    LEFT_ON_ACCOUNT,
    REVERSED,
    Check,
    Unit,
    differs,
    net_of,
    on_account,
    summed,
)

OF_CAMPAIGNS_AND_CLIPS = (
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found}, its clips earned {expected}",
        differs("campaigns", "t.spent", summed("earnings", "clips")),
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found}, its transfers say {expected}",
        differs("campaigns", "t.spent", net_of("campaign_id", ACCRUED, REVERSED)),
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: spent is {found} of a budget of {expected}",
        (
            "SELECT id, spent AS found, budget AS expected FROM campaigns WHERE spent < 0 OR "
            "spent > budget"
        ),
    ),
    Check(
        "I1",
        "campaign",
        "campaign {id}: {found} is left of its budget, its account holds {expected}",
        on_account("campaign", "campaigns", LEFT_ON_ACCOUNT),
    ),
    Check(
        "I1",
        "clip",
        "clip {id}: earnings are {found}, its transfers say {expected}",
        differs("clips", "t.earnings", net_of("clip_id", ACCRUED, REVERSED)),
    ),
    Check(
        "I4",
        "clip",
        "clip {id}: {found} was ever credited, its transfers say {expected}",
        differs("clips", "t.gross_credited", net_of("clip_id", ACCRUED, "")),
    ),
    Check(
        "I4",
        "transfer",
        "transfer {id}: takes back {found} of a transfer of {expected}, or names none of its clip",
        """
        SELECT r.id AS id, r.amount AS found, COALESCE(o.amount, 0) AS expected
        FROM ledger_transfers r LEFT JOIN ledger_transfers o ON o.id = r.reverses
            AND o.kind = 'ACCRUAL'
        WHERE r.kind = 'ACCRUAL_REVERSED'
          AND (o.id IS NULL OR r.amount > o.amount OR o.clip_id <> r.clip_id
               OR o.debit_account <> r.credit_account OR o.credit_account <> r.debit_account)""",
    ),
    Check(
        "I4",
        "transfer",
        "transfer {id}: is reversed {found} times",
        """
        SELECT reverses AS id, COUNT(*) AS found, 1 AS expected FROM ledger_transfers
        WHERE reverses IS NOT NULL GROUP BY reverses HAVING COUNT(*) > 1""",
        Unit.COUNT,
    ),
    Check(
        "I5",
        "clip",
        "clip {id}: was credited {found} times in one run",
        """
        SELECT clip_id AS id, COUNT(*) AS found, 1 AS expected FROM ledger_transfers
        WHERE kind = 'ACCRUAL' GROUP BY run_id, clip_id HAVING COUNT(*) > 1""",
        Unit.COUNT,
    ),
    Check(
        "I6",
        "run",
        "tracking run {id}: says it added {found}, its transfers say {expected}",
        differs("tracking_runs", "t.earnings_added", net_of("run_id", ACCRUED, "")),
    ),
    Check(
        "I13",
        "clip",
        "clip {id}: its peak is {found} views, the highest reading is {expected}",
        differs(
            "clips",
            "t.peak_views",
            (
                "SELECT clip_id AS ref, MAX(views) AS total FROM view_tracking WHERE outcome = "
                "'ok' GROUP BY clip_id"
            ),
            where="t.peak_views > COALESCE(e.total, 0)",
        ),
        Unit.COUNT,
    ),
    Check(
        "I13",
        "clip",
        "clip {id}: was credited {found}, its growth is worth {expected} at most",
        """
        SELECT id, gross_credited AS found,
            CAST(peak_views - initial_views AS NUMERIC) * rate / 1000 AS expected
        FROM clips WHERE gross_credited > CAST(peak_views - initial_views AS NUMERIC) * rate / 1000
           OR (max_per_clip IS NOT NULL AND gross_credited > max_per_clip)""",
    ),
    Check(
        "I13",
        "clip",
        "clip {id}: counts from {found} views, its submission's baseline is {expected}",
        """
        SELECT c.id AS id, c.initial_views AS found, COALESCE(s.initial_views, -1) AS expected
        FROM clips c JOIN clip_submissions s ON s.id = c.submission_id
        WHERE c.initial_views <> COALESCE(s.initial_views, -1)""",
        Unit.COUNT,
    ),
    Check(
        "I13",
        "transfer",
        "transfer {id}: credits {found} to a clip that was on hold",
        """
        SELECT l.id AS id, l.amount AS found, 0 AS expected FROM clip_holds h
        JOIN ledger_transfers l ON l.clip_id = h.clip_id AND l.kind = 'ACCRUAL'
            AND l.created_at > h.placed_at
        WHERE COALESCE(l.created_at >= h.lifted_at, FALSE) = FALSE""",
    ),
)

OF_COMPLETION_AND_BUDGETS = (
    Check(
        "I12",
        "campaign",
        "campaign {id}: its snapshots sum to {found}, it spent {expected}",
        """
        SELECT c.id AS id, COALESCE(SUM(s.final_earnings), 0) AS found, c.spent AS expected
        FROM campaigns c LEFT JOIN clip_submissions s ON s.campaign_id = c.id
        WHERE c.completed_at IS NOT NULL GROUP BY c.id, c.spent
        HAVING COALESCE(SUM(s.final_earnings), 0) <> c.spent""",
    ),
    Check(
        "I12",
        "submission",
        "submission {id}: its snapshot is {found}, its clip earned {expected}",
        """
        SELECT s.id AS id, COALESCE(s.final_earnings, -1) AS found, COALESCE(k.earnings,
            0) AS expected
        FROM clip_submissions s JOIN campaigns c ON c.id = s.campaign_id
        LEFT JOIN clips k ON k.submission_id = s.id
        WHERE c.completed_at IS NOT NULL AND COALESCE(s.final_earnings, -1) <> COALESCE(k.earnings,
            0)""",
    ),
    Check(
        "I12",
        "submission",
        "submission {id}: has a snapshot of {found}, its campaign is not completed",
        """
        SELECT s.id AS id, s.final_earnings AS found, 0 AS expected FROM clip_submissions s
        JOIN campaigns c ON c.id = s.campaign_id WHERE c.completed_at IS NULL
            AND s.final_earnings IS NOT NULL""",
    ),
    Check(
        "I12",
        "submission",
        "submission {id}: is PENDING though its campaign is completed",
        """
        SELECT s.id AS id, 1 AS found, 0 AS expected FROM clip_submissions s
        JOIN campaigns c ON c.id = s.campaign_id WHERE c.completed_at IS NOT NULL
            AND s.status = 'PENDING'""",
        Unit.COUNT,
    ),
    Check(
        "I12",
        "campaign",
        "campaign {id}: was completed {found} times, its state says {expected}",
        """
        SELECT c.id AS id, COUNT(a.id) AS found, CASE WHEN c.completed_at IS NULL THEN 0
            ELSE 1 END AS expected
        FROM campaigns c
        LEFT JOIN audit_log a ON a.subject = 'campaign' AND a.subject_id = c.id
            AND a.action = 'campaign.completed'
        GROUP BY c.id, c.completed_at HAVING COUNT(a.id) <> CASE WHEN c.completed_at IS NULL THEN 0
            ELSE 1 END""",
        Unit.COUNT,
    ),
    Check(
        "I12",
        "campaign",
        "campaign {id}: its status does not fit whether it was completed",
        """
        SELECT id, 0 AS found, 1 AS expected FROM campaigns
        WHERE (status = 'COMPLETED' AND completed_at IS NULL)
           OR (status NOT IN ('COMPLETED', 'ARCHIVED') AND completed_at IS NOT NULL)""",
        Unit.COUNT,
    ),
    Check(
        "I12",
        "transfer",
        "transfer {id}: credits {found} to a clip of a campaign that was completed before",
        """
        SELECT l.id AS id, l.amount AS found, 0 AS expected FROM ledger_transfers l
        JOIN campaigns c ON c.id = l.campaign_id
        WHERE l.kind = 'ACCRUAL' AND c.completed_at IS NOT NULL
            AND l.created_at > c.completed_at""",
    ),
    Check(
        "I12",
        "campaign",
        "campaign {id}: did not spend {found} when it was completed, {expected} was returned",
        differs(
            "campaigns",
            "CASE WHEN t.completed_at IS NULL THEN 0 ELSE t.budget - t.spent END",
            net_of("campaign_id", "'BUDGET_RETURNED'", ""),
        ),
    ),
    Check(
        "I15",
        "campaign",
        "campaign {id}: its budget is {found}, its funding says {expected}",
        differs(
            "campaigns", "t.budget", net_of("campaign_id", "'BUDGET_FUNDED'", "'BUDGET_REDUCED'")
        ),
    ),
)
