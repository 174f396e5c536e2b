"""Submissions, the clips that approved ones become, and their readings."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, Index, String, text
from sqlmodel import Field, SQLModel

from swivi.core.db import cents, choice, counted, digits, moment, reference, row_id
from swivi.domain.platforms.models import Outcome, Platform, VideoRef


class SubmissionStatus(StrEnum):
    """The status of a submission's review."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class ClipState(StrEnum):
    """The state of a clip.

    TRACKED clips are read and earn. REMOVED ones are gone from the platform. REVOKED ones were
    taken out by an admin.
    """

    TRACKED = "TRACKED"
    REMOVED = "REMOVED"
    REVOKED = "REVOKED"

    def stepped(self, wanted: "ClipState") -> "ClipState":
        """Return `wanted` if the steps allow it from this state, else this state."""
        return wanted if wanted in CLIP_STEPS[self] else self


CLIP_STEPS: Mapping[ClipState, frozenset[ClipState]] = {
    ClipState.TRACKED: frozenset({ClipState.REMOVED, ClipState.REVOKED}),
    ClipState.REMOVED: frozenset({ClipState.TRACKED, ClipState.REVOKED}),
    ClipState.REVOKED: frozenset(),
}
"""The allowed steps.

Two "not found" a day apart lead to REMOVED, a count or an admin back to TRACKED, and an admin to
REVOKED.
"""


FAILED = "outcome <> 'ok'"
"""Failed readings, which are few, are counted by an index of their own."""

READ_AGAIN = "attempt > 1"
"""Readings of clips whose first reading in the same run failed."""

IN_EACH_PARTITION = {"in_each_partition": True}
"""Marks what PostgreSQL has on the partitions of a table, but not on the table."""

AWAITS_BASELINE = text("initial_views IS NULL AND status = 'PENDING'")
FLAGGED = "flag IS NOT NULL AND state = 'TRACKED'"
"""Tracked clips whose newest reading is odd."""
REVOKED = "state = 'REVOKED'"

UNAPPROVED = text("status <> 'APPROVED'")
"""Submissions without a clip."""
BASELINE_OR_NONE = "coalesce(initial_views, -1)"
"""Views at submission, with unknown ones sorted lowest.

Queries must use this exact expression, or the index is not used.
"""
HOLDS_VIDEO = text("holds_video")
ONE_HOLDS_VIDEO = "uq_clip_submissions_held_video"
"""The index that allows one submission to hold a video."""
LIVE_WITHOUT_VIDEO = text("NOT holds_video AND status <> 'REJECTED'")
"""Submissions that are released or of test campaigns, and old duplicates.

Duplicates date from before one submission held a video.
"""


class ClipSubmission(SQLModel, table=True):
    """A clipper's link, submitted to one campaign."""

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
    """The video's author, as named by the platform."""
    coauthors: list[str] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default=text("'[]'"))
    )
    """Accounts that published the video together with the author."""
    status: SubmissionStatus = choice(SubmissionStatus, default=SubmissionStatus.PENDING)
    initial_views: int | None = counted(default=None, nullable=True)
    """The baseline. It is written once, never changed and never guessed."""
    baseline_at: datetime | None = moment(nullable=True)
    baseline_attempts: int = 0
    baseline_problem: str | None = None
    """Why the last attempt to read the baseline failed, in words for the clipper."""
    next_baseline_at: datetime | None = moment(nullable=True)
    refused_since: datetime | None = moment(nullable=True)
    """When the first definite answer came ("private", "not found"). See `clips/baselines.py`."""
    baseline_metric: str = Field(
        default="", sa_column=Column(String, nullable=False, server_default="")
    )
    """What the baseline counts, in the platform's term, as in `ViewTracking.metric`."""
    reviewer_id: int | None = reference("users.id", nullable=True)
    reviewed_at: datetime | None = moment(nullable=True)
    reason: str | None = None
    final_earnings: int | None = cents(default=None, nullable=True)
    """Cents at the completion of the campaign."""
    holds_video: bool = True
    """Whether no other submission can have this video. See `clips/videos.py`.

    Never true in a test campaign.
    """
    created_at: datetime = moment()

    @property
    def video(self) -> VideoRef:
        """Return the submission's video."""
        return VideoRef(self.platform, self.external_id)


