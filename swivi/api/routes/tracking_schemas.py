"""Answers about tracking runs."""

from datetime import datetime
from typing import Self

from swivi.api.http.schemas import Dollars, Id, Page, View
from swivi.domain.platforms.models import Outcome, Platform
from swivi.domain.tracking.models import PlanStatus, RunStatus, TrackingRun, Trigger
from swivi.insights.operations.runs import CampaignInRun


class RunSummary(View):
    """One tracking run.

    `processed`, `successful` and `failed` count clips. `problem` says why a run FAILED.
    """

    id: Id
    trigger: Trigger
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None
    planned: int
    processed: int
    successful: int
    failed: int
    campaigns_planned: int
    campaigns_settled: int
    campaigns_completed: int
    earnings_added: Dollars
    cost_usd: float
    problem: str | None

    @classmethod
    def of(cls, run: TrackingRun) -> Self:
        """Return the view of one run."""
        return cls(
            id=run.id,
            trigger=run.trigger,
            status=run.status,
            started_at=run.started_at,
            finished_at=run.finished_at,
            planned=run.clips_planned,
            processed=run.clips_read,
            successful=run.clips_successful,
            failed=run.clips_failed,
            campaigns_planned=run.campaigns_planned,
            campaigns_settled=run.campaigns_settled,
            campaigns_completed=run.campaigns_completed,
            earnings_added=run.earnings_added,
            cost_usd=run.cost_micro_usd / 1_000_000,
            problem=run.problem,
        )


class RunPage(Page[RunSummary]):
    """One page of tracking runs."""


class RunCampaign(View):
    """The result of one campaign in a run."""

    campaign_id: Id
    title: str
    clips: int
    status: PlanStatus
    earned: Dollars


class RunDetail(View):
    """A run with its campaigns in the order of the plan, and its unread clips by reason.

    `unknownWords` counts readings that ended with an error that Swivi does not know, by the
    scraper's word for it.
    """

    run: RunSummary
    campaigns: list[RunCampaign]
    failures: dict[Outcome, int]
    unknown_words: dict[str, int]

    @classmethod
    def of(
        cls,
        run: TrackingRun,
        campaigns: list[CampaignInRun],
        failures: dict[Outcome, int],
        unknown: dict[str, int],
    ) -> Self:
        """Return the view of one run with its details."""
        return cls(
            run=RunSummary.of(run),
            campaigns=[RunCampaign.model_validate(campaign) for campaign in campaigns],
            failures=failures,
            unknown_words=unknown,
        )


class RunClip(View):
    """The last reading of a clip in a run. Unless `outcome` is ok, `views` is null.

    `detail` describes the outcome.
    """

    clip_id: Id
    clipper: str
    clipper_id: Id
    campaign: str
    platform: Platform
    url: str
    outcome: Outcome
    views: int | None
    metric: str
    detail: str
    attempt: int
    read_at: datetime
    earned: Dollars


class RunClipPage(Page[RunClip]):
    """One page of the clips of a run."""
