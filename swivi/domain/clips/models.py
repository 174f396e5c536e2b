"""Submissions, the clips that approved ones become, and what was read of them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, Index, String, text
from sqlmodel import Field, SQLModel

from swivi.core.db import cents, choice, counted, digits, moment, reference, row_id
from swivi.domain.platforms.models import Outcome, Platform, VideoRef


class SubmissionStatus(StrEnum):
    """The review of a submission."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class ClipState(StrEnum):
    """TRACKED clips are read and earn; REMOVED ones are gone from the platform; REVOKED ones were
    taken out.
    """

    TRACKED = "TRACKED"
    REMOVED = "REMOVED"
    REVOKED = "REVOKED"

    def stepped(self, wanted: "ClipState") -> "ClipState":
        """Return `wanted` where a clip can go there from this state, and otherwise this state."""
        return wanted if wanted in CLIP_STEPS[self] else self


CLIP_STEPS: Mapping[ClipState, frozenset[ClipState]] = {
    ClipState.TRACKED: frozenset({ClipState.REMOVED, ClipState.REVOKED}),
    ClipState.REMOVED: frozenset({ClipState.TRACKED, ClipState.REVOKED}),
    ClipState.REVOKED: frozenset(),
}
"""REMOVED by two answers "not found" a day apart, TRACKED again by a count or by an admin, REVOKED
by an admin.
"""


FAILED = "outcome <> 'ok'"
"""Readings that failed, which are few: counted by their own index."""

READ_AGAIN = "attempt > 1"
"""Readings of clips whose first one in the same run failed."""

IN_EACH_PARTITION = {"in_each_partition": True}
"""What PostgreSQL has on the partitions of a table, and not on the table."""

AWAITS_BASELINE = text("initial_views IS NULL AND status = 'PENDING'")
FLAGGED = "flag IS NOT NULL AND state = 'TRACKED'"
"""Tracked clips whose newest reading looked odd."""
REVOKED = "state = 'REVOKED'"

UNAPPROVED = text("status <> 'APPROVED'")
"""Submissions without a clip."""
BASELINE_OR_NONE = "coalesce(initial_views, -1)"
"""Views at submission, the unknown below all others; to be said as the index says it, or none is
used.
"""
HOLDS_VIDEO = text("holds_video")
ONE_HOLDS_VIDEO = "uq_clip_submissions_held_video"
"""The index that lets one submission hold a video."""
LIVE_WITHOUT_VIDEO = text("NOT holds_video AND status <> 'REJECTED'")
"""Submissions that were released, those of test campaigns, and duplicates from before one
submission held a video.
"""


