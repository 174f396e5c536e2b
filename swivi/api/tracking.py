"""Tracking: its runs for admins, and a look at links that stores nothing."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends

from swivi.api.access import admin
from swivi.api.bodies import ExactRoute
from swivi.api.refusals import refuses
from swivi.api.schemas import Dollars, Id, Listed, Paging, View
from swivi.api.schemas_clips import Links, Looks, LookView
from swivi.insights.runs import tracking_runs
from swivi.platforms.look import look_at
from swivi.runtime import runtime
from swivi.tracking.errors import NoReader
from swivi.tracking.models import RunStatus, TrackingRun, Trigger

router = APIRouter(tags=["admin"], route_class=ExactRoute, dependencies=[Depends(admin)])


class RunView(View):
    """One tracking run: `processed`, `successful` and `failed` are clips; `problem` says why it FAILED."""

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
        """One run."""
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


@router.get("/admin/tracking-runs")
async def list_runs(paging: Annotated[Paging, Depends()]) -> Listed[RunView]:
    """Tracking runs, newest first."""
    async with runtime().database.reading() as session:
        found, total = await tracking_runs(session, limit=paging.limit, offset=paging.offset)
    return paging.listed([RunView.of(run) for run in found], total)


@router.post("/test/view-tracking")
@refuses(NoReader)
async def look_at_links(body: Links) -> Looks:
    """Read each link's views now; nothing is stored."""
    readers = runtime().readers
    if readers is None:
        raise NoReader
    return Looks(results=[LookView.of(look) for look in await look_at(readers, body.urls)])
