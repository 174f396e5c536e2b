"""The dialog that raises a campaign's budget."""

from collections.abc import AsyncIterator
from functools import partial

import reflex as rx

from swivi.core.errors import InvalidInput
from swivi.core.money import Cents, format_dollars, parse_dollars
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign
from swivi.domain.campaigns.rules import views_bought
from swivi.pages.admin.campaign.dialog import CampaignDialog
from swivi.pages.admin.campaign.numbers import CampaignNumbers
from swivi.pages.engine.acting import form_fields
from swivi.pages.engine.dialog import refusal_notice
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import addressed_id
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button, submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.forms import form_actions, money_field, typed_form
from swivi.ui.numbers import money_text
from swivi.ui.types import Handler


class TopUp(CampaignDialog, rx.State):
    """The dialog. `outcome` is the budget that the typed amount leads to, "" for no amount."""

    outcome: str = ""

    @admins_only
    async def typing(self, form_data: object) -> None:
        """Show what the budget will be."""
        try:
            added = parse_dollars(form_fields(form_data).get("amount"))
        except InvalidInput:
            self.outcome = ""
            return
        async with runtime().database.reading() as session:
            campaign = await campaigns.get(session, addressed_id(self))
        self.outcome = _outcome(campaign, added)

    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Raise the budget."""
        change = partial(campaigns.top_up, amount=form_fields(form_data).get("amount"))
        async for event in self._save(form_data, change, _said):
            yield event

    def _reset(self) -> None:
        super()._reset()
        self.outcome = ""


def _said(campaign: Campaign) -> str:
    return f"The budget of “{campaign.title}” is {format_dollars(campaign.budget)} now"


def _outcome(campaign: Campaign, added: Cents) -> str:
    budget = format_dollars(campaign.budget + added)
    views = views_bought(added, campaign.payout_rate)
    return (
        f"New budget: {budget}. It buys {views:,} more views at "
        f"{format_dollars(campaign.payout_rate)} per 1,000."
    )


def top_up_button() -> rx.Component:
    """Open the dialog."""
    return button("Top up", TopUp.open, icon="circle_plus")


def top_up_dialog() -> rx.Component:
    """Ask how much to add, and show the outcome."""
    state, now = TopUp, CampaignNumbers
    return form_dialog(
        state.is_open,
        state.close,
        "Top up the budget",
        refusal_notice(state),
        typed_form(
            money_field("Amount to add", "amount", error=state.errors.get("amount", "")),
            rx.el.p(state.outcome, role="status"),
            form_actions(close_button(), submit_button("Top up", pending=state.busy)),
            on_submit=state.submit,
            on_typing=state.typing,
        ),
        description=(
            f"The budget is {money_text(now.budget)}, of which {money_text(now.remaining)} is left."
        ),
    )
