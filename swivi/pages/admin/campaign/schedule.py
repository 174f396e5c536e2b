"""The dialog that schedules a draft: when the campaign starts and ends by itself."""

from collections.abc import AsyncIterator
from functools import partial

import reflex as rx

from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign
from swivi.pages.admin.campaign.dialog import CampaignDialog
from swivi.pages.admin.campaign.terms import CampaignTerms
from swivi.pages.engine.acting import form_fields
from swivi.pages.engine.dialog import refusal_notice
from swivi.pages.engine.gate import admins_only
from swivi.ui.buttons import button, submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.forms import form, form_actions, moment_field
from swivi.ui.types import Handler


class Scheduling(CampaignDialog, rx.State):
    """The dialog that gives a campaign its start and end."""

    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Schedule the campaign."""
        change = partial(campaigns.schedule, raw=form_fields(form_data))
        async for event in self._save(form_data, change, _said):
            yield event


def _said(campaign: Campaign) -> str:
    return f"“{campaign.title}” is scheduled. It starts by itself."


def schedule_button() -> rx.Component:
    """Open the dialog."""
    return button("Schedule", Scheduling.open, icon="calendar_clock")


def schedule_dialog() -> rx.Component:
    """Ask for start and end, in the viewer's time zone."""
    state = Scheduling

    def moment(label: str, name: str, hint: str) -> rx.Component:
        typed_before = CampaignTerms.values.get(name, "")
        return moment_field(label, name, typed_before, hint=hint, error=state.errors.get(name, ""))

    return form_dialog(
        state.is_open,
        state.close,
        "Schedule this campaign",
        refusal_notice(state),
        form(
            moment("Starts", "starts_at", "In your time zone."),
            moment("Ends", "ends_at", "In your time zone. Empty: when the budget is used up."),
            form_actions(close_button(), submit_button("Schedule", pending=state.busy)),
            on_submit=state.submit,
        ),
        description=(
            "The campaign opens to clippers at its start and completes at its end, both by itself."
        ),
    )
