"""submissions and clips name a video by its canonical id

Revision: 0023
Revises: 0022

YouTube takes four ids for one video, and an Instagram code from the time when its account was private carries 28 more
characters. A submission keeps its id where another live one of the same clipper or campaign has the canonical id: the
unique indexes would refuse it. Those are listed in the log. A second run finds nothing to change.
"""

import logging
import string

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

log = logging.getLogger("swivi.migrations")

MOST_LISTED = 200
"""Submissions that the log line names."""

BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
FIRST_OF_FOUR = {letter: BASE64[at & ~3] for at, letter in enumerate(BASE64)}
URLS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "instagram": "https://www.instagram.com/reel/{}/",
}

CANDIDATES = sa.text("""
    SELECT id, platform, external_id FROM clip_submissions
    WHERE (platform = 'youtube' AND length(external_id) = 11)
       OR (platform = 'instagram' AND length(external_id) > 28)
    ORDER BY id""")

OTHER = """
    SELECT 1 FROM clip_submissions other
    WHERE other.{shared} = clip_submissions.{shared} AND other.platform = clip_submissions.platform
      AND other.external_id = :canonical AND other.status <> 'REJECTED'"""
CHANGE = sa.text(f"""
    UPDATE clip_submissions SET external_id = :canonical, url = :url
    WHERE id = :submission AND (status = 'REJECTED' OR (
        NOT EXISTS ({OTHER.format(shared="campaign_id")}) AND NOT EXISTS ({OTHER.format(shared="user_id")})))""")  # noqa: S608 - constants

CLIPS = """
    UPDATE clips SET external_id = (SELECT s.external_id FROM clip_submissions s WHERE s.id = clips.submission_id)
    WHERE platform IN ('youtube', 'instagram') AND external_id <> (
        SELECT s.external_id FROM clip_submissions s WHERE s.id = clips.submission_id)"""


def upgrade() -> None:
    connection = op.get_bind()
    kept: list[int] = []
    for submission, platform, external_id in connection.execute(CANDIDATES).all():
        canonical = canonical_id(platform, external_id)
        if canonical != external_id:
            values = {
                "submission": submission,
                "canonical": canonical,
                "url": URLS[platform].format(canonical),
            }
            if connection.execute(CHANGE, values).rowcount == 0:
                kept.append(submission)
    op.execute(CLIPS)
    if kept:
        named = ", ".join(str(submission) for submission in kept[:MOST_LISTED])
        log.warning(
            "%d submissions keep another id of a video that was submitted twice: %s",
            len(kept),
            named,
        )


def canonical_id(platform: str, external_id: str) -> str:
    if platform == "instagram":
        return external_id[:-28]
    return external_id[:-1] + FIRST_OF_FOUR.get(external_id[-1], external_id[-1])


def downgrade() -> None:
    raise RuntimeError("Migrations only go forward; to go back, restore a backup.")
