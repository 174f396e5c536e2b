"""The preview of a campaign: what a clipper will see, and what its budget buys."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import reflex as rx

from swivi.core.errors import InvalidInput
from swivi.core.money import Cents, format_dollars
from swivi.domain.campaigns.models import Campaign
from swivi.domain.campaigns.rules import PARSERS, views_bought
from swivi.domain.platforms.models import Platform
from swivi.pages.shared.campaign_card import CampaignCard, campaign_tile, card_of, terms
from swivi.ui.feedback import notice

_NOTHING_TYPED: Mapping[str, Any] = {
    "id": 0,
    "title": "Your campaign",
    "payout_rate": 0,
    "budget": 0,
    "spent": 0,
}


def typed_campaign(raw: Mapping[str, object]) -> Campaign:
    """Return the campaign that raw terms describe so far. It is never stored.

    Missing and malformed terms are left out; the form itself reports them. See
    `campaigns.rules.parse_terms`.
    """
    understood: dict[str, Any] = {}
    for field, parse in PARSERS.items():
        with suppress(InvalidInput):
            understood[field] = parse(raw.get(field), field)
    if "payout_rate" not in understood:
        understood.pop("max_per_clip", None)  # the card shows it in views, which needs a rate
    return Campaign(**{**_NOTHING_TYPED, "platforms": [], **understood})


def what_it_buys(campaign: Campaign) -> list[str]:
    """Say what the budget buys: "$100.00 buys 40,000 views at $2.50 per 1,000".

    Return one sentence per platform where their rates differ.
    """
    rates = {Platform(name): campaign.rate_on(Platform(name)) for name in campaign.platforms}
    if campaign.budget == 0 or 0 in rates.values():
        return []
    if len(set(rates.values())) == 1:
        return [_bought(campaign.budget, next(iter(rates.values())))]
    return [
        _bought(campaign.budget, rate, f" on {platform.label}") for platform, rate in rates.items()
    ]


def _bought(budget: Cents, rate: Cents, where: str = "") -> str:
    views = views_bought(budget, rate)
    return (
        f"{format_dollars(budget)} buys {views:,} views{where} at {format_dollars(rate)} per 1,000"
    )


def preview_card(raw: Mapping[str, object]) -> tuple[CampaignCard, list[str]]:
    """Return what a clipper will see, and what the budget buys."""
    campaign = typed_campaign(raw)
    return card_of(campaign), what_it_buys(campaign)


def preview(card: CampaignCard, *, hidden: bool) -> rx.Component:
    """Show the preview beside the form."""
    shown: Any = card
    return rx.el.aside(
        rx.el.h2("What a clipper will see"),
        rx.cond(hidden, notice("neutral", "Clippers do not find it in their list.", "Hidden")),
        campaign_tile(shown, spent=0, heading=rx.el.h3(shown.title)),
        rx.el.div(
            rx.cond(
                shown.description != "",
                rx.el.p(shown.description, class_name="prose"),
                rx.el.p("No brief yet", class_name="quiet"),
            ),
            rx.cond(
                shown.requirements != "", rx.el.p(shown.requirements, class_name="prose quiet")
            ),
            terms(shown),
            class_name="card stack",
            style={"gap": "12px"},
        ),
        class_name="stack preview",
        style={"gap": "12px", "position": "sticky", "top": "16px"},
        aria_label="Preview",
    )


def bought(buys: list[str]) -> rx.Component:
    """Show below the budget how many views it buys."""
    lines = rx.Var.create(buys).to(list[str])
    return rx.el.div(
        rx.cond(
            lines.length() > 0,
            rx.foreach(lines, rx.el.p),
            rx.el.p("Enter a budget and a rate to see how many views it buys.", class_name="quiet"),
        ),
        role="status",
    )
