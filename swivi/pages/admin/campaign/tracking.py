"""Reading and paying one campaign's clips now, by hand."""

from collections.abc import AsyncIterator

import reflex as rx

from swivi.pages.admin.campaign.live import CampaignNow, addressed_campaign
from swivi.pages.admin.shared.start_run import run_by_hand
from swivi.pages.engine.gate import admins_only, public
from swivi.ui.buttons import button
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
            yield await run_by_hand(campaign_id)
            yield CampaignNow.load
        finally:
            async with self:
                self.under_way = False


def track_campaign_button() -> rx.Component:
    """Starts a run over this campaign; turns while it works."""
    return button(
        "Track now", CampaignTracking.track_now, icon="radar", pending=CampaignTracking.under_way
    )
