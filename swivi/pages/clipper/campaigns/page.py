"""The campaigns a clipper can submit to now, with what is left of each budget, live."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.domain.accounts.models import Role
from swivi.domain.platforms.models import Platform
from swivi.insights.campaigns import catalogue
from swivi.insights.campaigns.catalogue import CatalogueOrder
from swivi.pages.clipper.submit.dialog import submit_button_for, submit_dialog
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked_option
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared.campaign_card import CampaignCard, Card, campaign_tile, card_of
from swivi.pages.shared.frame import clipper_page, sends
from swivi.runtime.live import hub
from swivi.ui.buttons import link_button
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.layout import card_grid
from swivi.ui.numbers import when
from swivi.ui.tables import FilterTab, filter_tabs, pager
from swivi.ui.vars import rows_var

ORDERS = (
    (CatalogueOrder.NEWEST.value, "Newest first"),
    (CatalogueOrder.RATE.value, "Best rate first"),
    (CatalogueOrder.LEFT.value, "Most budget left first"),
    (CatalogueOrder.ENDING.value, "Ending soonest first"),
)


class OpenCampaigns(Listing, rx.State):
    """One page of the open campaigns; `platform` ("" for all) and `sort` are those of the
    address.
    """

    cards: list[CampaignCard] = []
    platform: str = ""

    @public
    async def load(self) -> None:
        """The page opens, or its filter changes."""
        if await visitor(self, Role.CLIPPER) is None:
            return
        offset = self._read_place(dict(ORDERS), CatalogueOrder.NEWEST.value)
        platform, order = asked_option(self, "platform", Platform), CatalogueOrder(self.sort)
        self.platform = platform or ""
        async with loading(self, "The campaigns") as session:
            found, total = await catalogue.open_campaigns(
                session, platform=platform, order=order, limit=PAGE_SIZE, offset=offset
            )
            self.cards = [card_of(campaign) for campaign in found]
            self._found(total)
        spent = await self.get_state(CampaignsSpent)
        spent.by_id = {card.id: card.spent for card in self.cards}
        hub.watch(spent, campaigns=spent.by_id)


class CampaignsSpent(rx.State):
    """Live: cents spent of the campaigns on the page, by campaign id."""

    by_id: dict[int, int] = {}

    async def _refresh_live(self, session: AsyncSession) -> None:
        spent = await catalogue.spent_of(session, self.by_id)
        if spent != self.by_id:
            self.by_id = spent


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
        subtitle="Post a clip, send in its link, and earn as its views grow.",
    )


def _platforms() -> rx.Component:
    """Links that keep the order."""
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
        "No campaign is open here",
        "New ones open often. Try another platform, or look again later.",
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
