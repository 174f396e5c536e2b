"""The state behind a campaign's terms and life: read them, change them, take the next step."""

from collections.abc import AsyncIterator

import reflex as rx

from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.domain.accounts.models import Role
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.campaigns.rules import parse_status
from swivi.domain.clips.review import parse_reason
from swivi.domain.tracking.errors import UnreadClipsLeft
from swivi.pages.admin.campaign.live import CampaignNow, addressed_campaign
from swivi.pages.admin.campaign_form.form import filled_terms
from swivi.pages.engine.acting import acting, form_fields, refusal
from swivi.pages.engine.gate import admins_only, current_actor, public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_success
from swivi.ui.types import Handler

_DONE = {
    CampaignStatus.ACTIVE: "is running",
    CampaignStatus.PAUSED: "is paused",
    CampaignStatus.SCHEDULED: "is scheduled",
    CampaignStatus.DRAFT: "is a draft again",
    CampaignStatus.ARCHIVED: "is archived",
}


class CampaignTerms(rx.State):
    """The campaign's terms as text, and the dialogs that change it."""

    title: str = ""
    brand: str = ""
    values: dict[str, str] = {}
    platforms: list[str] = []
    hidden: bool = False
    is_test: bool = False
    completion: str = ""
    asking_completion: bool = False
    unread: str = ""
    """Why the last completion was refused, if clips could not be read."""
    errors: dict[str, str] = {}
    busy: bool = False
    loading: bool = True
    problem: str = ""

    @public
    async def load(self) -> None:
        """Read the terms of the campaign that the address names."""
        if await visitor(self, Role.ADMIN) is None:
            return
        self.asking_completion = self.busy = False
        self.title = ""
        async with loading(self, "The campaign's terms") as session:
            campaign = await session.get(Campaign, addressed_campaign(self))
            if campaign is not None:
                self._show(campaign)

    def _show(self, campaign: Campaign) -> None:
        self.title, self.brand = campaign.title, campaign.brand
        self.values = filled_terms(campaign)
        self.platforms = list(campaign.platforms)
        self.hidden, self.is_test = campaign.hidden, campaign.is_test
        self.completion = campaign.completion_reason or ""

    @admins_only
    async def step(self, target: object) -> AsyncIterator[Handler]:
        """Take one of the steps that an admin takes by hand: start, pause, resume, archive."""
        campaign_id = addressed_campaign(self)
        try:
            status = parse_status(target)
            async with acting(self) as (session, actor):
                campaign = await campaigns.step(session, actor, campaign_id, status)
        except SwiviError as wrong:
            yield refusal(wrong)
            return
        yield toast_success(f"“{campaign.title}” {_DONE[campaign.status]}")
        yield CampaignNow.load

    @admins_only
    async def ask_completion(self, is_open: object) -> None:
        """Open or close the question before a completion."""
        self.errors, self.unread, self.asking_completion = {}, "", is_open is True

    @rx.event(background=True)
    @admins_only
    async def complete(self, form_data: object) -> AsyncIterator[Handler]:
        """Read and settle once more, then close the books.

        Takes as long as reading the campaign's clips.
        """
        async for shown in _completion(self, form_data, force=False):
            yield shown

    @rx.event(background=True)
    @admins_only
    async def complete_anyway(self, form_data: object) -> AsyncIterator[Handler]:
        """Complete although clips cannot be read: what they grew is lost."""
        async for shown in _completion(self, form_data, force=True):
            yield shown


async def _completion(
    state: CampaignTerms, form_data: object, *, force: bool
) -> AsyncIterator[Handler]:
    async with state:
        if state.busy:
            return
        state.busy, state.errors = True, {}
        campaign_id = addressed_campaign(state)
        actor = await current_actor(state)
    try:
        reason = parse_reason(form_fields(form_data).get("reason"))
        campaign = await runtime().tracker.complete(
            campaign_id, actor=actor, reason=reason, force=force
        )
    except UnreadClipsLeft as refused:
        async with state:
            state.busy, state.unread = False, refused.sentence
        yield refusal(refused)
        return
    except SwiviError as wrong:
        async with state:
            state.busy, state.errors = False, wrong.fields
        yield refusal(wrong)
        return
    async with state:
        state.busy = state.asking_completion = False
        state._show(campaign)  # noqa: SLF001 - public methods are events
    yield toast_success(
        f"“{campaign.title}” is completed with {format_dollars(campaign.spent)} spent"
    )
    yield CampaignNow.load
