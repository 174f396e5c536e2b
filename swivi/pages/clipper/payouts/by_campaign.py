"""Where a clipper's earnings come from, campaign by campaign. Live."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.clippers.clipper import EarnedInCampaign, earned_by_campaign
from swivi.pages.clipper.shared.own import ClipperLive
from swivi.pages.engine.gate import public
from swivi.ui.cards import panel
from swivi.ui.feedback import empty_state, status_badge
from swivi.ui.numbers import count, flash_row, money
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Node

MOST_CAMPAIGNS = 50

Line = Any
"""The Var of a CampaignEarnings; its fields are Vars too."""


@dataclass
class CampaignEarnings:
    """What one campaign brought, in cents, by how many clips with how much growth in views."""

    id: int = 0
    title: str = ""
    status: str = ""
    clips: int = 0
    growth: int = 0
    earned: int = 0


class EarnedByCampaign(ClipperLive, rx.State):
    """Live: the campaigns that brought the most."""

    rows: list[CampaignEarnings] = []

    @public
    async def load(self) -> None:
        """The page opens."""
        if await self._is_clippers():
            await self._read("Your earnings")

    async def _refresh_live(self, session: AsyncSession) -> None:
        rows = [
            _line(found)
            for found in await earned_by_campaign(session, self._user_id, limit=MOST_CAMPAIGNS)
        ]
        if rows != self.rows:
            self.rows = rows


def _line(found: EarnedInCampaign) -> CampaignEarnings:
    return CampaignEarnings(
        found.campaign_id, found.title, found.status, found.clips, found.growth, found.earned
    )


_COLUMNS = (
    Column("Campaign"),
    Column("Status", wide_only=True),
    Column("Clips", "right", wide_only=True),
    Column("Views gained", "right"),
    Column("Earned", "right"),
)


def earned_by_campaign_panel() -> rx.Component:
    """The table."""
    state = EarnedByCampaign
    return panel(
        "Earned, by campaign",
        data_table(
            _COLUMNS,
            state.rows,
            _cells,
            caption="Earned, by campaign",
            key=lambda line: line.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "sprout",
                "Nothing earned yet",
                "What your clips earn in each campaign will stand here.",
            ),
        ),
    )


def _cells(line: Line) -> list[Node]:
    return [
        rx.el.span(line.title),
        status_badge(line.status),
        count(line.clips),
        count(line.growth),
        rx.fragment(money(line.earned, "in"), flash_row(line.earned)),
    ]
