"""The front page: what a clipper gets, in one sentence and in real numbers, and the two doors."""

import reflex as rx

from swivi.core.money import earned
from swivi.insights import catalogue
from swivi.pages.campaign_card import CampaignCard, campaign_tile, card_of
from swivi.pages.gate import public
from swivi.pages.loading import loading
from swivi.pages.public.frame import public_page
from swivi.ui.buttons import link_button
from swivi.ui.cards import Line, breakdown, panel, stat_card
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.numbers import count, money, rate, short_count
from swivi.ui.vars import rows_var

MOST_CAMPAIGNS = 6

EXAMPLE_BASELINE = 1_200
EXAMPLE_VIEWS = 31_200
EXAMPLE_RATE = 150
"""Cents per 1,000 views, where no campaign is open to take the rate from."""


class LandingState(rx.State):
    """Campaigns that are open now, the totals over all time, and one worked example. Money in cents."""

    campaigns: list[CampaignCard] = []
    open_campaigns: int = 0
    total_earned: int = 0
    total_views: int = 0
    example_rate: int = EXAMPLE_RATE
    example_earning: int = earned(EXAMPLE_VIEWS - EXAMPLE_BASELINE, EXAMPLE_RATE)
    problem: str = ""
    loading: bool = True

    @public
    async def load(self) -> None:
        """The page opens."""
        async with loading(self, "The campaigns") as session:
            found, self.open_campaigns = await catalogue.open_campaigns(session, limit=MOST_CAMPAIGNS)
            totals = await catalogue.totals(session)
            self.campaigns = [card_of(campaign) for campaign in found]
            self.total_earned, self.total_views = totals.earned, totals.views
            self.example_rate = self.campaigns[0].rate if self.campaigns else EXAMPLE_RATE
            self.example_earning = earned(EXAMPLE_VIEWS - EXAMPLE_BASELINE, self.example_rate)


def landing() -> rx.Component:
    """The page at /."""
    return public_page(_promise(), _totals(), _campaigns(), _how_a_cent_is_earned())


def _promise() -> rx.Component:
    return rx.el.section(
        rx.el.h1("Get paid for every view your clips bring.", style={"font_size": "clamp(28px, 6vw, 44px)"}),
        rx.el.p(
            "Post a clip on TikTok, YouTube or Instagram, send in the link, and earn as its views grow: "
            "counted every four hours, exact to the cent.",
            class_name="quiet",
            style={"font_size": "16px", "max_width": "60ch"},
        ),
        cluster(
            link_button("Start clipping", "/signup", "primary", icon="clapperboard"),
            link_button("Run a campaign", "/login?next=/admin/campaigns", icon="megaphone"),
            gap=3,
        ),
        class_name="stack",
        style={"gap": "20px", "padding_block": "24px 8px"},
    )


def _totals() -> rx.Component:
    return card_grid(
        stat_card("Earned by clippers", money(LandingState.total_earned)),
        stat_card("Views counted", short_count(LandingState.total_views)),
        stat_card("Campaigns open now", count(LandingState.open_campaigns)),
        min_width=150,
    )


def _campaigns() -> rx.Component:
    tiles = card_grid(
        rx.foreach(
            LandingState.campaigns,
            lambda card: campaign_tile(
                card, spent=card.spent, heading=rx.el.h3(rx.el.a(card.title, href=f"/campaigns/{card.id}"))
            ),
        ),
        min_width=280,
    )
    nothing = empty_state(
        "megaphone",
        "No campaign is open at the moment",
        "Create an account now, and be among the first when the next one opens.",
        link_button("Create an account", "/signup"),
    )
    without_tiles = rx.cond(LandingState.loading, skeleton_rows(4), nothing)
    listed = rx.cond(rows_var(LandingState.campaigns).length() > 0, tiles, without_tiles)
    failed = error_state(LandingState.problem, LandingState.load)
    return rx.el.section(
        rx.el.h2("Open campaigns"),
        rx.cond(LandingState.problem != "", failed, listed),
        class_name="stack",
        style={"gap": "12px"},
    )


def _how_a_cent_is_earned() -> rx.Component:
    return card_grid(
        panel(
            "How a cent is earned",
            breakdown(
                Line("Views when you submit", count(EXAMPLE_BASELINE)),
                Line("Views later", count(EXAMPLE_VIEWS)),
                Line("Growth, which is what pays", count(EXAMPLE_VIEWS - EXAMPLE_BASELINE)),
                Line("Rate", rate(LandingState.example_rate)),
                Line("You earn", money(LandingState.example_earning, "in"), strong=True),
            ),
        ),
        panel("How it goes", _steps()),
        min_width=320,
    )


def _steps() -> rx.Component:
    steps = (
        ("Choose a campaign and post your clip.", "Every campaign says what it pays and what it wants to see."),
        ("Send in the link.", "Your views are read at once: only what grows from there on pays."),
        ("Watch it earn.", "Every four hours all clips are read together, so nobody is paid first."),
        ("Ask for your money.", "From $20.00 on, by PayPal, bank transfer, Wise or USDC."),
    )
    return rx.el.ol(
        *[rx.el.li(stack(rx.el.strong(what), rx.el.span(why, class_name="quiet"), gap=0)) for what, why in steps],
        style={"display": "grid", "gap": "12px", "padding_left": "20px", "margin": "0", "list_style": "decimal"},
    )
