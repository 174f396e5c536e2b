"""The public side of a campaign, for the front page, its own page and the list of campaigns."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from swivi.core.money import VIEWS_PER_RATE, Cents, format_dollars
from swivi.domain.campaigns.models import Campaign
from swivi.domain.platforms.models import Platform
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.cards import Line, breakdown
from swivi.ui.layout import stack
from swivi.ui.numbers import count_text, money, percent_bar, rate, when
from swivi.ui.types import Node, Number
from swivi.ui.vars import number_var, text_if


@dataclass(frozen=True)
class PlatformRate:
    """The rate on one platform, in cents per 1,000 views."""

    platform: str
    cents: int


@dataclass(frozen=True)
class CampaignCard:
    """The public fields of a campaign.

    Money in cents, 0 for a cap that is not set. Times are ISO 8601 UTC, "" for none.
    """

    id: int = 0
    title: str = ""
    brand: str = ""
    description: str = ""
    requirements: str = ""
    content_url: str = ""
    cover_url: str = ""
    rates: list[PlatformRate] = field(default_factory=list)
    rate: int = 0
    """The highest of the rates."""
    budget: int = 0
    spent: int = 0
    min_views: int = 0
    max_per_clip: int = 0
    max_per_clipper: int = 0
    rules: list[str] = field(default_factory=list)
    """The minimum and the caps, as sentences."""
    starts_at: str = ""
    ends_at: str = ""
    status: str = ""
    is_open: bool = False


Card = Any
"""The Var of a CampaignCard; its fields are Vars too."""


def card_of(campaign: Campaign) -> CampaignCard:
    """Return the public fields of a campaign."""
    rates = [PlatformRate(name, campaign.rate_on(Platform(name))) for name in campaign.platforms]
    return CampaignCard(
        id=campaign.id,
        title=campaign.title,
        brand=campaign.brand,
        description=campaign.description,
        requirements=campaign.requirements,
        content_url=campaign.content_url,
        cover_url=campaign.cover_url,
        rates=rates,
        rate=max((each.cents for each in rates), default=campaign.payout_rate),
        budget=campaign.budget,
        spent=campaign.spent,
        min_views=campaign.min_views,
        max_per_clip=campaign.max_per_clip or 0,
        max_per_clipper=campaign.max_per_clipper or 0,
        rules=rules_in_words(
            rates={each.cents for each in rates},
            min_views=campaign.min_views,
            max_per_clip=campaign.max_per_clip,
            max_per_clipper=campaign.max_per_clipper,
        ),
        starts_at=campaign.starts_at.isoformat() if campaign.starts_at else "",
        ends_at=campaign.ends_at.isoformat() if campaign.ends_at else "",
        status=campaign.status,
        is_open=campaign.is_open,
    )


def rules_in_words(
    *,
    rates: Collection[Cents],
    min_views: int,
    max_per_clip: Cents | None,
    max_per_clipper: Cents | None,
) -> list[str]:
    """Return what a clip must gain and can earn, as sentences.

    Money in cents; `rates` are per 1,000 views, one per platform.
    """
    rules = ["Swivi reads the views when you submit. You earn for every view gained since."]
    if min_views > 0:
        rules.append(
            f"A clip earns once it has gained {min_views:,} views. Then all views gained count."
        )
    if max_per_clip:
        rules.append(
            f"One clip earns at most {format_dollars(max_per_clip)}"
            f"{_reached_at(max_per_clip, rates)}."
        )
    if max_per_clipper:
        rules.append(f"All your clips together earn at most {format_dollars(max_per_clipper)}.")
    if not max_per_clip and not max_per_clipper:
        rules.append("The budget is the only limit.")
    rules.append(
        "When the budget runs out, all clips share the rest in proportion to what each is owed."
    )
    return rules


def _reached_at(cap: Cents, rates: Collection[Cents]) -> str:
    """Return after how many views a clip reaches its cap. The best-paying platform needs fewest."""
    views = sorted({-(-cap * VIEWS_PER_RATE // rate) for rate in rates})
    if not views:
        return ""
    if len(views) == 1:
        return f", which is {views[0]:,} views gained"
    return f", which is {views[0]:,} to {views[-1]:,} views gained, depending on the platform"


def campaign_tile(
    card: Card, *, spent: Number, heading: Node, action: Node | None = None
) -> rx.Component:
    """A campaign in a grid. `spent` is in cents, and may be a live number.

    `heading` is a heading with the title. If it holds a link, the whole tile is that link.
    """
    return rx.el.article(
        rx.el.div(
            heading,
            rx.el.p(card.brand, class_name="quiet"),
        ),
        rx.el.p(_pays(card.rate), class_name="stat-value"),
        platform_marks(card),
        budget_left(card, spent),
        *([] if action is None else [rx.el.div(action, class_name="tile-action")]),
        class_name="card tile",
        aria_label=card.title,
    )


def platform_marks(card: Card) -> rx.Component:
    """The platforms of a campaign."""
    return rx.el.div(
        rx.foreach(card.rates, lambda each: platform_mark(each.platform, named=True)),
        class_name="cluster",
    )


def budget_left(card: Card, spent: Number) -> rx.Component:
    """The rest of the budget, with a bar."""
    left: Any = number_var(card.budget) - number_var(spent)
    words = text_if(left > 0, " left of ", " left: all is earned of ")
    amount = rx.el.span(
        money(left), rx.el.span(words, money(card.budget, "quiet"), class_name="quiet")
    )
    return stack(
        rx.el.p(
            rx.cond(
                number_var(card.budget) > 0, amount, rx.el.span("No budget yet", class_name="quiet")
            )
        ),
        percent_bar(spent, card.budget, "Budget spent"),
        gap=1,
    )


def pays_for(card: Card, spent: Number) -> rx.Var[str]:
    """Say how many more views the rest of the budget pays for, at the best rate."""
    left = number_var(card.budget) - number_var(spent)
    views = left * VIEWS_PER_RATE // rx.cond(card.rate > 0, card.rate, 1).to(int)
    return text_if(
        left > 0, f"Enough for {count_text(views)} more views.", "The whole budget is earned."
    )


def terms(card: Card) -> rx.Component:
    """The rate by platform, the rules, and the end of the campaign."""
    return stack(
        rx.el.dl(rx.foreach(card.rates, _rate_line), class_name="breakdown"),
        rx.el.ul(
            rx.foreach(card.rules, lambda rule: rx.el.li(rule)),
            style={"padding_left": "20px", "list_style": "disc", "display": "grid", "gap": "6px"},
        ),
        breakdown(Line("Ends", when(card.ends_at, never="when the budget is used up"))),
        gap=3,
    )


def _rate_line(each: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(platform_mark(each.platform, named=True)),
        rx.el.dd(_pays(each.cents)),
        class_name="breakdown-line",
    )


def _pays(cents: Any) -> rx.Component:
    """A rate in cents per 1,000 views. The preview of a new campaign has none at first."""
    return rx.cond(
        number_var(cents) > 0, rate(cents), rx.el.span("No rate yet", class_name="quiet")
    )
