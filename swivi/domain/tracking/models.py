"""Tracking runs, their slices, planned campaigns and scraper runs.

Four levels, four verbs: the clock *ticks*, a tick starts a *run*, processes *process* its slices,
and a scraper *reads* a batch of links.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from swivi.core.db import UtcDateTime, cents, choice, counted, moment, reference, row_id
from swivi.domain.platforms.models import Platform


class Trigger(StrEnum):
    """Who requested the run."""

    SCHEDULE = "SCHEDULE"
    ADMIN = "ADMIN"
    CLI = "CLI"
    CRON = "CRON"
    COMPLETION = "COMPLETION"


class RunStatus(StrEnum):
    """RUNNING until it ends.

    A RUNNING run whose lease nobody holds was interrupted and is resumed.
    """

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class PlanStatus(StrEnum):
    """The state of a campaign within a run.

    WAITED: views were stored, and the last of the budget was kept for the next run.
    """

    PLANNED = "PLANNED"
    SETTLED = "SETTLED"
    SKIPPED = "SKIPPED"
    WAITED = "WAITED"


class SliceStatus(StrEnum):
    """DONE once its campaigns are settled, or left because the reading service stopped us."""

    OPEN = "OPEN"
    DONE = "DONE"


class ScraperStatus(StrEnum):
    """The state of a scraper run.

    The intent is stored before the start, so that a restart adopts it.
    """

    STARTING = "STARTING"
    STARTED = "STARTED"
    COLLECTED = "COLLECTED"
    FAILED = "FAILED"


UNDER_WAY = (ScraperStatus.STARTING, ScraperStatus.STARTED)


class TrackingRun(SQLModel, table=True):
    """A pass over the campaigns that are due. Counts are clips, and `earnings_added` is cents."""

    __tablename__ = "tracking_runs"
    # Every process looks for a running run every other second.
    __table_args__ = (
        Index(
            "ix_tracking_runs_running",
            "id",
            sqlite_where=text("status = 'RUNNING'"),
            postgresql_where=text("status = 'RUNNING'"),
        ),
    )

    id: int = row_id()
    trigger: Trigger = choice(Trigger)
    status: RunStatus = choice(RunStatus, default=RunStatus.RUNNING)
    started_at: datetime = moment(index=True)
    finished_at: datetime | None = moment(nullable=True)
    clips_planned: int = 0
    clips_read: int = 0
    clips_failed: int = 0
    campaigns_planned: int = 0
    campaigns_settled: int = 0
    campaigns_completed: int = 0
    earnings_added: int = cents()
    cost_micro_usd: int = counted()
    """The cost of the scraper runs in millionths of a dollar, as reported by Apify."""
    problem: str | None = None
    """Why it FAILED, in a sentence for admins."""
    failures: dict[str, int] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    """Clips that it could not read, by their last outcome. None until it ends."""
    failed_readings: dict[str, int] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    """Failed readings by outcome, including those that were repeated. None until it ends."""

    @property
    def clips_successful(self) -> int:
        """Clips that were read with a plausible outcome."""
        return self.clips_read - self.clips_failed


class RunSlice(SQLModel, table=True):
    """A part of a run. One process reads and settles it under its own lease."""

    __tablename__ = "tracking_run_shares"
    __table_args__ = (UniqueConstraint("run_id", "number"),)

    id: int = row_id()
    run_id: int = reference("tracking_runs.id")
    number: int
    """Its number within the run, from 1."""
    status: SliceStatus = choice(SliceStatus, default=SliceStatus.OPEN)
    problem: str | None = None
    """Why the reading service stopped us, in a sentence for admins.

    Other slices then stop reading.
    """

    @property
    def lease(self) -> str:
        """Return the name of the slice's lease."""
        return f"tracking:{self.run_id}:{self.number}"


class PlannedCampaign(SQLModel, table=True):
    """A campaign of a run, always with all of its due clips."""

    __tablename__ = "tracking_run_campaigns"
    __table_args__ = (
        UniqueConstraint("run_id", "campaign_id"),
        Index("ix_tracking_run_campaigns_campaign_id", "campaign_id"),
    )

    id: int = row_id()
    run_id: int = reference("tracking_runs.id")
    campaign_id: int = reference("campaigns.id")
    slice_number: int = Field(default=1, sa_column_kwargs={"name": "share"})
    """The number of its slice within the run."""
    clips: int = 0
    status: PlanStatus = choice(PlanStatus, default=PlanStatus.PLANNED)
    earnings_added: int = cents()


class ScraperRun(SQLModel, table=True):
    """A paid scraper run over a batch of links."""

    __tablename__ = "scraper_runs"
    __table_args__ = (Index("ix_scraper_runs_run_id_status", "run_id", "status"),)

    id: int = row_id()
    run_id: int | None = reference("tracking_runs.id", nullable=True)
    """None for a baseline or an admin's own look-up."""
    slice_number: int = Field(default=1, sa_column_kwargs={"name": "share"})
    """The number of the slice that its links belong to."""
    platform: Platform = choice(Platform)
    attempt: int = 1
    external_ids: list[str] = Field(sa_column=Column(JSON, nullable=False))
    apify_run_id: str | None = None
    status: ScraperStatus = choice(ScraperStatus, default=ScraperStatus.STARTING)
    started_at: datetime = moment()
    cost_micro_usd: int = counted()
    problem: str | None = None


class ManualReadingStatus(StrEnum):
    """A WAITING reading has no effect. A CONFIRMED one has become a reading."""

    WAITING = "WAITING"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"


IS_WAITING = text("status = 'WAITING'")


class ManualReading(SQLModel, table=True):
    """Views that one admin entered and that another must confirm because of their worth."""

    __tablename__ = "manual_readings"
    __table_args__ = (
        Index(
            "uq_manual_readings_waiting",
            "clip_id",
            unique=True,
            sqlite_where=IS_WAITING,
            postgresql_where=IS_WAITING,
        ),
    )

    id: int = row_id()
    clip_id: int = reference("clips.id", index=True)
    views: int = counted(default=None)
    reason: str
    worth: int = cents(default=None)
    """Cents beyond the views seen by a scraper or two admins, before budget and clipper's cap."""
    status: ManualReadingStatus = choice(ManualReadingStatus, default=ManualReadingStatus.WAITING)
    asked_by: int = reference("users.id")
    asked_at: datetime = moment()
    decided_by: int | None = reference("users.id", nullable=True)
    decided_at: datetime | None = moment(nullable=True)


class ThinnedDay(SQLModel, table=True):
    """A day, by its start in UTC, whose readings were thinned out, and how many were deleted."""

    __tablename__ = "thinned_days"

    day: datetime = Field(sa_column=Column(UtcDateTime, primary_key=True))
    deleted: int = counted()
    failed: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Deleted failures by outcome, for runs that did not store that.

    Runs do since migration 0018.
    """
    is_done: bool = False
