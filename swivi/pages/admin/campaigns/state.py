"""The state of the list of campaigns."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.campaigns.models import CampaignStatus
from swivi.insights.campaigns.live import SORTS, CampaignLine, campaign_lines, campaigns_by_status
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked_option
from swivi.pages.engine.live import AdminLive


@dataclass(frozen=True)
class CampaignRow:
    """A campaign. Cents; times are ISO 8601 UTC."""

    id: int
    title: str
    brand: str
    status: str
    hidden: bool
    is_test: bool
    budget: int
    spent: int
    payout_rate: int
    pending: int
    clips: int
    last_tracked_at: str


class CampaignsState(AdminLive, Listing, rx.State):
    """One page of campaigns. `counts` are campaigns by status, "" for all but archived ones."""

    _content: ClassVar[str] = "The campaigns"
    rows: list[CampaignRow] = []
    status: str = ""
    counts: dict[str, int] = {}

    async def _arrive(self) -> None:
        self._read_place(SORTS, default_sort="newest")

    async def _refresh_live(self, session: AsyncSession) -> None:
        status = asked_option(self, "status", CampaignStatus)
        counts = await campaigns_by_status(session)
        lines = await campaign_lines(
            session,
            status=status,
            sort=self.sort,
            descending=self.descending,
            limit=PAGE_SIZE,
            offset=(self.page - 1) * PAGE_SIZE,
        )
        self.counts = {"": sum(counts.values()) - counts[CampaignStatus.ARCHIVED]} | counts
        self.status = status or ""
        self._found(self.counts[self.status])
        self.rows = [_row(line) for line in lines]


def _row(line: CampaignLine) -> CampaignRow:
    campaign = line.campaign
    return CampaignRow(
        id=campaign.id,
        title=campaign.title,
        brand=campaign.brand,
        status=campaign.status,
        hidden=campaign.hidden,
        is_test=campaign.is_test,
        budget=campaign.budget,
        spent=campaign.spent,
        payout_rate=campaign.payout_rate,
        pending=line.pending,
        clips=line.clips,
        last_tracked_at=iso(campaign.last_tracked_at),
    )
