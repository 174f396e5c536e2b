"""Tracking: runs, for admins, and readings of links that are not stored."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from swivi.api.http.access import admin
from swivi.api.http.bodies import ExactRoute
from swivi.api.http.body_limits import MAX_LINKS_BYTES, takes_up_to
from swivi.api.http.parameters import Paging, Switch
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import AnyCase, RowId
from swivi.api.routes.submissions_schemas import LinkList, LinkReading, LinkReadings
from swivi.api.routes.tracking_schemas import RunClip, RunClipPage, RunDetail, RunPage, RunSummary
from swivi.domain.platforms.preview import look_at
from swivi.domain.tracking.errors import NoReader, NoSuchRun
from swivi.domain.tracking.failures import unknown_words
from swivi.domain.tracking.models import RunStatus, Trigger
from swivi.domain.tracking.recorded_readers import RecordedReaders
from swivi.insights.operations.runs import (
    campaigns_in_run,
    clips_in_run,
    tracking_run,
    tracking_runs,
    why_not_read,
)
from swivi.runtime.runtime import runtime

RunSort = Literal[
    "startedAt",
    "-startedAt",
    "processed",
    "-processed",
    "failed",
    "-failed",
    "earningsAdded",
    "-earningsAdded",
]

router = APIRouter(tags=["admin"], route_class=ExactRoute, dependencies=[Depends(admin)])


@router.get("/admin/tracking-runs")
async def list_runs(
    paging: Annotated[Paging, Depends()],
    status: Annotated[RunStatus | None, AnyCase, Query()] = None,
    trigger: Annotated[Trigger | None, AnyCase, Query()] = None,
    sort: RunSort = "-startedAt",
) -> RunPage:
    """List the tracking runs."""
    async with runtime().database.reading() as session:
        found, total = await tracking_runs(
            session,
            status=status,
            trigger=trigger,
            sort=sort,
            limit=paging.limit,
            offset=paging.offset,
        )
    return paging.shown(RunPage, [RunSummary.of(run) for run in found], total)


@router.get("/admin/tracking-runs/{run_id}")
@refuses(NoSuchRun)
async def get_run(run_id: RowId) -> RunDetail:
    """Return one run with its campaigns, and its failures by reason."""
    async with runtime().database.reading() as session:
        run = await tracking_run(session, run_id)
        if run is None:
            raise NoSuchRun
        campaigns, why = await campaigns_in_run(session, run_id), await why_not_read(session, run)
        return RunDetail.of(run, campaigns, why, await unknown_words(session, run_id))


@router.get("/admin/tracking-runs/{run_id}/clips")
@refuses(NoSuchRun)
async def list_clips_of_run(
    run_id: RowId, paging: Annotated[Paging, Depends()], failed: Annotated[Switch, Query()] = False
) -> RunClipPage:
    """List the clips of a run, by campaign. `failed=true` leaves out those that were read."""
    async with runtime().database.reading() as session:
        if await tracking_run(session, run_id) is None:
            raise NoSuchRun
        found, total = await clips_in_run(
            session, run_id, only_failed=failed, limit=paging.limit, offset=paging.offset
        )
    return paging.shown(RunClipPage, [RunClip.model_validate(clip) for clip in found], total)


@router.post("/test/view-tracking")
@takes_up_to(MAX_LINKS_BYTES)
@refuses(NoReader)
async def look_at_links(body: LinkList) -> LinkReadings:
    """Read the views of each link now. Nothing is stored."""
    readers = runtime().readers
    if readers is None:
        raise NoReader
    recorded = RecordedReaders(runtime().database, readers)
    return LinkReadings(
        results=[LinkReading.of(look) for look in await look_at(recorded, body.urls)]
    )
