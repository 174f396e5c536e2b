"""What the dialogs on a campaign's page have in common: they open, refuse beside the fields, and
close when done.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.domain.accounts.actor import Actor
from swivi.domain.campaigns.models import Campaign
from swivi.pages.admin.campaign.live import CampaignNow, addressed_campaign
from swivi.pages.admin.campaign.terms import CampaignTerms
from swivi.pages.engine.acting import acting, refusal
from swivi.pages.engine.gate import admins_only, public
from swivi.ui.feedback import toast_success
from swivi.ui.types import Handler

Change = Callable[[AsyncSession, Actor, int], Awaitable[Campaign]]
"""The use case behind a dialog: what it does to the campaign of this id."""


class CampaignDialog(rx.State, mixin=True):
    """A dialog with one form.

    `outcome` says what the typed will lead to, "" where nothing is to be said.
    """

    is_open: bool = False
    outcome: str = ""
    errors: dict[str, str] = {}
    busy: bool = False

    @public
    async def load(self) -> None:
        """A page opens without its dialogs."""
        self.is_open = self.busy = False

    @admins_only
    async def ask(self, is_open: object) -> None:
        """Open or close the dialog."""
        self.errors, self.outcome, self.busy, self.is_open = {}, "", False, is_open is True

    async def _saved(
        self, change: Change, said: Callable[[Campaign], str]
    ) -> AsyncIterator[Handler]:
        """Change the campaign that the address names, once for two quick clicks, and close."""
        if self.busy or not self.is_open:
            return
        self.errors, self.busy = {}, True
        yield None
        try:
            async with acting(self) as (session, actor):
                campaign = await change(session, actor, addressed_campaign(self))
        except SwiviError as wrong:
            self.errors, self.busy = wrong.fields, False
            if not wrong.fields:
                yield refusal(wrong)
            return
        self.is_open = self.busy = False
        yield toast_success(said(campaign))
        yield CampaignNow.load
        yield CampaignTerms.load
