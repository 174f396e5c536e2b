"""Checks of cells that follow from other rows: clips' counts and states, and runs' counts."""

from swivi.domain.ledger.checks.parts import Check, Unit, differs

SETTLED = """
    NOT EXISTS (SELECT 1 FROM tracking_run_campaigns p
                WHERE p.run_id = v.run_id AND p.campaign_id = k.campaign_id
                      AND p.status NOT IN ('SETTLED', 'WAITED'))"""
"""SQL: the reading `v` of clip `k` has no run, or its run stored the views on the clip."""

COUNTS = """
    NOT EXISTS (SELECT 1 FROM clip_holds h
                WHERE h.clip_id = v.clip_id AND h.read_at <= v.date AND COALESCE(h.lifted_at,
                    v.date) >= v.date
                  AND v.views > CASE WHEN h.decision = 'PAID' THEN h.views
                      ELSE h.views_before END)"""
"""SQL: no hold keeps the reading `v` from counting."""

OF_CLIPS_AND_READINGS = (
    Check(
        "I22",
        "clip",
        "clip {id}: was revoked {found} times, the audit log says {expected}",
        """
        SELECT k.id AS id, CASE WHEN k.state = 'REVOKED' THEN 1 ELSE 0 END AS found,
            COUNT(a.id) AS expected
        FROM clips k LEFT JOIN audit_log a ON a.subject = 'clip' AND a.subject_id = k.id
            AND a.action = 'clip.revoked'
        GROUP BY k.id, k.state HAVING COUNT(a.id) <> CASE WHEN k.state = 'REVOKED' THEN 1
            ELSE 0 END""",
        Unit.COUNT,
    ),
    Check(
        "I22",
        "clip",
        "clip {id}: is removed after {found} answers that it is not found, {expected} are needed",
        """
        SELECT id, not_found_runs AS found, 2 AS expected FROM clips
        WHERE state = 'REMOVED' AND (not_found_runs < 2 OR not_found_since IS NULL
            OR resting_since IS NULL)""",
        Unit.COUNT,
    ),
    Check(
        "I22",
        "clip",
        "clip {id}: only {found} views count as its peak, a settled reading has {expected}",
        f"""
        SELECT k.id AS id, k.peak_views AS found, MAX(v.views) AS expected
        FROM clips k JOIN view_tracking v ON v.clip_id = k.id AND v.views > k.peak_views
        WHERE {SETTLED} AND {COUNTS} GROUP BY k.id, k.peak_views""",  # noqa: S608 - our own text
        Unit.COUNT,
    ),
    Check(
        "I22",
        "clip",
        "clip {id}: has {found} views, no reading does (peak {expected})",
        """
        SELECT k.id AS id, k.views AS found, k.peak_views AS expected FROM clips k
        WHERE NOT EXISTS (SELECT 1 FROM view_tracking v WHERE v.clip_id = k.id
            AND v.views = k.views)""",
        Unit.COUNT,
    ),
    Check(
        "I22",
        "clip",
        "clip {id}: is read less often, and its newest reading is a count that a run noted",
        f"""
        SELECT k.id AS id, 1 AS found, 0 AS expected FROM clips k JOIN view_tracking v ON v.id = (
            SELECT v.id FROM view_tracking v WHERE v.clip_id = k.id
            ORDER BY v.date DESC, v.id DESC LIMIT 1)
        WHERE v.outcome = 'ok' AND v.run_id IS NOT NULL AND k.state <> 'REVOKED' AND {SETTLED}
          AND (k.not_found_runs > 0 OR k.not_found_since IS NOT NULL
               OR k.resting_since IS NOT NULL OR k.next_look_at IS NOT NULL)""",  # noqa: S608 - our own text
        Unit.COUNT,
    ),
    Check(
        "I22",
        "clip",
        "clip {id}: {found} of its counts are of no run, admins entered {expected}",
        """
        SELECT id, found, expected FROM (
            SELECT v.clip_id AS id, COUNT(*) AS found, (
                SELECT COUNT(*) FROM audit_log a WHERE a.subject = 'clip'
                    AND a.subject_id = v.clip_id
                AND a.action IN ('clip.read_by_hand', 'clip.reading_confirmed')) AS expected
            FROM view_tracking v JOIN clips k ON k.id = v.clip_id
            WHERE v.run_id IS NULL AND v.views > k.initial_views GROUP BY v.clip_id
        ) entered WHERE found > expected""",
        Unit.COUNT,
    ),
    Check(
        "I2",
        "user",
        "user {id}: has {found} views in all, the clips have {expected}",
        differs(
            "users",
            "t.total_views",
            (
                "SELECT user_id AS ref, SUM(peak_views) AS total FROM clips WHERE state <> "
                "'REVOKED' GROUP BY user_id"
            ),
        ),
        Unit.COUNT,
    ),
)

OF_RUNS = (
    Check(
        "I6",
        "planned campaign",
        "planned campaign {id}: says it added {found}, its transfers say {expected}",
        """
        SELECT p.id AS id, p.earnings_added AS found, COALESCE(e.total, 0) AS expected
        FROM tracking_run_campaigns p LEFT JOIN (
            SELECT run_id, campaign_id, SUM(amount) AS total FROM sums_by_campaign
            WHERE kind = 'ACCRUAL' GROUP BY run_id, campaign_id
        ) e ON e.run_id = p.run_id AND e.campaign_id = p.campaign_id
        WHERE p.earnings_added <> COALESCE(e.total, 0)""",
    ),
    Check(
        "I6",
        "planned campaign",
        "planned campaign {id}: added {found} and is not settled",
        """
        SELECT id, earnings_added AS found, 0 AS expected FROM tracking_run_campaigns
        WHERE status <> 'SETTLED' AND earnings_added <> 0""",
    ),
    Check(
        "I22",
        "run",
        "tracking run {id}: settled {found} campaigns, its plan says {expected}",
        differs(
            "tracking_runs",
            "t.campaigns_settled",
            "SELECT run_id AS ref, COUNT(*) AS total FROM tracking_run_campaigns WHERE status = "
            "'SETTLED'"
            " GROUP BY run_id",
        ),
        Unit.COUNT,
    ),
    Check(
        "I22",
        "run",
        "tracking run {id}: planned {found} campaigns, its plan says {expected}",
        differs(
            "tracking_runs",
            "t.campaigns_planned",
            "SELECT run_id AS ref, COUNT(*) AS total FROM tracking_run_campaigns GROUP BY run_id",
        ),
        Unit.COUNT,
    ),
    Check(
        "I22",
        "run",
        "tracking run {id}: planned {found} clips, its plan says {expected}",
        differs(
            "tracking_runs",
            "t.clips_planned",
            "SELECT run_id AS ref, SUM(clips) AS total FROM tracking_run_campaigns GROUP BY run_id",
        ),
        Unit.COUNT,
    ),
)
