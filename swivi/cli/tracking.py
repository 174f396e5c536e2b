"""The command that runs tracking."""

import json
from functools import partial
from typing import Annotated, Any

import typer

from swivi.cli.progress import bar_of_runs
from swivi.cli.running import AsJson, do, refuse, say
from swivi.core.money import format_dollars, to_dollars
from swivi.core.numbers import LARGEST_ID
from swivi.domain.campaigns import service as campaigns
from swivi.domain.tracking.errors import RunUnderWay
from swivi.domain.tracking.models import RunStatus, TrackingRun, Trigger
from swivi.domain.tracking.takeover import wait_for_dead_holder
from swivi.runtime.runtime import Runtime


def track(
    campaign: Annotated[
        int | None,
        typer.Option(
            min=1, max=LARGEST_ID, help="Only the campaign with this id.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run tracking now: read all due clips, credit their growth, complete used-up campaigns."""
    run = do(partial(_track, campaign_id=campaign))
    print(json.dumps(_run_for_programs(run)) if as_json else _run_for_people(run))
    if run.status is RunStatus.FAILED:
        refuse(f"Tracking was stopped: {run.problem}")


async def _track(running: Runtime, *, campaign_id: int | None) -> TrackingRun:
    if campaign_id is not None:
        async with running.database.reading() as session:
            await campaigns.get(session, campaign_id)
    go = partial(running.tracker.run, Trigger.CLI, campaign_id=campaign_id)
    async with bar_of_runs(running.database):
        try:
            return await go()
        except RunUnderWay:
            ttl = running.tracker.options.lease_ttl
            say(
                "Another run holds the lease. Its process may be dead: waiting up to "
                f"{ttl.seconds} seconds."
            )
            await wait_for_dead_holder(running.database, ttl)
            return await go()


def _seconds(run: TrackingRun) -> float:
    return round((run.finished_at - run.started_at).total_seconds(), 3) if run.finished_at else 0.0


def _run_for_programs(run: TrackingRun) -> dict[str, Any]:
    """Return the run in the shape that `/api/cron/view-tracking` answers with."""
    return {
        "runId": str(run.id),
        "status": run.status,
        "processed": run.clips_read,
        "successful": run.clips_successful,
        "failed": run.clips_failed,
        "earningsAdded": to_dollars(run.earnings_added),
        "campaignsCompleted": run.campaigns_completed,
        "durationSeconds": _seconds(run),
        "problem": run.problem,
    }


def _run_for_people(run: TrackingRun) -> str:
    return (
        f"Tracking run {run.id} {run.status}: {run.clips_successful} of {run.clips_planned} clips "
        f"read, {format_dollars(run.earnings_added)} earnings added, {run.campaigns_completed} "
        f"campaigns completed, {_seconds(run):.1f} s"
    )
