"""The dialog mixin of a campaign's page: its forms change the campaign of the address."""

from collections.abc import AsyncIterator, Awaitable, Callable

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.accounts.actor import Actor
from swivi.domain.campaigns.models import Campaign
from swivi.pages.admin.campaign.numbers import CampaignNumbers
from swivi.pages.admin.campaign.terms import CampaignTerms
from swivi.pages.engine.acting import acting
from swivi.pages.engine.dialog import Dialog, Fields
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import addressed_id
from swivi.ui.types import Handler

Change = Callable[[AsyncSession, Actor, int], Awaitable[Campaign]]
"""The use case of a dialog, for the campaign of this id."""


class CampaignDialog(Dialog, rx.State, mixin=True):
    """A dialog with one form that changes the campaign."""

    @admins_only
    async def open(self) -> None:
        """Open the dialog."""
        self._open()

    async def _save(
        self, form_data: object, change: Change, say: Callable[[Campaign], str]
    ) -> AsyncIterator[Handler]:
        """Change the campaign, and show its new numbers and terms."""

        async def work(_: Fields) -> str:
            async with acting(self) as (session, actor):
                return say(await change(session, actor, addressed_id(self)))

        then = (CampaignNumbers.load, CampaignTerms.load)
        async for event in self._submit(form_data, work, then=then):
            yield event
