"""The live numbers and campaigns of the front page."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import earned
from swivi.insights.campaigns import catalogue
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.public.landing.board import MOST_CAMPAIGNS, Board, board
from swivi.pages.shared.campaign_card import CampaignCard
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime

EXAMPLE_BASELINE = 1_200
EXAMPLE_VIEWS = 31_200
EXAMPLE_RATE = 150
"""Cents per 1,000 views, used while no campaign is open."""


class LandingState(rx.State):
    """Live, every few seconds: the open campaigns, the cents spent by campaign id, and the totals.

    The example shows how earnings are calculated. Money in cents. A campaign that completes while
    the page is open stays on the page.
    """

    campaigns: list[CampaignCard] = []
    spent: dict[int, int] = {}
    open_campaigns: int = 0
    total_earned: int = 0
    total_views: int = 0
    example_rate: int = EXAMPLE_RATE
    example_earning: int = earned(EXAMPLE_VIEWS - EXAMPLE_BASELINE, EXAMPLE_RATE)
    smallest_payout: int = 0
    """0 until the page has loaded: the settings of the build are not those of the server."""
    problem: str = ""
    loading: bool = True

    @public
    async def load(self) -> None:
        """Read the page, and follow its changes."""
        self.smallest_payout = runtime().payout_terms.minimum
        hub.watch(self, campaigns="all", calm=True)
        async with loading(self, "The campaigns") as session:
            now = await board(session)
            self.campaigns = list(now.cards)
            self.example_rate = self.campaigns[0].rate if self.campaigns else EXAMPLE_RATE
            self.example_earning = earned(EXAMPLE_VIEWS - EXAMPLE_BASELINE, self.example_rate)
            await self._show(session, now)

    async def _refresh_live(self, session: AsyncSession) -> None:
        now = await board(session)
        shown = {card.id for card in self.campaigns}
        opened = [card for card in now.cards if card.id not in shown][
            : max(0, MOST_CAMPAIGNS - len(shown))
        ]
        if opened:
            self.campaigns = [*self.campaigns, *opened]
        await self._show(session, now)

    async def _show(self, session: AsyncSession, now: Board) -> None:
        spent = {card.id: card.spent for card in now.cards}
        completed = [card.id for card in self.campaigns if card.id not in spent]
        if completed:
            spent |= await catalogue.spent_of(session, completed)
        if spent != self.spent:
            self.spent = spent
        numbers = (now.open_campaigns, now.totals.earned, now.totals.views)
        if numbers != (self.open_campaigns, self.total_earned, self.total_views):
            self.open_campaigns, self.total_earned, self.total_views = numbers
