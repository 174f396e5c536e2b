"""When a campaign starts and ends by itself: the dialog that schedules a draft."""

from collections.abc import AsyncIterator

import reflex as rx

from swivi.campaigns import service as campaigns
from swivi.core.errors import SwiviError
from swivi.pages.acting import acting, form_fields, refusal
from swivi.pages.admin.campaign_now import CampaignNow, addressed_campaign
from swivi.pages.admin.campaign_terms import CampaignTerms
from swivi.pages.gate import admins_only, public
from swivi.pages.parts import sends
from swivi.ui.buttons import button, submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import toast_success
from swivi.ui.forms import form, form_actions, moment_field
from swivi.ui.types import Handler


class Scheduling(rx.State):
    """The dialog that gives a campaign its start and end."""

    is_open: bool = False
    errors: dict[str, str] = {}
    busy: bool = False

    @public
    async def load(self) -> None:
        """A page opens without its dialogs."""
        self.is_open = self.busy = False

    @admins_only
    async def ask(self, is_open: object) -> None:
        """Open or close the dialog."""
        self.errors, self.busy, self.is_open = {}, False, is_open is True

    @admins_only
    async def save(self, form_data: object) -> AsyncIterator[Handler]:
        """Schedule the campaign; what is wrong is said beside the times."""
        if self.busy or not self.is_open:
            return
        self.errors, self.busy = {}, True
        yield None
        try:
            async with acting(self) as (session, actor):
                campaign = await campaigns.schedule(session, actor, addressed_campaign(self), form_fields(form_data))
        except SwiviError as wrong:
            self.errors, self.busy = wrong.fields, False
            if not wrong.fields:
                yield refusal(wrong)
            return
        self.is_open = self.busy = False
        yield toast_success(f"“{campaign.title}” is scheduled: it starts by itself")
        yield CampaignNow.load
        yield CampaignTerms.load


def schedule_button() -> rx.Component:
    """Opens the dialog."""
    return button("Schedule", sends(Scheduling.ask, True), icon="calendar_clock")


def schedule_dialog() -> rx.Component:
    """Start and end, in the viewer's zone."""
    state = Scheduling

    def moment(label: str, name: str, hint: str) -> rx.Component:
        typed_before = CampaignTerms.values.get(name, "")
        return moment_field(label, name, typed_before, hint=hint, error=state.errors.get(name, ""))

    return form_dialog(
        state.is_open,
        state.ask,
        "Schedule this campaign",
        form(
            moment("Starts", "starts_at", "In your time zone."),
            moment("Ends", "ends_at", "In your time zone. Empty: when the budget is used up."),
            form_actions(close_button(), submit_button("Schedule", pending=state.busy)),
            on_submit=state.save,
        ),
        description="It opens to clippers at its start and is completed at its end, both by itself.",
    )
