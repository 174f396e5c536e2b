"""The fields of a campaign's terms, and the conversion of what they send to raw terms."""

from collections.abc import Mapping
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from swivi.core.errors import SwiviError
from swivi.core.money import Cents, format_dollars
from swivi.domain.campaigns.models import Campaign
from swivi.domain.platforms.models import Platform
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.acting import refusal
from swivi.ui.feedback import toast_error
from swivi.ui.forms import (
    checkbox_field,
    checkbox_group,
    moment_field,
    money_field,
    text_area_field,
    text_field,
)
from swivi.ui.layout import card_grid, stack
from swivi.ui.types import Node

TEXTS = (
    "title",
    "brand",
    "description",
    "requirements",
    "content_url",
    "cover_url",
    "budget",
    "payout_rate",
    "max_per_clip",
    "max_per_clipper",
    "starts_at",
    "ends_at",
)

_LIMITS = ("max_per_clip", "max_per_clipper", "min_views", "platform_rates")


def raw_terms(form_data: Mapping[str, object]) -> dict[str, object]:
    """Return what `campaign_fields` sent, for `campaigns.rules.parse_terms`."""
    return {name: form_data.get(name, "") for name in TEXTS} | {
        "min_views": form_data.get("min_views") or 0,
        "platforms": [
            platform.value for platform in Platform if form_data.get(f"platforms.{platform.value}")
        ],
        "platform_rates": {
            platform.value: form_data.get(f"rate_{platform.value}", "") for platform in Platform
        },
        "hidden": bool(form_data.get("hidden")),
        "is_test": bool(form_data.get("is_test")),
    }


def filled_terms(campaign: Campaign) -> dict[str, str]:
    """Return a campaign's terms for the form: dollars as text, times as ISO 8601 UTC."""
    rates = {f"rate_{name}": _dollars(rate) for name, rate in campaign.platform_rates.items()}
    return rates | {
        "title": campaign.title,
        "brand": campaign.brand,
        "description": campaign.description,
        "requirements": campaign.requirements,
        "content_url": campaign.content_url,
        "cover_url": campaign.cover_url,
        "budget": _dollars(campaign.budget),
        "payout_rate": _dollars(campaign.payout_rate),
        "max_per_clip": _dollars(campaign.max_per_clip),
        "max_per_clipper": _dollars(campaign.max_per_clipper),
        "min_views": str(campaign.min_views),
        "starts_at": iso(campaign.starts_at),
        "ends_at": iso(campaign.ends_at),
    }


def _dollars(cents: Cents | None) -> str:
    return "" if cents is None else format_dollars(cents).removeprefix("$")


def form_refusal(error: SwiviError) -> EventSpec:
    """Return the toast of a refused form, whose marked fields may be out of sight."""
    return toast_error("Check the marked fields.") if error.fields else refusal(error)


def campaign_fields(
    errors: dict[str, str],
    values: dict[str, str],
    *,
    platforms: list[str],
    hidden: bool,
    is_test: bool,
    below_budget: Node,
) -> rx.Component:
    """Lay out the fields, filled from `values` (names as in `raw_terms`)."""

    def known(name: str) -> dict[str, Any]:
        return {"error": errors.get(name, ""), "default_value": values.get(name, "")}

    def moment(label: str, name: str, hint: str) -> rx.Component:
        return moment_field(
            label, name, values.get(name, ""), hint=hint, error=errors.get(name, "")
        )

    return stack(
        text_field("Title", "title", **known("title")),
        text_field("Brand", "brand", **known("brand")),
        text_area_field(
            "Brief", "description", hint="What the campaign is about.", **known("description")
        ),
        text_area_field(
            "Requirements",
            "requirements",
            hint="What a clip must have to be approved.",
            **known("requirements"),
        ),
        card_grid(
            money_field("Budget", "budget", **known("budget")),
            money_field("Pay per 1,000 views", "payout_rate", **known("payout_rate")),
        ),
        below_budget,
        checkbox_group(
            "Platforms",
            "platforms",
            [(platform.value, platform.label) for platform in Platform],
            error=errors.get("platforms", ""),
            checked=platforms,
        ),
        _limits(
            errors, known("max_per_clip"), known("max_per_clipper"), known("min_views"), values
        ),
        card_grid(
            moment("Starts", "starts_at", "When it starts by itself, in your time zone."),
            moment("Ends", "ends_at", "When it completes by itself, in your time zone."),
        ),
        text_field("Link to the content", "content_url", type="url", **known("content_url")),
        text_field("Link to a cover image", "cover_url", type="url", **known("cover_url")),
        checkbox_field(
            "Hidden from clippers",
            "hidden",
            hint=(
                "Clippers do not find it and get no notification when it starts. Those with a "
                "clip in it can still submit."
            ),
            default_checked=hidden,
        ),
        checkbox_field(
            "A test campaign",
            "is_test",
            hint=(
                "Only the tracking sandbox submits to it, and nobody is paid. This cannot be "
                "changed later."
            ),
            default_checked=is_test,
        ),
    )


def _limits(
    errors: dict[str, str],
    per_clip: dict[str, Any],
    per_clipper: dict[str, Any],
    min_views: dict[str, Any],
    values: dict[str, str],
) -> rx.Component:
    # Open it when it holds an error, which would be hidden otherwise.
    wrong = "".join(f"{errors.get(name, '')}" for name in _LIMITS)
    return rx.el.details(
        rx.el.summary("Limits, and rates per platform"),
        stack(
            card_grid(
                money_field("Most per clip", "max_per_clip", hint="Empty: no limit.", **per_clip),
                money_field(
                    "Most per clipper", "max_per_clipper", hint="Empty: no limit.", **per_clipper
                ),
                text_field(
                    "Views before a clip earns",
                    "min_views",
                    input_mode="numeric",
                    placeholder="0",
                    **min_views,
                ),
            ),
            card_grid(
                *[
                    money_field(
                        f"Pay per 1,000 views on {platform.label}",
                        f"rate_{platform.value}",
                        hint="Empty: the campaign’s rate.",
                        error=errors.get("platform_rates", ""),
                        default_value=values.get(f"rate_{platform.value}", ""),
                    )
                    for platform in Platform
                ]
            ),
        ),
        class_name="limits",
        open=rx.Var.create(wrong) != "",
    )
