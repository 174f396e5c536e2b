"""Start a tracking run from a page."""

from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.domain.tracking.models import RunStatus, TrackingRun, Trigger
from swivi.pages.engine.acting import refusal
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.types import Handler


async def run_by_hand(campaign_id: int | None = None) -> Handler:
    """Read and settle one campaign, or all that are due. Return the toast with the outcome.

    Takes as long as reading the clips, so call it from background events only.
    """
    try:
        run = await runtime().tracker.run(Trigger.ADMIN, campaign_id=campaign_id)
    except SwiviError as refused:
        return refusal(refused)
    return _outcome(run)


def _outcome(run: TrackingRun) -> Handler:
    if run.status is RunStatus.FAILED:
        return toast_error(f"Tracking stopped: {run.problem}")
    if run.clips_planned == 0:
        return toast_success("Nothing to track: there are no clips to read.")
    return toast_success(
        f"{run.clips_successful} of {run.clips_read} clips read, "
        f"{format_dollars(run.earnings_added)} earned"
    )
