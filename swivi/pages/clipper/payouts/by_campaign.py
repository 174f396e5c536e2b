"""A clipper's earnings by campaign. Live."""

from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.clippers.clipper import EarnedInCampaign, earned_by_campaign
from swivi.pages.clipper.shared.live import OwnLive
from swivi.ui.cards import panel
from swivi.ui.feedback import empty_state, status_badge
from swivi.ui.numbers import count, flash_row, money
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Node

MOST_CAMPAIGNS = 50

Row = Any
"""The Var of a CampaignEarningsRow; its fields are Vars too."""


@dataclass(frozen=True)
class CampaignEarningsRow:
    """The earnings in one campaign, in cents. `growth` is the views that the clips gained."""

    id: int = 0
    title: str = ""
    status: str = ""
    clips: int = 0
    growth: int = 0
    earned: int = 0


class EarnedByCampaign(OwnLive, rx.State):
    """Live: the campaigns with the highest earnings."""

    _content: ClassVar[str] = "Your earnings"
    rows: list[CampaignEarningsRow] = []

    async def _refresh_live(self, session: AsyncSession) -> None:
        found = await earned_by_campaign(session, self._user_id, limit=MOST_CAMPAIGNS)
        rows = [_row(campaign) for campaign in found]
        if rows != self.rows:
            self.rows = rows


def _row(found: EarnedInCampaign) -> CampaignEarningsRow:
    return CampaignEarningsRow(
        id=found.campaign_id,
        title=found.title,
        status=found.status,
        clips=found.clips,
        growth=found.growth,
        earned=found.earned,
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
        "Earnings by campaign",
        data_table(
            _COLUMNS,
            state.rows,
            _cells,
            caption="Earnings by campaign",
            key=lambda row: row.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "sprout",
                "Nothing earned yet",
                "You will see here what your clips earn in each campaign.",
            ),
        ),
    )


def _cells(row: Row) -> list[Node]:
    return [
        rx.el.span(row.title),
        status_badge(row.status),
        count(row.clips),
        count(row.growth),
        rx.fragment(money(row.earned, "in"), flash_row(row.earned)),
    ]
