"""The front page: what Swivi does, an example, the totals, and the open campaigns."""

import reflex as rx

from swivi import routes
from swivi.domain.platforms.registry import ANY_LABEL
from swivi.pages.public.frame import public_page
from swivi.pages.public.landing.state import EXAMPLE_BASELINE, EXAMPLE_VIEWS, LandingState
from swivi.pages.shared.campaign_card import Card, campaign_tile
from swivi.ui.buttons import link_button
from swivi.ui.cards import Line, breakdown, facts, panel
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.layout import card_grid, cluster
from swivi.ui.numbers import count, live_money, money, money_text, rate, short_count
from swivi.ui.vars import flag_var, number_var, rows_var


def landing() -> rx.Component:
    """The page at /."""
    return public_page(
        rx.el.section(_promise(), _example(), class_name="opening"),
        _totals(),
        _campaigns(),
        _how_it_works(),
    )


def _promise() -> rx.Component:
    return rx.el.div(
        rx.el.h1("Get paid for every view your clips bring."),
        rx.el.p(
            f"Post a clip on {ANY_LABEL}, submit the link, and earn as its views "
            "grow. We count them every four hours, exact to the cent.",
        ),
        cluster(
            link_button("Start clipping", routes.SIGN_UP, "primary", icon="clapperboard"),
            link_button(
                "Run a campaign",
                routes.with_next(routes.SIGN_IN, routes.ADMIN_CAMPAIGNS),
                icon="megaphone",
            ),
            gap=3,
        ),
        class_name="promise",
    )


def _example() -> rx.Component:
    return panel(
        "How your earnings are calculated",
        breakdown(
            Line("Views when you submit", count(EXAMPLE_BASELINE)),
            Line("Views later", count(EXAMPLE_VIEWS)),
            Line("Views gained", count(EXAMPLE_VIEWS - EXAMPLE_BASELINE)),
            Line("Rate", rate(LandingState.example_rate)),
            Line("You earn", money(LandingState.example_earning, "in"), strong=True),
        ),
    )


def _totals() -> rx.Component:
    state = LandingState
    return facts(
        ("Earned by clippers", live_money(state.total_earned, ready=~flag_var(state.loading))),
        ("Views counted", short_count(state.total_views)),
        ("Open campaigns", count(state.open_campaigns)),
    )


def _campaigns() -> rx.Component:
    state = LandingState
    nothing = empty_state(
        "megaphone",
        "No open campaigns",
        "Create an account now to be ready for the next one.",
        link_button("Create an account", routes.SIGN_UP),
    )
    without_tiles = rx.cond(state.loading, skeleton_rows(4), nothing)
    tiles = card_grid(rx.foreach(state.campaigns, _tile), min_width=240)
    listed = rx.cond(rows_var(state.campaigns).length() > 0, tiles, without_tiles)
    failed = error_state(state.problem, state.load)
    return _titled("Open campaigns", rx.cond(state.problem != "", failed, listed))


def _tile(card: Card) -> rx.Component:
    heading = rx.el.h3(rx.el.a(card.title, href=routes.public_campaign(card.id)))
    return campaign_tile(card, spent=LandingState.spent[card.id], heading=heading)


def _how_it_works() -> rx.Component:
    steps = (
        (
            "Choose a campaign and post a clip.",
            "Each campaign shows its rate and its brief.",
        ),
        ("Submit the link.", "We read its views at once. You earn for every view gained since."),
        (
            "Watch it earn.",
            "Every four hours we read all clips of a campaign together, so that shares are fair.",
        ),
        ("Request a payout.", _ways_of_paying()),
    )
    numbered = [
        rx.el.li(rx.el.strong(what), rx.el.span(why, class_name="quiet")) for what, why in steps
    ]
    return _titled("How it works", rx.el.ol(*numbered, class_name="card steps"))


def _ways_of_paying() -> rx.Component:
    smallest, by = LandingState.smallest_payout, "PayPal, bank transfer, Wise or USDC."
    return rx.cond(
        number_var(smallest) > 0,
        rx.fragment("From ", money_text(smallest), f", by {by}"),
        rx.fragment(f"By {by}"),
    )


def _titled(title: str, content: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h2(title), content, class_name="stack", style={"gap": "12px"})
