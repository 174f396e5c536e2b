"""The page that edits a campaign's terms."""

from collections.abc import AsyncIterator
from functools import partial
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign
from swivi.domain.campaigns.rules import EDITABLE
from swivi.pages.admin.campaign_form.draft import CampaignDraft, drafting
from swivi.pages.admin.campaign_form.form import raw_terms
from swivi.pages.admin.campaign_form.new_page import COPY_OF
from swivi.pages.admin.shared.parts import no_such_campaign
from swivi.pages.engine.acting import form_fields
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import addressed_id
from swivi.pages.shared.frame import admin_page
from swivi.ui.buttons import link_button, submit_button
from swivi.ui.feedback import empty_state
from swivi.ui.forms import form_actions
from swivi.ui.layout import cluster
from swivi.ui.vars import flag_var


def _edited(state: rx.State) -> int:
    """Return the id in `/admin/campaigns/<id>/edit`; 0 if there is none."""
    return addressed_id(state, below="/edit")


class EditedCampaign(CampaignDraft, rx.State):
    """The form of an existing campaign."""

    _content: ClassVar[str] = "The campaign"
    id: int = 0
    title: str = ""
    missing: bool = False
    closed: str = ""
    """Why the terms cannot be changed; "" if they can."""

    async def _arrive(self) -> None:
        self.id = _edited(self)

    async def _refresh_live(self, session: AsyncSession) -> None:
        campaign = await session.get(Campaign, self.id)
        self.missing = campaign is None
        self.closed = _why_closed(campaign)
        if campaign is not None:
            self.title = campaign.title
            self._begin_with(campaign)

    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[EventSpec | None]:
        """Change the terms, then go back to the campaign."""
        change = partial(
            campaigns.change, campaign_id=_edited(self), raw=raw_terms(form_fields(form_data))
        )
        async for event in self._save(change, _said):
            yield event


def _said(campaign: Campaign) -> str:
    return f"“{campaign.title}” changed. Clips approved before keep their terms."


def _why_closed(campaign: Campaign | None) -> str:
    if campaign is None or campaign.status in EDITABLE:
        return ""
    return (
        f"The campaign is {campaign.status.lower()}. Its clips were paid by these terms, so they "
        "cannot change."
    )


def edit_campaign_page() -> rx.Component:
    """`/admin/campaigns/[campaign_id]/edit`."""
    state = EditedCampaign
    return admin_page(
        "Edit campaign",
        rx.cond(
            state.missing,
            no_such_campaign(),
            rx.cond(
                state.closed != "",
                _closed(),
                drafting(
                    state,
                    form_actions(
                        link_button("Cancel", routes.admin_campaign(state.id)),
                        submit_button("Save changes", pending=state.busy),
                    ),
                    on_submit=state.submit,
                ),
            ),
        ),
        current=routes.ADMIN_CAMPAIGNS,
        subtitle=rx.cond(
            (state.closed == "") & ~flag_var(state.missing),
            rx.el.span("Rates and limits apply to clips that are approved from now on."),
        ),
    )


def _closed() -> rx.Component:
    state = EditedCampaign
    return empty_state(
        "lock",
        f"“{state.title}” cannot be changed anymore",
        state.closed,
        cluster(
            link_button("To the campaign", routes.admin_campaign(state.id)),
            link_button(
                "Duplicate", f"{routes.ADMIN_NEW_CAMPAIGN}?{COPY_OF}={state.id}", "primary", "copy"
            ),
        ),
    )
