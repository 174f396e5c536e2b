"""More money for a campaign: the dialog that tops its budget up."""

from collections.abc import AsyncIterator
from functools import partial

import reflex as rx

from swivi.core.errors import InvalidInput
from swivi.core.money import Cents, format_dollars, parse_dollars
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign
from swivi.domain.campaigns.rules import views_bought
from swivi.pages.admin.campaign.dialog import CampaignDialog
from swivi.pages.admin.campaign.live import CampaignNow, addressed_campaign
from swivi.pages.engine.acting import form_fields
from swivi.pages.engine.gate import admins_only
from swivi.pages.shared.frame import sends
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button, submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.forms import form_actions, money_field, typed_form
from swivi.ui.numbers import money_text
from swivi.ui.types import Handler


class TopUp(CampaignDialog, rx.State):
    """The dialog that raises a campaign's budget."""

    @admins_only
    async def typing(self, form_data: object) -> None:
        """Say what the budget will be."""
        try:
            added = parse_dollars(form_fields(form_data).get("amount"))
        except InvalidInput:
            self.outcome = ""
            return
        async with runtime().database.reading() as session:
            campaign = await campaigns.get(session, addressed_campaign(self))
        self.outcome = _outcome(campaign, added)

    @admins_only
    async def save(self, form_data: object) -> AsyncIterator[Handler]:
        """Raise the budget; a wrong amount is said beside it."""
        amount = form_fields(form_data).get("amount")
        change = partial(campaigns.top_up, amount=amount)
        async for event in self._saved(change, _said):
            yield event


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
    """Opens the dialog."""
    return button("Top up", sends(TopUp.ask, True), icon="circle_plus")


def top_up_dialog() -> rx.Component:
    """How much to add, and what comes of it."""
    state, now = TopUp, CampaignNow
    return form_dialog(
        state.is_open,
        state.ask,
        "Top up the budget",
        typed_form(
            money_field("Amount to add", "amount", error=state.errors.get("amount", "")),
            rx.el.p(state.outcome, role="status"),
            form_actions(close_button(), submit_button("Top up", pending=state.busy)),
            on_submit=state.save,
            on_typing=state.typing,
        ),
        description=(
            f"The budget is {money_text(now.budget)}, of which {money_text(now.remaining)} is left."
        ),
    )
