"""A campaign's form with a preview beside it, for new and for changed campaigns."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core.errors import SwiviError
from swivi.domain.accounts.actor import Actor
from swivi.domain.campaigns.models import Campaign
from swivi.domain.platforms.models import Platform
from swivi.pages.admin.campaign_form.form import (
    campaign_fields,
    filled_terms,
    form_refusal,
    raw_terms,
)
from swivi.pages.admin.campaign_form.preview import bought, preview, preview_card
from swivi.pages.engine.acting import acting, form_fields
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.live import AdminLive
from swivi.pages.shared.campaign_card import CampaignCard
from swivi.ui.feedback import error_state, skeleton_rows, toast_success
from swivi.ui.forms import typed_form
from swivi.ui.types import Handler, Node

EVERY_PLATFORM = [platform.value for platform in Platform]

Change = Callable[[AsyncSession, Actor], Awaitable[Campaign]]
"""The use case of a form."""


class CampaignDraft(AdminLive, rx.State, mixin=True):
    """The first values of a form, its errors, and its preview.

    The form is drawn when it is `ready`, and again for each `address`. In between it belongs to
    the browser: typed values survive a refusal and a lost connection.
    """

    values: dict[str, str] = {}
    platforms: list[str] = EVERY_PLATFORM
    hidden: bool = False
    is_test: bool = False
    errors: dict[str, str] = {}
    busy: bool = False
    ready: bool = False
    address: str = ""
    card: CampaignCard = CampaignCard()
    buys: list[str] = []
    typed_hidden: bool = False

    def _begin_empty(self) -> None:
        self.values = {}
        self.platforms = EVERY_PLATFORM
        self.hidden = self.is_test = False
        self._begin()

    def _begin_with(self, campaign: Campaign, **instead: str) -> None:
        self.values = filled_terms(campaign) | instead
        self.platforms = list(campaign.platforms)
        self.hidden = campaign.hidden
        self.is_test = campaign.is_test
        self._begin()

    def _begin(self) -> None:
        self.errors = {}
        self.busy = False
        self.ready = True
        self.address = str(self.router.url)
        ticked: dict[str, Any] = {f"platforms.{name}": "on" for name in self.platforms}
        self._show(self.values | ticked | ({"hidden": "on"} if self.hidden else {}))

    def _show(self, fields: Any) -> None:
        raw = raw_terms(fields)
        self.card, self.buys = preview_card(raw)
        self.typed_hidden = raw["hidden"] is True

    async def _save(
        self, change: Change, say: Callable[[Campaign], str]
    ) -> AsyncIterator[EventSpec | None]:
        """Create or change the campaign, then go to its page."""
        if self.busy:
            return
        self.errors, self.busy = {}, True
        yield None
        try:
            async with acting(self) as (session, actor):
                campaign = await change(session, actor)
        except SwiviError as wrong:
            self.errors, self.busy = wrong.fields, False
            yield form_refusal(wrong)
            return
        # Stay `busy`: the second of two quick clicks must find it done.
        yield toast_success(say(campaign))
        yield rx.redirect(routes.admin_campaign(campaign.id))

    @admins_only
    async def typing(self, form_data: object) -> None:
        """Update the preview."""
        self._show(form_fields(form_data))


def drafting(state: type[Any], *below: Node, on_submit: Handler) -> rx.Component:
    """Lay out the form of a `CampaignDraft`, with `below` at its end, and its preview."""
    fields = campaign_fields(
        state.errors,
        state.values,
        platforms=state.platforms,
        hidden=state.hidden,
        is_test=state.is_test,
        below_budget=bought(state.buys),
    )
    both = rx.el.div(
        rx.el.div(
            typed_form(fields, *below, on_submit=on_submit, on_typing=state.typing),
            class_name="card",
        ),
        preview(state.card, hidden=state.typed_hidden),
        class_name="card-grid",
        style={
            "grid_template_columns": "repeat(auto-fit, minmax(min(380px, 100%), 1fr))",
            "align_items": "start",
        },
        key=state.address,
    )
    return rx.cond(
        state.problem != "",
        error_state(state.problem, state.load),
        rx.cond(state.ready, both, skeleton_rows(8)),
    )
