"""Campaigns as programs send and see them."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict
from pydantic.config import JsonDict

from swivi.api.http.schemas import (
    WEB_ADDRESS,
    Dollars,
    DollarsOrNone,
    Id,
    Page,
    RawAmount,
    RawAmountOrNone,
    RawFlag,
    RawMoment,
    RawPlatforms,
    RawRates,
    StrictBody,
    View,
    raw_choice,
    raw_count,
    raw_pattern,
    raw_words,
)
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.campaigns.rules import EDITABLE, LARGEST_MINIMUM, LONGEST_TEXT, LONGEST_TITLE
from swivi.domain.clips.review import LONGEST_REASON


class OpenCampaign(View):
    """A campaign that takes submissions. `payoutRate` is dollars per 1,000 views."""

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
    """One page of campaigns that take submissions."""


class AdminCampaign(OpenCampaign):
    """A campaign as admins see it."""

    hidden: bool
    is_test: bool
    last_tracked_at: datetime | None
    completed_at: datetime | None
    completion_reason: str | None


class AdminCampaignPage(Page[AdminCampaign]):
    """One page of campaigns as admins see them."""


COMPLETED_ALONE: JsonDict = {
    "if": {"required": ["status"], "properties": {"status": {"const": "COMPLETED"}}},
    "then": {"propertyNames": {"enum": ["status", "force", "reason"]}},
    "else": {"properties": {"force": False, "reason": False}},
    "dependentSchemas": {
        "force": {
            "if": {"properties": {"force": {"const": True}}},
            "then": {"required": ["reason"]},
        }
    },
}
SCHEDULED_STARTS: JsonDict = {
    "if": {"required": ["status"], "properties": {"status": {"const": "SCHEDULED"}}},
    "then": {"required": ["startsAt"], "properties": {"startsAt": {"type": "string"}}},
}

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


RawLongText = Annotated[object, raw_words(LONGEST_TEXT, may_be_empty=True)]
RawWebAddress = Annotated[object, raw_pattern(rf"|{WEB_ADDRESS}([/?#]\S*)?", longest=LONGEST_TEXT)]
"""Empty for none."""


class CampaignChange(StrictBody):
    """The terms to change, and optionally a new status. Send the status COMPLETED without terms.

    `force` completes a campaign although some clips could not be read. It needs a `reason`, which
    the audit log keeps.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"maxPerClip": 75.0, "status": "ACTIVE"}],
            **COMPLETED_ALONE,
        }
    )

    title: Annotated[object, raw_words(LONGEST_TITLE)] = None
    brand: RawLongText = None
    description: RawLongText = None
    requirements: RawLongText = None
    platforms: RawPlatforms = None
    content_url: RawWebAddress = None
    cover_url: RawWebAddress = None
    budget: RawAmount = None
    payout_rate: RawAmount = None
    platform_rates: RawRates = None
    max_per_clip: RawAmountOrNone = None
    max_per_clipper: RawAmountOrNone = None
    min_views: Annotated[object, raw_count(0, LARGEST_MINIMUM)] = None
    starts_at: RawMoment = None
    ends_at: RawMoment = None
    hidden: RawFlag = None
    is_test: RawFlag = None
    status: Annotated[object, raw_choice(CampaignStatus)] = None
    force: RawFlag = None
    reason: Annotated[object, raw_words(LONGEST_REASON)] = None

    def sent(self) -> dict[str, object]:
        """Return the fields that were sent, in the services' spelling."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class NewCampaign(CampaignChange):
    """The terms of a new campaign. The status defaults to DRAFT; SCHEDULED needs `startsAt`."""

    model_config = ConfigDict(
        json_schema_extra={
            "required": ["title", "budget", "payoutRate", "platforms"],
            "examples": [EXAMPLE],
            **SCHEDULED_STARTS,
        }
    )

    status: Annotated[
        object, raw_choice(status for status in CampaignStatus if status in EDITABLE)
    ] = None
