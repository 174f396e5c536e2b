"""Campaigns as programs send and see them."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict
from pydantic.config import JsonDict

from swivi.api.schemas import (
    Dollars,
    DollarsOrNone,
    Id,
    Page,
    RawAmount,
    RawAmountOrNone,
    RawCount,
    RawFlag,
    RawMoment,
    RawPlatforms,
    RawRates,
    RawText,
    StrictBody,
    View,
    raw_choice,
)
from swivi.campaigns.models import CampaignStatus


class OpenCampaign(View):
    """A campaign that takes clips. `payout_rate` is dollars per 1,000 views."""

    id: Id
    title: str
    brand: str
    description: str
    requirements: str
    platforms: list[str]
    content_url: str
    cover_url: str
    payout_rate: Dollars
    platform_rates: dict[str, Dollars]
    max_per_clip: DollarsOrNone
    max_per_clipper: DollarsOrNone
    min_views: int
    budget: Dollars
    spent: Dollars
    remaining: Dollars
    starts_at: datetime | None
    ends_at: datetime | None
    status: CampaignStatus
    created_at: datetime


class OpenCampaignPage(Page[OpenCampaign]):
    """One page of campaigns that take clips."""


class AdminCampaign(OpenCampaign):
    """A campaign as admins see it."""

    hidden: bool
    is_test: bool
    last_tracked_at: datetime | None
    completed_at: datetime | None
    completion_reason: str | None


class AdminCampaignPage(Page[AdminCampaign]):
    """One page of campaigns as admins see them."""


EXAMPLE: JsonDict = {
    "title": "Summer Vibes 2025",
    "brand": "Vibe Drinks",
    "description": "Show the new flavours in a summery scene.",
    "requirements": "At least 15 seconds; tag @vibedrinks.",
    "platforms": ["tiktok", "youtube"],
    "budget": 500.0,
    "payoutRate": 2.5,
    "platformRates": {"youtube": 3.25},
    "maxPerClip": 50.0,
    "minViews": 500,
    "endsAt": "2099-12-31T18:00:00Z",
    "status": "ACTIVE",
}


class CampaignChange(StrictBody):
    """The terms to change, and perhaps a new status."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"maxPerClip": 75.0, "status": "ACTIVE"}]})

    title: RawText = None
    brand: RawText = None
    description: RawText = None
    requirements: RawText = None
    platforms: RawPlatforms = None
    content_url: RawText = None
    cover_url: RawText = None
    budget: RawAmount = None
    payout_rate: RawAmount = None
    platform_rates: RawRates = None
    max_per_clip: RawAmountOrNone = None
    max_per_clipper: RawAmountOrNone = None
    min_views: RawCount = None
    starts_at: RawMoment = None
    ends_at: RawMoment = None
    hidden: RawFlag = None
    is_test: RawFlag = None
    status: Annotated[object, raw_choice(CampaignStatus)] = None

    def sent(self) -> dict[str, object]:
        """What was sent, and nothing else, in the services' spelling."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class NewCampaign(CampaignChange):
    """The terms of a new campaign; its status is DRAFT unless another is named."""

    model_config = ConfigDict(
        json_schema_extra={"required": ["title", "budget", "payoutRate", "platforms"], "examples": [EXAMPLE]}
    )
