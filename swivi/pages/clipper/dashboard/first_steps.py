"""Three steps to the first submission. The dashboard shows them until there is one."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.domain.accounts import social
from swivi.insights.campaigns import catalogue
from swivi.insights.campaigns.catalogue import CatalogueOrder
from swivi.pages.clipper.submit.dialog import submit_button_for
from swivi.pages.engine.live import ClipperLive
from swivi.pages.shared.campaign_card import CampaignCard, Card, campaign_tile, card_of
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel
from swivi.ui.feedback import badge, error_state
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.types import Flag, Node, Text
from swivi.ui.vars import rows_var

MOST_SUGGESTIONS = 3


class FirstSteps(ClipperLive, rx.State):
    """The best-paying campaigns, and whether the clipper has linked an account. Not live."""

    _content: ClassVar[str] = "The campaigns"
    cards: list[CampaignCard] = []
    has_handle: bool = False

    async def _read_all(self, session: AsyncSession) -> None:
        found, _ = await catalogue.open_campaigns(
            session, order=CatalogueOrder.RATE, limit=MOST_SUGGESTIONS
        )
        self.cards = [card_of(campaign) for campaign in found]
        self.has_handle = bool(await social.linked(session, self._user_id))


def first_steps() -> rx.Component:
    """The steps, with the campaigns that pay best."""
    state = FirstSteps
    return panel(
        "Your first clip, in three steps",
        rx.cond(state.problem != "", error_state(state.problem, state.load)),
        rx.el.ol(
            _step(
                "Link your accounts",
                "Clips from your own accounts are approved sooner.",
                link_button("Link your accounts", routes.CLIPPER_PROFILE, icon="link_2"),
                done=state.has_handle,
            ),
            _step(
                "Choose a campaign and post a clip for it",
                "Read its brief first. Admins approve clips that follow it.",
                link_button("See all campaigns", routes.CLIPPER_CAMPAIGNS, icon="megaphone"),
            ),
            _step(
                "Submit the link",
                (
                    "Swivi reads its views at once. When an admin approves the clip, you earn for "
                    "every view gained since."
                ),
                submit_button_for(""),
            ),
            class_name="steps",
            style={"padding": "8px 0"},
        ),
        rx.cond(rows_var(state.cards).length() > 0, _suggestions()),
    )


def _step(what: Text, why: Text, action: Node, *, done: Flag = False) -> rx.Component:
    return rx.el.li(
        cluster(rx.el.strong(what), rx.cond(done, badge("Done", "good", "check"))),
        rx.el.span(why, class_name="quiet"),
        rx.cond(done, rx.fragment(), rx.el.div(action, class_name="step-action")),
    )


def _suggestions() -> rx.Component:
    return stack(
        rx.el.h3("Best-paying campaigns"),
        card_grid(rx.foreach(FirstSteps.cards, _tile), min_width=240),
        gap=2,
    )


def _tile(card: Card) -> rx.Component:
    return campaign_tile(
        card,
        spent=card.spent,
        heading=rx.el.h4(rx.el.a(card.title, href=routes.clipper_campaign(card.id))),
    )
