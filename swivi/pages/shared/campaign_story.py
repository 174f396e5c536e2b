"""The content of a campaign's page, public or for clippers. Live.

It shows the rate, the rest of the budget, the brief, the rules and the top clips.
"""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.campaigns import catalogue
from swivi.insights.campaigns.catalogue import TopClip
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import addressed_id
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import viewer
from swivi.pages.shared.campaign_card import (
    CampaignCard,
    budget_left,
    card_of,
    pays_for,
    platform_marks,
    terms,
)
from swivi.pages.shared.platform_mark import platform_mark
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import link_button
from swivi.ui.cards import hero_card, panel
from swivi.ui.feedback import notice, status_badge
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.numbers import count, flash_row, money
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Node, Text
from swivi.ui.vars import rows_var, text_if, text_var

MOST_TOP_CLIPS = 5


@dataclass(frozen=True)
class TopClipRow:
    """One of the best clips. `growth` is the views gained since submission."""

    platform: str = ""
    author: str = ""
    url: str = ""
    growth: int = 0


class CampaignPage(rx.State):
    """The campaign in the address. `card.id` is 0 if the viewer may see no campaign there."""

    card: CampaignCard = CampaignCard()
    problem: str = ""
    loading: bool = True

    @public
    async def load(self) -> None:
        """Read the campaign in the address."""
        campaign_id = addressed_id(self)
        if campaign_id != self.card.id:
            self.card, self.loading = CampaignCard(), True
        viewer_id = await _viewer_id(self)
        async with loading(self, "The campaign") as session:
            campaign = await catalogue.public_campaign(session, campaign_id, viewer_id)
            self.card = card_of(campaign) if campaign else CampaignCard()


class CampaignNumbers(rx.State):
    """Live: the cents spent of the campaign's budget, and its best clips."""

    spent: int = 0
    top_clips: list[TopClipRow] = []
    _campaign_id: int = 0
    _viewer_id: int | None = None

    @public
    async def load(self) -> None:
        """Read the numbers, and follow their changes."""
        self._campaign_id, self._viewer_id = addressed_id(self), await _viewer_id(self)
        self.spent, self.top_clips = 0, []
        hub.watch(self, campaigns={self._campaign_id})
        async with runtime().database.reading() as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        campaign = await catalogue.public_campaign(session, self._campaign_id, self._viewer_id)
        if campaign is None:
            return
        best = await catalogue.top_clips(session, self._campaign_id, limit=MOST_TOP_CLIPS)
        top_clips = [_top_clip(clip) for clip in best]
        if (campaign.spent, top_clips) != (self.spent, self.top_clips):
            self.spent, self.top_clips = campaign.spent, top_clips


async def _viewer_id(state: rx.State) -> int | None:
    actor = await viewer(state)
    return actor.user_id if actor is not None else None


def _top_clip(clip: TopClip) -> TopClipRow:
    return TopClipRow(clip.platform, clip.author, clip.url, clip.growth)


def under_the_title() -> rx.Component:
    """The brand, the status and the platforms."""
    card = CampaignPage.card
    return cluster(
        rx.el.span(card.brand, class_name="quiet"), status_badge(card.status), platform_marks(card)
    )


def closed_notice() -> rx.Component:
    """Say why the campaign accepts no clips."""
    why = rx.match(
        CampaignPage.card.status,
        ("COMPLETED", "This campaign is completed. It accepts no more clips."),
        ("PAUSED", "This campaign is paused. It accepts no clips at the moment."),
        "This campaign accepts no clips at the moment.",
    )
    return notice("neutral", why)


def campaign_story(action: Node, *more: Node) -> rx.Component:
    """Everything below the title.

    `action` is the viewer's button. `more` is shown between the rate and the brief.
    """
    card, spent = CampaignPage.card, CampaignNumbers.spent
    return rx.fragment(
        hero_card(
            "Pays per 1,000 views",
            money(card.rate),
            budget_left(card, spent),
            rx.el.p(pays_for(card, spent), class_name="quiet"),
            action=action,
        ),
        *more,
        card_grid(
            panel(
                "Brief",
                _words(card.description, "The brand has not written a brief."),
                _content(),
                _rules(),
            ),
            panel("Earnings", terms(card)),
            min_width=320,
        ),
        rx.cond(rows_var(CampaignNumbers.top_clips).length() > 0, panel("Top clips", _top_clips())),
    )


def _rules() -> rx.Component:
    card = CampaignPage.card
    return rx.cond(
        text_var(card.requirements) != "",
        stack(rx.el.h3("Rules"), _words(card.requirements, ""), gap=1),
    )


def _content() -> rx.Component:
    card = CampaignPage.card
    return rx.cond(
        text_var(card.content_url) != "",
        rx.el.div(
            link_button(
                "Content to clip from",
                card.content_url,
                icon="external_link",
                target="_blank",
                rel="noopener noreferrer nofollow",
            )
        ),
    )


def _words(text: Text, otherwise: str) -> rx.Component:
    """Text of a user, with its line breaks. Never rendered as markup."""
    return rx.el.p(
        text_if(text_var(text) != "", text, otherwise),
        style={"white_space": "pre-line", "overflow_wrap": "anywhere"},
    )


_COLUMNS = (Column("Clip"), Column("Views gained", "right"))


def _top_clips() -> rx.Component:
    return data_table(
        _COLUMNS, CampaignNumbers.top_clips, _cells, caption="Top clips", key=lambda clip: clip.url
    )


def _cells(clip: Any) -> list[Node]:
    words = text_if(text_var(clip.author) != "", f"@{clip.author}", "Open video")
    return [
        cluster(
            platform_mark(clip.platform, named=True),
            rx.el.a(words, href=clip.url, target="_blank", rel="noopener noreferrer nofollow"),
            gap=3,
        ),
        rx.fragment(count(clip.growth), flash_row(clip.growth)),
    ]
