"""The open campaigns, filtered and sorted by the address, and what is spent of their budgets."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.platforms.models import Platform
from swivi.insights.campaigns import catalogue
from swivi.insights.campaigns.catalogue import CatalogueOrder
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked_option
from swivi.pages.engine.live import ClipperLive
from swivi.pages.shared.campaign_card import CampaignCard, card_of
from swivi.runtime.live import hub

ORDERS = (
    (CatalogueOrder.NEWEST.value, "Newest first"),
    (CatalogueOrder.RATE.value, "Best rate first"),
    (CatalogueOrder.LEFT.value, "Most budget left first"),
    (CatalogueOrder.ENDING.value, "Ending soonest first"),
)


class OpenCampaigns(ClipperLive, Listing, rx.State):
    """One page of the open campaigns. `platform` is the filter in the address, "" for all.

    Not live itself: tiles that move would be hard to click. `CampaignsSpent` is live.
    """

    _content: ClassVar[str] = "The campaigns"
    cards: list[CampaignCard] = []
    platform: str = ""
    _offset: int = 0

    async def _arrive(self) -> None:
        self._offset = self._read_place(dict(ORDERS), CatalogueOrder.NEWEST.value)
        self.platform = asked_option(self, "platform", Platform) or ""

    async def _read_all(self, session: AsyncSession) -> None:
        found, total = await catalogue.open_campaigns(
            session,
            platform=Platform(self.platform) if self.platform else None,
            order=CatalogueOrder(self.sort),
            limit=PAGE_SIZE,
            offset=self._offset,
        )
        self.cards = [card_of(campaign) for campaign in found]
        self._found(total)
        spent = await self.get_state(CampaignsSpent)
        spent.by_id = {card.id: card.spent for card in self.cards}
        hub.watch(spent, campaigns=spent.by_id)


class CampaignsSpent(rx.State):
    """Live: cents spent of the campaigns on the page, by campaign id."""

    by_id: dict[int, int] = {}

    async def _refresh_live(self, session: AsyncSession) -> None:
        spent = await catalogue.spent_of(session, self.by_id)
        if spent != self.by_id:
            self.by_id = spent
