"""The front page: what a clipper gets, in one sentence and in real numbers, and the two doors."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core.money import earned
from swivi.domain.platforms.registry import ANY_LABEL
from swivi.insights.campaigns import catalogue
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.public.frame import public_page
from swivi.pages.public.landing.board import MOST_CAMPAIGNS, Board, board
from swivi.pages.shared.campaign_card import CampaignCard, Card, campaign_tile
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import link_button
from swivi.ui.cards import Line, breakdown, facts, panel
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.layout import card_grid, cluster
from swivi.ui.numbers import count, live_money, money, money_text, rate, short_count
from swivi.ui.vars import flag_var, number_var, rows_var

EXAMPLE_BASELINE = 1_200
EXAMPLE_VIEWS = 31_200
EXAMPLE_RATE = 150
"""Cents per 1,000 views, where no campaign is open to take the rate from."""


class LandingState(rx.State):
    """Live, every few seconds: campaigns that are open, what is spent of them by id, the totals
    over all time.

    And one worked example. Money in cents. A campaign that completes while somebody looks stays
    where it is.
    """

    campaigns: list[CampaignCard] = []
    spent: dict[int, int] = {}
    open_campaigns: int = 0
    total_earned: int = 0
    total_views: int = 0
    example_rate: int = EXAMPLE_RATE
    example_earning: int = earned(EXAMPLE_VIEWS - EXAMPLE_BASELINE, EXAMPLE_RATE)
    smallest_payout: int = 0
    """0 until the page has loaded: the settings of the build are not those of the server."""
    problem: str = ""
    loading: bool = True

    @public
    async def load(self) -> None:
        """The page opens."""
        self.smallest_payout = runtime().payout_terms.minimum
        hub.watch(self, campaigns="all", calm=True)
        async with loading(self, "The campaigns") as session:
            now = await board(session)
            self.campaigns = list(now.cards)
            self.example_rate = self.campaigns[0].rate if self.campaigns else EXAMPLE_RATE
            self.example_earning = earned(EXAMPLE_VIEWS - EXAMPLE_BASELINE, self.example_rate)
            await self._show(session, now)

    async def _refresh_live(self, session: AsyncSession) -> None:
        now = await board(session)
        shown = {card.id for card in self.campaigns}
        opened = [card for card in now.cards if card.id not in shown][
            : max(0, MOST_CAMPAIGNS - len(shown))
        ]
        if opened:
            self.campaigns = [*self.campaigns, *opened]
        await self._show(session, now)

    async def _show(self, session: AsyncSession, now: Board) -> None:
        spent = {card.id: card.spent for card in now.cards}
        completed = [card.id for card in self.campaigns if card.id not in spent]
        if completed:
            spent |= await catalogue.spent_of(session, completed)
        if spent != self.spent:
            self.spent = spent
        numbers = (now.open_campaigns, now.totals.earned, now.totals.views)
        if numbers != (self.open_campaigns, self.total_earned, self.total_views):
            self.open_campaigns, self.total_earned, self.total_views = numbers


def landing() -> rx.Component:
    """The page at /."""
    return public_page(
        rx.el.section(_promise(), _how_a_cent_is_earned(), class_name="opening"),
        _totals(),
        _campaigns(),
        _how_it_goes(),
    )


def _promise() -> rx.Component:
    return rx.el.div(
        rx.el.h1("Get paid for every view your clips bring."),
        rx.el.p(
            f"Post a clip on {ANY_LABEL}, send in the link, and earn as its views "
            "grow: counted every four hours, exact to the cent.",
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


def _how_a_cent_is_earned() -> rx.Component:
    return panel(
        "How a cent is earned",
        breakdown(
            Line("Views when you submit", count(EXAMPLE_BASELINE)),
            Line("Views later", count(EXAMPLE_VIEWS)),
            Line("Growth, which is what pays", count(EXAMPLE_VIEWS - EXAMPLE_BASELINE)),
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
        "No campaign is open at the moment",
        "Create an account now, and be among the first when the next one opens.",
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


def _how_it_goes() -> rx.Component:
    steps = (
        (
            "Choose a campaign and post your clip.",
            "Every campaign says what it pays and what it wants to see.",
        ),
        ("Send in the link.", "Your views are read at once: only what grows from there on pays."),
        (
            "Watch it earn.",
            "Every four hours all clips are read together, so nobody is paid first.",
        ),
        ("Ask for your money.", _ways_of_paying()),
    )
    numbered = [
        rx.el.li(rx.el.strong(what), rx.el.span(why, class_name="quiet")) for what, why in steps
    ]
    return _titled("How it goes", rx.el.ol(*numbered, class_name="card steps"))


def _ways_of_paying() -> rx.Component:
    smallest, by = LandingState.smallest_payout, "PayPal, bank transfer, Wise or USDC."
    return rx.cond(
        number_var(smallest) > 0,
        rx.fragment("From ", money_text(smallest), f" on, by {by}"),
        rx.fragment(f"By {by}"),
    )


def _titled(title: str, content: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h2(title), content, class_name="stack", style={"gap": "12px"})
