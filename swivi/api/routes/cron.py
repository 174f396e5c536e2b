"""Endpoints for an external scheduler, authenticated by the cron secret."""

from fastapi import APIRouter, Depends

from swivi.api.http.access import cron
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import Dollars, Id, View
from swivi.api.routes.payouts_schemas import ClipperBalance, PayoutCalculation
from swivi.domain.tracking.errors import NoReader, RunUnderWay
from swivi.domain.tracking.models import RunStatus, TrackingRun, Trigger
from swivi.insights.money.balances import balances
from swivi.runtime.runtime import runtime

router = APIRouter(prefix="/cron", tags=["cron"], dependencies=[Depends(cron)])


class RunReport(View):
    """A finished run.

    `processed`, `successful` and `failed` count clips. `problem` says why a run FAILED.
    """

    run_id: Id
    status: RunStatus
    processed: int
    successful: int
    failed: int
    earnings_added: Dollars
    campaigns_completed: int
    duration_seconds: float
    problem: str | None


@router.get("/view-tracking")
@router.post("/view-tracking", operation_id="trackViewsByPost")
@refuses(NoReader, RunUnderWay)
async def track_views() -> RunReport:
    """Run tracking now and answer when the run has ended."""
    return _report(await runtime().tracker.run(Trigger.CRON))


def _report(run: TrackingRun) -> RunReport:
    assert run.finished_at is not None, "a run is returned when it has ended"
    return RunReport(
        run_id=run.id,
        status=run.status,
        processed=run.clips_read,
        successful=run.clips_successful,
        failed=run.clips_failed,
        earnings_added=run.earnings_added,
        campaigns_completed=run.campaigns_completed,
        duration_seconds=round((run.finished_at - run.started_at).total_seconds(), 3),
        problem=run.problem,
    )


@router.get("/payout-calculation")
@router.post("/payout-calculation", operation_id="calculatePayoutsByPost")
async def calculate_payouts() -> PayoutCalculation:
    """Return what each clipper can be paid, and whether every balance matches the ledger.

    This moves no money.
    """
    terms = runtime().payout_terms
    async with runtime().database.reading() as session:
        found = await balances(session)
    return PayoutCalculation(
        clippers=[ClipperBalance.of(balance, terms) for balance in found],
        total_payable=sum(balance.payable(terms) for balance in found),
        total_blocked=sum(balance.blocked(terms) for balance in found),
        all_agree=all(balance.agrees for balance in found),
    )