class ClipSubmission(SQLModel, table=True):
    """A clipper's link, sent to one campaign."""

    __tablename__ = "clip_submissions"
    __table_args__ = (
        Index("ix_clip_submissions_campaign_id_id", "campaign_id", "id"),
        Index("ix_clip_submissions_campaign_id_status_id", "campaign_id", "status", "id"),
        Index("ix_clip_submissions_status_id", "status", "id"),
        Index("ix_clip_submissions_user_id_campaign_id_id", "user_id", "campaign_id", "id"),
        Index("ix_clip_submissions_user_id_id", "user_id", "id"),
        Index("ix_clip_submissions_user_id_status_id", "user_id", "status", "id"),
        Index(
            ONE_HOLDS_VIDEO,
            *("platform", "external_id"),
            unique=True,
            sqlite_where=HOLDS_VIDEO,
            postgresql_where=HOLDS_VIDEO,
        ),
        Index(
            "ix_clip_submissions_live_without_video",
            *("platform", "external_id"),
            sqlite_where=LIVE_WITHOUT_VIDEO,
            postgresql_where=LIVE_WITHOUT_VIDEO,
        ),
        Index(
            "ix_clip_submissions_awaiting",
            "next_baseline_at",
            sqlite_where=AWAITS_BASELINE,
            postgresql_where=AWAITS_BASELINE,
        ),
        Index(
            "ix_clip_submissions_unapproved",
            *(text(BASELINE_OR_NONE), "id"),
            sqlite_where=UNAPPROVED,
            postgresql_where=UNAPPROVED,
        ),
        Index(
            "ix_clip_submissions_user_id_unapproved",
            *("user_id", text(BASELINE_OR_NONE), "id"),
            sqlite_where=UNAPPROVED,
            postgresql_where=UNAPPROVED,
        ),
        CheckConstraint("initial_views >= 0", name="initial_views_not_negative"),
        CheckConstraint(
            "status <> 'APPROVED' OR initial_views IS NOT NULL", name="approved_has_baseline"
        ),
    )

    id: int = row_id()
    user_id: int = reference("users.id")
    campaign_id: int = reference("campaigns.id")
    platform: Platform = choice(Platform)
    external_id: str
    url: str
    author: str | None = None
    """The name on the video, as the platform tells it."""
    coauthors: list[str] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default=text("'[]'"))
    )
    """The accounts that published the video together with the author."""
    status: SubmissionStatus = choice(SubmissionStatus, default=SubmissionStatus.PENDING)
    initial_views: int | None = counted(default=None, nullable=True)
    """The baseline: written once, never changed, never guessed."""
    baseline_at: datetime | None = moment(nullable=True)
    baseline_attempts: int = 0
    baseline_problem: str | None = None
    """Why the last attempt to read the baseline failed, for the clipper's eyes."""
    next_baseline_at: datetime | None = moment(nullable=True)
    refused_since: datetime | None = moment(nullable=True)
    """When the first definite answer came ("private", "not found"); see `clips/baselines.py`."""
    baseline_metric: str = Field(
        default="", sa_column=Column(String, nullable=False, server_default="")
    )
    """What the baseline counts, in the platform's own word, as in `ViewTracking.metric`."""
    reviewer_id: int | None = reference("users.id", nullable=True)
    reviewed_at: datetime | None = moment(nullable=True)
    reason: str | None = None
    final_earnings: int | None = cents(default=None, nullable=True)
    """Cents; the snapshot taken when the campaign completes."""
    holds_video: bool = True
    """Whether no other submission may have this video; see `clips/videos.py`.

    Never true in a test campaign.
    """
    created_at: datetime = moment()

    @property
    def video(self) -> VideoRef:
        """The video this submission is about."""
        return VideoRef(self.platform, self.external_id)


class Clip(SQLModel, table=True):
    """An approved submission, with the terms frozen at approval.

    The money columns are the ledger's.
    """

    __tablename__ = "clips"
    __table_args__ = (
        Index("ix_clips_user_id_campaign_id", "user_id", "campaign_id"),
        Index(
            "ix_clips_flagged",
            "campaign_id",
            sqlite_where=text(FLAGGED),
            postgresql_where=text(FLAGGED),
        ),
        Index(
            "ix_clips_revoked",
            "user_id",
            sqlite_where=text(REVOKED),
            postgresql_where=text(REVOKED),
        ),
        CheckConstraint("earnings >= 0", name="earnings_not_negative"),
        CheckConstraint("peak_views >= initial_views", name="peak_from_baseline"),
    )

    id: int = row_id()
    submission_id: int = reference("clip_submissions.id", unique=True)
    campaign_id: int = reference("campaigns.id")
    user_id: int = reference("users.id")
    platform: Platform = choice(Platform)
    external_id: str
    state: ClipState = choice(ClipState, default=ClipState.TRACKED)
    initial_views: int = counted(default=None)
    views: int = counted(default=None)
    """The newest plausible reading."""
    peak_views: int = counted(default=None)
    """The largest plausible reading ever, which is what pays."""
    rate: int = cents(default=None)
    """Cents per 1,000 views."""
    max_per_clip: int | None = cents(default=None, nullable=True)
    max_per_clipper: int | None = cents(default=None, nullable=True)
    min_views: int = counted()
    earnings: int = cents()
    gross_credited: int = cents()
    """Everything ever credited, reversals not subtracted."""
    not_found_runs: int = 0
    """Tracking runs that were told the video does not exist, since the last count."""
    not_found_since: datetime | None = moment(nullable=True)
    """When the first of them was told so."""
    resting_since: datetime | None = moment(nullable=True)
    """When a definite or unknown answer began the time in which no count was read (or, later,
    removed the clip).
    """
    next_look_at: datetime | None = moment(nullable=True)
    """When a clip that rests is read again; None for never.

    Every run reads a clip that does not rest.
    """
    flag: str | None = None
    """What looked odd about the newest reading, for admins."""
    last_tracked_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment()

    @property
    def video(self) -> VideoRef:
        """The video this clip is."""
        return VideoRef(self.platform, self.external_id)


_CLIPS = Clip.__table__  # type: ignore[attr-defined]

