"""Checks of videos: one submission holds each video, so that it earns once."""

from swivi.domain.ledger.checks.parts import Check, Unit

OF_VIDEOS = (
    Check(
        "I18",
        "submission",
        "submission {id}: its video is held by {found} submissions",
        """
        SELECT MIN(id) AS id, COUNT(*) AS found, 1 AS expected FROM clip_submissions
        WHERE holds_video GROUP BY platform, external_id HAVING COUNT(*) > 1""",
        Unit.COUNT,
    ),
    Check(
        "I18",
        "submission",
        "submission {id}: was rejected and still holds its video",
        """
        SELECT id, 1 AS found, 0 AS expected FROM clip_submissions WHERE holds_video
            AND status = 'REJECTED'""",
        Unit.COUNT,
    ),
    Check(
        "I18",
        "submission",
        (
            "submission {id}: its clip {found} is of another video, user or campaign, or it is not "
            "approved"
        ),
        """
        SELECT s.id AS id, k.id AS found, 0 AS expected FROM clips k JOIN clip_submissions s
            ON s.id = k.submission_id
        WHERE (s.platform, s.external_id, s.user_id, s.campaign_id, s.status)
           <> (k.platform, k.external_id, k.user_id, k.campaign_id, 'APPROVED')""",
        Unit.COUNT,
    ),
    Check(
        "I18",
        "submission",
        "submission {id}: holds a video for a test campaign",
        """
        SELECT s.id AS id, 1 AS found, 0 AS expected FROM clip_submissions s
        JOIN campaigns c ON c.id = s.campaign_id AND c.is_test WHERE s.holds_video""",
        Unit.COUNT,
    ),
    Check(
        "I18",
        "submission",
        "submission {id}: its video was released, and its clip may still earn",
        """
        SELECT s.id AS id, 1 AS found, 0 AS expected FROM audit_log a
        JOIN clip_submissions s ON s.id = a.subject_id JOIN campaigns c ON c.id = s.campaign_id
        JOIN clips k ON k.submission_id = s.id
        WHERE a.action = 'submission.released' AND k.state <> 'REVOKED'
            AND c.completed_at IS NULL""",
        Unit.COUNT,
    ),
)
