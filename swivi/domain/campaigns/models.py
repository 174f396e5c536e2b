"""Campaigns: budget, rates, rules, and a status from DRAFT to ARCHIVED."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column
from sqlmodel import Field, SQLModel

from swivi.core.db import cents, choice, counted, moment, row_id
from swivi.core.money import Cents
from swivi.domain.platforms.models import Platform


class CampaignStatus(StrEnum):
    """The statuses of a campaign."""

    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    ARCHIVED = "ARCHIVED"


class Campaign(SQLModel, table=True):
    """A brand's campaign. `budget` and `spent` are cents that only the ledger writes."""

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint("spent >= 0 AND spent <= budget", name="spent_within_budget"),
        CheckConstraint("payout_rate > 0", name="rate_positive"),
        CheckConstraint(
            "(status IN ('COMPLETED', 'ARCHIVED')) OR completed_at IS NULL",
            name="completed_when_over",
        ),
    )

    id: int = row_id()
    title: str
    brand: str = ""
    description: str = ""
    requirements: str = ""
    platforms: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    content_url: str = ""
    cover_url: str = ""
    budget: int = cents()
    spent: int = cents()
    payout_rate: int = cents(default=None)
    """Cents per 1,000 views."""
    platform_rates: dict[str, int] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )
    """Cents per 1,000 views on platforms whose rate differs from `payout_rate`."""
    max_per_clip: int | None = cents(default=None, nullable=True)
    max_per_clipper: int | None = cents(default=None, nullable=True)
    min_views: int = counted()
    """Growth below this many views earns nothing."""
    starts_at: datetime | None = moment(nullable=True)
    ends_at: datetime | None = moment(nullable=True)
    status: CampaignStatus = choice(CampaignStatus, default=CampaignStatus.DRAFT)
    hidden: bool = False
    """Visible only to clippers who have a submission in it."""
    is_test: bool = False
    """Only the sandbox submits to it, and nobody is paid.

    It cannot be unset: a trigger refuses it.
    """
    last_tracked_at: datetime | None = moment(nullable=True)
    completed_at: datetime | None = moment(nullable=True)
    completion_reason: str | None = None
    end_waits_since: datetime | None = moment(nullable=True)
    """When its end was first postponed because clips could not be read."""
    end_retry_at: datetime | None = moment(nullable=True)
    """When the clock tries to end it again."""
    created_at: datetime = moment()

    @property
    def remaining(self) -> Cents:
        """Return what is left of the budget, in cents."""
        return self.budget - self.spent

    @property
    def is_open(self) -> bool:
        """Return whether clips can be submitted now."""
        return (
            self.status is CampaignStatus.ACTIVE
            and self.remaining > 0
            and self.end_waits_since is None
        )

    def rate_on(self, platform: Platform) -> Cents:
        """Return the cents per 1,000 views on this platform."""
        return self.platform_rates.get(platform, self.payout_rate)
