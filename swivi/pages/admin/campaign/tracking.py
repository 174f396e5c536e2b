"""The button that tracks one campaign now."""

from collections.abc import AsyncIterator

import reflex as rx

from swivi.pages.admin.campaign.numbers import CampaignNumbers
from swivi.pages.admin.shared.start_run import run_by_hand
from swivi.pages.engine.gate import admins_only, public
from swivi.pages.engine.listing import addressed_id
from swivi.ui.buttons import button
from swivi.ui.types import Handler


class CampaignTracking(rx.State):
    """`busy` while this tab's run over the campaign works."""

    busy: bool = False

    @public
    async def load(self) -> None:
        """Wait for no run: one that an old page started is not this page's."""
        self.busy = False

    @rx.event(background=True)
    @admins_only
    async def track_now(self) -> AsyncIterator[Handler]:
        """Read and settle this campaign. Takes as long as reading its clips."""
        async with self:
            if self.busy:
                return
            self.busy = True
            campaign_id = addressed_id(self)
        try:
            yield await run_by_hand(campaign_id)
            yield CampaignNumbers.load
        finally:
            async with self:
                self.busy = False


def track_campaign_button() -> rx.Component:
    """Start a run over this campaign."""
    return button(
        "Track now", CampaignTracking.track_now, icon="radar", pending=CampaignTracking.busy
    )