class Clip(SQLModel, table=True):
    """An approved submission, with the terms frozen at approval.

    Only the ledger writes the money columns.
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
    """The newest plausible count."""
    peak_views: int = counted(default=None)
    """The highest plausible count, which determines the pay."""
    rate: int = cents(default=None)
    """Cents per 1,000 views."""
    max_per_clip: int | None = cents(default=None, nullable=True)
    max_per_clipper: int | None = cents(default=None, nullable=True)
    min_views: int = counted()
    earnings: int = cents()
    gross_credited: int = cents()
    """All cents ever credited, including reversed ones."""
    not_found_runs: int = 0
    """Runs with the answer "not found" since the last count."""
    not_found_since: datetime | None = moment(nullable=True)
    """When the first of them got that answer."""
    resting_since: datetime | None = moment(nullable=True)
    """When the first definite or unknown answer since the last count came."""
    next_look_at: datetime | None = moment(nullable=True)
    """When a resting clip is read next. None for never.

    Every run reads a clip that does not rest.
    """
    flag: str | None = None
    """What is odd about the newest reading, for admins."""
    last_tracked_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment()

    @property
    def video(self) -> VideoRef:
        """Return the clip's video."""
        return VideoRef(self.platform, self.external_id)


_CLIPS = Clip.__table__  # type: ignore[attr-defined]

# For lists of the best clips, which walk along an index instead of sorting all.
EARNINGS_DIGITS = digits(_CLIPS, "earnings_digits", "earnings")
GROWTH_DIGITS = digits(_CLIPS, "growth_digits", "peak_views - initial_views")
VIEWS_DIGITS = digits(_CLIPS, "views_digits", "views")
Index("ix_clips_campaign_id_earnings_digits", _CLIPS.c.campaign_id, EARNINGS_DIGITS)
Index("ix_clips_campaign_id_growth_digits", _CLIPS.c.campaign_id, GROWTH_DIGITS)
Index("ix_clips_earnings_digits", EARNINGS_DIGITS)
Index("ix_clips_views_digits", VIEWS_DIGITS)


class ViewTracking(SQLModel, table=True):
    """A reading: one observation of a clip's views.

    Append-only. A failed reading keeps its outcome. On PostgreSQL the table is partitioned by the
    month of `date`: see `tracking/partitions.py` before adding a unique index.
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
        # On PostgreSQL it is unique within each month only. Across the end of a month,
        # `recorded_readers.note` closes the race.
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
    """The tracking run that read it. None for the baseline."""
    attempt: int = 1
    """Attempt number within the run, from 1."""
    date: datetime = moment()
    outcome: Outcome = choice(Outcome)
    views: int | None = counted(default=None, nullable=True)
    metric: str = ""
    """The platform's name of the number, such as playCount."""
    source: str = ""
    """The source of the reading, such as a scraper's id."""
    detail: str = Field(default="")
    word: str | None = None
    """The scraper's unknown error word, on one bounded line.

    See `platforms/scraper_messages.py`.
    """


class HoldDecision(StrEnum):
    """How a hold ended: growth paid, count wrong, clip revoked, or campaign ended."""

    PAID = "PAID"
    CORRECTED = "CORRECTED"
    REVOKED = "REVOKED"
    LAPSED = "LAPSED"


IS_ON_HOLD = text("lifted_at IS NULL")


class ClipHold(SQLModel, table=True):
    """A hold: the clip is credited nothing until an admin decides.

    A clip has at most one open hold.
    """

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
    """A sentence for the clipper and admins."""
    views: int = counted(default=None)
    """The held count."""
    views_before: int = counted(default=None)
    """The clip's peak when the hold was placed. No higher count has an effect while it is open."""
    read_at: datetime = moment()
    """When the held count was read."""
    placed_by: int | None = reference("users.id", nullable=True)
    """None if Swivi placed the hold."""
    placed_at: datetime = moment()
    lifted_by: int | None = reference("users.id", nullable=True)
    lifted_at: datetime | None = moment(nullable=True)
    decision: HoldDecision | None = choice(HoldDecision, nullable=True)
