"""The campaigns that take clips now, with the rest of each budget, live."""

import reflex as rx

from swivi import routes
from swivi.domain.platforms.models import Platform
from swivi.pages.clipper.campaigns.state import ORDERS, CampaignsSpent, OpenCampaigns
from swivi.pages.clipper.submit.dialog import submit_button_for, submit_dialog
from swivi.pages.shared.campaign_card import Card, campaign_tile
from swivi.pages.shared.frame import clipper_page, sends
from swivi.ui.buttons import link_button
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.layout import card_grid
from swivi.ui.numbers import when
from swivi.ui.tables import FilterTab, filter_tabs, pager
from swivi.ui.vars import rows_var


def campaigns() -> rx.Component:
    """The page at /clippers/campaigns."""
    state = OpenCampaigns
    return clipper_page(
        "Campaigns",
        rx.el.div(_platforms(), _order(), class_name="list-head"),
        rx.cond(state.problem != "", error_state(state.problem, state.load), _tiles()),
        rx.cond(
            state.pages > 1,
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
        ),
        submit_dialog(),
        current=routes.CLIPPER_CAMPAIGNS,
        subtitle="Post a clip, submit its link, and earn as its views grow.",
    )


def _platforms() -> rx.Component:
    """Filter by platform. The links keep the order."""
    state = OpenCampaigns
    tabs = [
        FilterTab("All", ""),
        *(FilterTab(platform.label, platform.value) for platform in Platform),
    ]
    return filter_tabs(
        tabs, state.platform, lambda value: f"?platform={value}&sort={state.sort}", "Platform"
    )


def _order() -> rx.Component:
    return rx.el.select(
        *[rx.el.option(words, value=value) for value, words in ORDERS],
        value=OpenCampaigns.sort,
        on_change=sends(OpenCampaigns.filter_by, "sort"),
        class_name="control",
        aria_label="Sort",
        style={"width": "auto"},
    )


def _tiles() -> rx.Component:
    state = OpenCampaigns
    nothing = empty_state(
        "megaphone",
        "No open campaigns",
        "Try another platform, or check again later.",
        link_button("Show all platforms", routes.CLIPPER_CAMPAIGNS),
    )
    return rx.cond(
        rows_var(state.cards).length() > 0,
        card_grid(rx.foreach(state.cards, _tile), min_width=250),
        rx.cond(state.loading, skeleton_rows(6), nothing),
    )


def _tile(card: Card) -> rx.Component:
    return campaign_tile(
        card,
        spent=CampaignsSpent.by_id[card.id],
        heading=rx.el.h2(rx.el.a(card.title, href=routes.clipper_campaign(card.id))),
        action=rx.fragment(
            rx.cond(card.ends_at != "", rx.el.p("Ends ", when(card.ends_at), class_name="quiet")),
            submit_button_for(card.id, "secondary"),
        ),
    )
