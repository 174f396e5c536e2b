"""The page of a new campaign, empty or with the terms of another one."""

from collections.abc import AsyncIterator
from functools import partial
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.pages.admin.campaign_form.draft import CampaignDraft, drafting
from swivi.pages.admin.campaign_form.form import raw_terms
from swivi.pages.engine.acting import form_fields
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import asked_number
from swivi.pages.shared.frame import admin_page
from swivi.ui.buttons import link_button, submit_button
from swivi.ui.forms import form_actions, select_field

COPY_OF = "from"
"""The address's parameter with the id of the campaign to copy."""

_FIRST_STATUS = (
    (CampaignStatus.DRAFT, "Keep it as a draft"),
    (CampaignStatus.ACTIVE, "Start it now"),
    (CampaignStatus.SCHEDULED, "Start it at its start time"),
)


class NewCampaignState(CampaignDraft, rx.State):
    """The form of a new campaign."""

    _content: ClassVar[str] = "The form"
    copied: str = ""
    """The title of the copied campaign, "" for an empty form."""

    async def _refresh_live(self, session: AsyncSession) -> None:
        model = await session.get(Campaign, asked_number(self, COPY_OF) or 0)
        self.copied = "" if model is None else model.title
        if model is None:
            self._begin_empty()
        else:
            # Without its dates, which belong to the copied campaign.
            self._begin_with(model, title=f"{model.title} (copy)", starts_at="", ends_at="")

    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[EventSpec | None]:
        """Create the campaign, then go to its page."""
        fields = form_fields(form_data)
        change = partial(
            campaigns.create, raw=raw_terms(fields) | {"status": fields.get("status", "")}
        )
        async for event in self._save(
            change, lambda campaign: f"Campaign “{campaign.title}” created"
        ):
            yield event


def new_campaign_page() -> rx.Component:
    """`/admin/campaigns/new`, and `/admin/campaigns/new?from=7` for a copy."""
    state = NewCampaignState
    return admin_page(
        "New campaign",
        drafting(
            state,
            select_field(
                "When it is created",
                "status",
                [(status.value, words) for status, words in _FIRST_STATUS],
                error=state.errors.get("status", ""),
            ),
            form_actions(
                link_button("Cancel", routes.ADMIN_CAMPAIGNS),
                submit_button("Create campaign", pending=state.busy),
            ),
            on_submit=state.submit,
        ),
        current=routes.ADMIN_CAMPAIGNS,
        subtitle=rx.cond(
            state.copied != "",
            rx.el.span("With the terms of “", state.copied, "”", class_name="quiet"),
        ),
    )
