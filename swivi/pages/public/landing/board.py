"""The content of the front page, read once for all tabs that show it at the same time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.campaigns import catalogue
from swivi.insights.campaigns.catalogue import Totals
from swivi.pages.shared.campaign_card import CampaignCard, card_of
from swivi.runtime.live import hub
from swivi.runtime.runtime import Runtime, runtime

MOST_CAMPAIGNS = 6
FRESH_SECONDS = 3.0
"""How long a board is cached. A change in this process ends it earlier; other processes cannot."""


@dataclass(frozen=True, slots=True)
class Board:
    """The newest open campaigns, and the totals of all time."""

    cards: Sequence[CampaignCard]
    open_campaigns: int
    """The number of all open campaigns."""
    totals: Totals


@dataclass(frozen=True, slots=True)
class _CachedBoard:
    board: Board
    of: Runtime
    noticed: int | None
    at: float

    def is_fresh(self) -> bool:
        unchanged = self.noticed is not None and self.noticed == hub.noticed()
        return unchanged and self.of is runtime() and monotonic() - self.at < FRESH_SECONDS


_last: list[_CachedBoard] = []
_reading = asyncio.Lock()


async def board(session: AsyncSession) -> Board:
    """Return the board. The first call after a change reads it, and later calls share it."""
    async with _reading:
        if not (_last and _last[0].is_fresh()):
            noticed, at = hub.noticed(), monotonic()
            _last[:] = [_CachedBoard(await _read(session), runtime(), noticed, at)]
        return _last[0].board


async def _read(session: AsyncSession) -> Board:
    found, total = await catalogue.open_campaigns(session, limit=MOST_CAMPAIGNS)
    return Board([card_of(campaign) for campaign in found], total, await catalogue.totals(session))