# By these, lists of the best walk along an index to the few that they show; nobody else looks at
# them.
EARNINGS_DIGITS = digits(_CLIPS, "earnings_digits", "earnings")
GROWTH_DIGITS = digits(_CLIPS, "growth_digits", "peak_views - initial_views")
VIEWS_DIGITS = digits(_CLIPS, "views_digits", "views")
Index("ix_clips_campaign_id_earnings_digits", _CLIPS.c.campaign_id, EARNINGS_DIGITS)
Index("ix_clips_campaign_id_growth_digits", _CLIPS.c.campaign_id, GROWTH_DIGITS)
Index("ix_clips_earnings_digits", EARNINGS_DIGITS)
Index("ix_clips_views_digits", VIEWS_DIGITS)


class ViewTracking(SQLModel, table=True):
    """One reading: a single observation of a clip's views.

    Append-only; a failed one keeps its outcome.

    On PostgreSQL it is partitioned by the month of `date`: see `tracking/partitions.py` before
    adding anything unique.
    """

    __tablename__ = "view_tracking"
    __table_args__ = (
        Index(
            "ix_view_tracking_clip_id_date", "clip_id", "date", postgresql_include=["views", "id"]
        ),
        Index("ix_view_tracking_date", "date"),
        Index(
            "ix_view_tracking_failed",
            "outcome",
            sqlite_where=text(FAILED),
            postgresql_where=text(FAILED),
        ),
        Index(
            "ix_view_tracking_run_failed",
            *("run_id", "clip_id", "attempt", "outcome", "date"),
            sqlite_where=text(FAILED),
            postgresql_where=text(FAILED),
        ),
        Index(
            "ix_view_tracking_read_again",
            *("run_id", "clip_id", "attempt", "date"),
            sqlite_where=text(READ_AGAIN),
            postgresql_where=text(READ_AGAIN),
        ),
        # On PostgreSQL within each month only; over the end of one, `_note` in tracking/reading.py
        # takes its place.
        Index(
            "uq_view_tracking_run_clip_attempt",
            "run_id",
            "clip_id",
            "attempt",
            unique=True,
            info=IN_EACH_PARTITION,
        ),
        CheckConstraint("(outcome = 'ok') = (views IS NOT NULL)", name="views_only_if_ok"),
        CheckConstraint("views >= 0", name="views_not_negative"),
    )

    id: int = row_id()
    clip_id: int = reference("clips.id")
    run_id: int | None = reference("tracking_runs.id", nullable=True)
    """The tracking run that read it; None for the baseline."""
    attempt: int = 1
    """The how-manyth reading of this clip in this run."""
    date: datetime = moment()
    outcome: Outcome = choice(Outcome)
    views: int | None = counted(default=None, nullable=True)
    metric: str = ""
    """The platform's own name of the number, such as playCount."""
    source: str = ""
    """Who read it, such as an actor's id."""
    detail: str = Field(default="")
    word: str | None = None
    """The scraper's error word where it is unknown (see `platforms/scraper_messages.py`): one bounded line."""


class HoldDecision(StrEnum):
    """How a hold ended: the growth counts, the count was wrong, the clip was revoked, or its
    campaign ended.
    """

    PAID = "PAID"
    CORRECTED = "CORRECTED"
    REVOKED = "REVOKED"
    LAPSED = "LAPSED"


IS_ON_HOLD = text("lifted_at IS NULL")


class ClipHold(SQLModel, table=True):
    """A clip that is credited nothing until an admin decides. At most one hold per clip is open."""

    __tablename__ = "clip_holds"
    __table_args__ = (
        Index(
            "uq_clip_holds_open",
            "clip_id",
            unique=True,
            sqlite_where=IS_ON_HOLD,
            postgresql_where=IS_ON_HOLD,
        ),
        CheckConstraint("(lifted_at IS NULL) = (decision IS NULL)", name="lifted_by_decision"),
    )

    id: int = row_id()
    clip_id: int = reference("clips.id", index=True)
    reason: str
    """A sentence that the clipper and admins read."""
    views: int = counted(default=None)
    """The count that waits."""
    views_before: int = counted(default=None)
    """The clip's peak when the hold was placed. While the hold is open, no higher count counts."""
    read_at: datetime = moment()
    """When the count that waits was read."""
    placed_by: int | None = reference("users.id", nullable=True)
    """None for Swivi itself."""
    placed_at: datetime = moment()
    lifted_by: int | None = reference("users.id", nullable=True)
    lifted_at: datetime | None = moment(nullable=True)
    decision: HoldDecision | None = choice(HoldDecision, nullable=True)
