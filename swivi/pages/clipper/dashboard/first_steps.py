"""What leads a newcomer to their first submission.

Once there is one, the dashboard shows it no more.
"""

import reflex as rx

from swivi import routes
from swivi.domain.accounts import social
from swivi.domain.accounts.models import Role
from swivi.insights.campaigns import catalogue
from swivi.insights.campaigns.catalogue import CatalogueOrder
from swivi.pages.clipper.submit.dialog import submit_button_for
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared.campaign_card import CampaignCard, Card, campaign_tile, card_of
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel
from swivi.ui.feedback import badge, error_state
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.types import Flag, Node, Text
from swivi.ui.vars import rows_var

MOST_SUGGESTIONS = 3


class FirstSteps(rx.State):
    """The best-paying campaigns to begin with, and what has been done already."""

    cards: list[CampaignCard] = []
    has_handle: bool = False
    problem: str = ""
    loading: bool = True

    @public
    async def load(self) -> None:
        """The dashboard opens."""
        actor = await visitor(self, Role.CLIPPER)
        if actor is None:
            return
        async with loading(self, "The campaigns") as session:
            found, _ = await catalogue.open_campaigns(
                session, order=CatalogueOrder.RATE, limit=MOST_SUGGESTIONS
            )
            self.cards = [card_of(campaign) for campaign in found]
            self.has_handle = bool(await social.linked(session, actor.user_id))


def first_steps() -> rx.Component:
    """The way to the first submission, in three steps."""
    state = FirstSteps
    return panel(
        "Your first clip, in three steps",
        rx.cond(state.problem != "", error_state(state.problem, state.load)),
        rx.el.ol(
            _step(
                "Say which accounts are yours",
                "Clips from your own accounts are approved sooner.",
                link_button("Link your accounts", routes.CLIPPER_PROFILE, icon="link_2"),
                done=state.has_handle,
            ),
            _step(
                "Choose a campaign, and post a clip for it",
                "Read its brief first: what it asks for is what is approved.",
                link_button("See all campaigns", routes.CLIPPER_CAMPAIGNS, icon="megaphone"),
            ),
            _step(
                "Send in the link",
                (
                    "Its views are read at once. What grows from there on pays, as soon as an "
                    "admin has approved the clip."
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
        rx.el.h3("What pays best at the moment"),
        card_grid(rx.foreach(FirstSteps.cards, _tile), min_width=240),
        gap=2,
    )


def _tile(card: Card) -> rx.Component:
    return campaign_tile(
        card,
        spent=card.spent,
        heading=rx.el.h4(rx.el.a(card.title, href=routes.clipper_campaign(card.id))),
    )
