"""A campaign's terms, and the steps of its life that need no dialog."""

from collections.abc import AsyncIterator
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.campaigns.rules import parse_status
from swivi.pages.admin.campaign.numbers import CampaignNumbers
from swivi.pages.admin.campaign_form.form import filled_terms
from swivi.pages.engine.acting import acting, refusal
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import addressed_id
from swivi.pages.engine.live import AdminLive
from swivi.ui.feedback import toast_success
from swivi.ui.types import Handler

_DONE = {
    CampaignStatus.ACTIVE: "is running",
    CampaignStatus.PAUSED: "is paused",
    CampaignStatus.SCHEDULED: "is scheduled",
    CampaignStatus.DRAFT: "is a draft again",
    CampaignStatus.ARCHIVED: "is archived",
}


class CampaignTerms(AdminLive, rx.State):
    """The terms as text. `completion` is the reason of a completed campaign, else ""."""

    _content: ClassVar[str] = "The campaign's terms"
    title: str = ""
    brand: str = ""
    values: dict[str, str] = {}
    platforms: list[str] = []
    hidden: bool = False
    is_test: bool = False
    completion: str = ""

    async def _arrive(self) -> None:
        self.title = ""

    async def _refresh_live(self, session: AsyncSession) -> None:
        campaign = await session.get(Campaign, addressed_id(self))
        if campaign is not None:
            self._show(campaign)

    def _show(self, campaign: Campaign) -> None:
        self.title = campaign.title
        self.brand = campaign.brand
        self.values = filled_terms(campaign)
        self.platforms = list(campaign.platforms)
        self.hidden = campaign.hidden
        self.is_test = campaign.is_test
        self.completion = campaign.completion_reason or ""

    @admins_only
    async def step(self, target: object) -> AsyncIterator[Handler]:
        """Start, pause, resume or archive the campaign, or make it a draft again."""
        campaign_id = addressed_id(self)
        try:
            status = parse_status(target)
            async with acting(self) as (session, actor):
                campaign = await campaigns.step(session, actor, campaign_id, status)
        except SwiviError as refused:
            yield refusal(refused)
            return
        yield toast_success(f"“{campaign.title}” {_DONE[campaign.status]}")
        yield CampaignNumbers.load
