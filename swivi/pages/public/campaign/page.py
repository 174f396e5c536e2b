"""A campaign's public page: its rate, its brief, and the rest of its budget."""

import reflex as rx

from swivi import routes
from swivi.pages.engine.session import SessionState
from swivi.pages.public.frame import public_page
from swivi.pages.shared.campaign_card import Card
from swivi.pages.shared.campaign_story import (
    CampaignPage,
    campaign_story,
    closed_notice,
    under_the_title,
)
from swivi.ui.buttons import link_button
from swivi.ui.feedback import error_state, skeleton_rows
from swivi.ui.layout import cluster, stack
from swivi.ui.vars import text_if


def campaign_page() -> rx.Component:
    """The page at /campaigns/<id>."""
    state = CampaignPage
    missing = stack(
        rx.el.h1("There is no such campaign"),
        rx.el.p("It may have been taken down, or the link is wrong.", class_name="quiet"),
        cluster(link_button("See open campaigns", routes.FRONT)),
    )
    return public_page(
        rx.cond(
            state.problem != "",
            error_state(state.problem, state.load),
            rx.cond(
                state.card.id > 0, _campaign(), rx.cond(state.loading, skeleton_rows(6), missing)
            ),
        )
    )


def _campaign() -> rx.Component:
    card = CampaignPage.card
    return rx.fragment(
        rx.el.div(
            rx.el.a("All open campaigns", href=routes.FRONT, class_name="way-back"),
            rx.el.h1(card.title),
            under_the_title(),
            class_name="stack",
            style={"gap": "8px"},
        ),
        campaign_story(_submit(card)),
    )


def _submit(card: Card) -> rx.Component:
    """The button to submit a clip. A guest signs up first, then returns to the form."""
    link = text_if(
        SessionState.role == "", routes.sign_up_to_submit_to(card.id), routes.submit_to(card.id)
    )
    return rx.cond(
        card.is_open & (SessionState.role != "ADMIN"),
        link_button("Submit a clip", link, "primary", icon="link"),
        rx.cond(card.is_open, rx.fragment(), closed_notice()),
    )
