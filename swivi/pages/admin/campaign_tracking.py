"""Reading and paying one campaign's clips now, by hand."""

from collections.abc import AsyncIterator

import reflex as rx

from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.pages.acting import refusal
from swivi.pages.admin.campaign_now import CampaignNow, addressed_campaign
from swivi.pages.gate import admins_only, public
from swivi.runtime import runtime
from swivi.tracking.models import RunStatus, TrackingRun, Trigger
from swivi.ui.buttons import button
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.types import Handler


class CampaignTracking(rx.State):
    """Whether a run over this campaign, started in this tab, is under way."""

    under_way: bool = False

    @public
    async def load(self) -> None:
        """A page that opens waits for nothing."""
        self.under_way = False

    @rx.event(background=True)
    @admins_only
    async def track_now(self) -> AsyncIterator[Handler]:
        """Read and settle this campaign now. Takes as long as reading its clips does."""
        async with self:
            if self.under_way:
                return
            self.under_way = True
            campaign_id = addressed_campaign(self)
        try:
            run = await runtime().tracker.run(Trigger.ADMIN, campaign_id=campaign_id)
        except SwiviError as refused:
            yield refusal(refused)
        else:
            yield _outcome(run)
            yield CampaignNow.load
        finally:
            async with self:
                self.under_way = False


def _outcome(run: TrackingRun) -> Handler:
    if run.status is RunStatus.FAILED:
        return toast_error(f"Tracking was stopped: {run.problem}")
    if run.clips_planned == 0:
        return toast_success("Nothing to track: this campaign has no clips to read.")
    return toast_success(
        f"{run.clips_successful} of {run.clips_read} clips read, {format_dollars(run.earnings_added)} earned"
    )


def track_campaign_button() -> rx.Component:
    """Starts a run over this campaign; turns while it works."""
    return button("Track now", CampaignTracking.track_now, icon="radar", pending=CampaignTracking.under_way)
