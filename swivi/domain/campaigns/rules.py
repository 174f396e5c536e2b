"""The rules of a campaign's terms and statuses. Pure, no database."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from swivi.core.errors import InvalidInput
from swivi.core.money import VIEWS_PER_RATE, Cents, format_dollars, parse_dollars
from swivi.core.numbers import typed_number
from swivi.core.text import parse_all, parse_line, parse_optional_line, parse_text
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.platforms.models import Platform
from swivi.domain.platforms.registry import enumerated

EDITABLE = {
    CampaignStatus.DRAFT,
    CampaignStatus.SCHEDULED,
    CampaignStatus.ACTIVE,
    CampaignStatus.PAUSED,
}

STEPS: Mapping[CampaignStatus, frozenset[CampaignStatus]] = {
    CampaignStatus.DRAFT: frozenset(
        {CampaignStatus.SCHEDULED, CampaignStatus.ACTIVE, CampaignStatus.ARCHIVED}
    ),
    CampaignStatus.SCHEDULED: frozenset(
        {CampaignStatus.DRAFT, CampaignStatus.ACTIVE, CampaignStatus.ARCHIVED}
    ),
    CampaignStatus.ACTIVE: frozenset({CampaignStatus.PAUSED}),
    CampaignStatus.PAUSED: frozenset({CampaignStatus.ACTIVE}),
    CampaignStatus.COMPLETED: frozenset({CampaignStatus.ARCHIVED}),
    CampaignStatus.ARCHIVED: frozenset(),
}
"""The steps that an admin takes by hand.

Only a settlement, which closes the books, reaches COMPLETED.
"""

LONGEST_TITLE = 120
LONGEST_TEXT = 10_000
LONGEST_ADDRESS = 2_048
"""Characters of a URL. Browsers and servers support about as many."""
EARLIEST_YEAR, LATEST_YEAR = 2000, 2999
"""The range of a campaign's dates.

No time zone moves them beyond what Python and databases hold.
"""
LARGEST_MINIMUM = 1_000_000_000
LARGEST_RATE = 1_000_000
"""$10,000 per 1,000 views.

Times the highest count of a reading (10^12), it still fits in 64 bits.
"""


def _title(value: object, field: str) -> str:
    otherwise = f"Enter 1 to {LONGEST_TITLE} characters."
    return parse_line(value, field, longest=LONGEST_TITLE, otherwise=otherwise)


def _brand(value: object, field: str) -> str:
    otherwise = f"Enter text of at most {LONGEST_TEXT:,} characters."
    return parse_optional_line(value, field, longest=LONGEST_TEXT, otherwise=otherwise)


def _text(value: object, field: str) -> str:
    otherwise = f"Enter text of at most {LONGEST_TEXT:,} characters."
    return parse_text(value, field, longest=LONGEST_TEXT, otherwise=otherwise, may_be_empty=True)


def _web_address(value: object, field: str) -> str:
    otherwise = "Enter a full web address, starting with https://."
    text = parse_text(value, field, longest=LONGEST_ADDRESS, otherwise=otherwise, may_be_empty=True)
    if text and not _is_web_address(text):
        raise InvalidInput.of(field, otherwise)
    return text


def _is_web_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:  # such as http://[::1, or a port that is no number
        return False


def _platforms(value: object, field: str) -> list[str]:
    known = [platform.value for platform in Platform]
    chosen = (
        [name.lower() for name in value if isinstance(name, str)] if isinstance(value, list) else []
    )
    if not chosen or any(name not in known for name in chosen):
        raise InvalidInput.of(field, f"Choose at least one of: {', '.join(known)}.")
    return [name for name in known if name in chosen]


def _rate(value: object, field: str) -> int:
    rate = parse_dollars(value, field=field)
    if rate > LARGEST_RATE:
        raise InvalidInput.of(field, f"The highest rate is {format_dollars(LARGEST_RATE)}.")
    return rate


def _platform_rates(value: object, field: str) -> dict[str, int]:
    if not isinstance(value, dict) or any(name not in list(Platform) for name in value):
        raise InvalidInput.of(field, f"Name a rate for {enumerated(Platform, 'or')}.")
    return {name: _rate(rate, field) for name, rate in value.items() if rate not in (None, "")}


def _dollars(value: object, field: str) -> int:
    return parse_dollars(value, field=field)


def _dollars_or_none(value: object, field: str) -> int | None:
    return None if value is None or value == "" else parse_dollars(value, field=field)


def _minimum(value: object, field: str) -> int:
    views = typed_number(value, largest=LARGEST_MINIMUM)
    if views is None:
        raise InvalidInput.of(field, "Enter a whole number of views, 0 or more.")
    return views


def _moment_or_none(value: object, field: str) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        parsed = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        moment = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):  # overflow: the year 1 or 9999 with an offset
        raise InvalidInput.of(field, "Enter a date and time, like 2026-12-31T18:00:00Z.") from None
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise InvalidInput.of(field, f"Enter a year from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    return moment


def _flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput.of(field, "Enter true or false.")
    return value


PARSERS: Mapping[str, Callable[[object, str], Any]] = {
    "title": _title,
    "brand": _brand,
    "description": _text,
    "requirements": _text,
    "content_url": _web_address,
    "cover_url": _web_address,
    "platforms": _platforms,
    "platform_rates": _platform_rates,
    "budget": _dollars,
    "payout_rate": _rate,
    "max_per_clip": _dollars_or_none,
    "max_per_clipper": _dollars_or_none,
    "min_views": _minimum,
    "starts_at": _moment_or_none,
    "ends_at": _moment_or_none,
    "hidden": _flag,
    "is_test": _flag,
}
MONEY_TERMS = frozenset(
    {
        "budget",
        "payout_rate",
        "platform_rates",
        "max_per_clip",
        "max_per_clipper",
        "min_views",
        "ends_at",
    }
)
"""The terms that decide what a clip earns and until when.

Nobody changes them for their own clips.
"""
REQUIRED = ("title", "budget", "payout_rate", "platforms")


def parse_terms(raw: Mapping[str, object], *, all_required: bool) -> dict[str, Any]:
    """Return the terms in `raw` (names of `PARSERS`, money in dollars) as column values, in cents.

    `all_required` demands every mandatory term. Raises InvalidInput with every invalid field.
    """
    named = [field for field in PARSERS if field in raw or (all_required and field in REQUIRED)]
    return parse_all({field: partial(PARSERS[field], raw.get(field), field) for field in named})


def check_dates(starts_at: datetime | None, ends_at: datetime | None) -> None:
    """Raise InvalidInput unless the end, if set, comes after the start."""
    if starts_at and ends_at and ends_at <= starts_at:
        raise InvalidInput.of("ends_at", "The end must be after the start.")


def check_start(status: CampaignStatus, starts_at: datetime | None) -> None:
    """Raise InvalidInput for a SCHEDULED campaign without a start."""
    if status is CampaignStatus.SCHEDULED and starts_at is None:
        raise InvalidInput.of("starts_at", "Enter when it starts.")


def views_bought(budget: Cents, rate: Cents) -> int:
    """Return how many views a budget pays for at `rate` cents per 1,000 views, rounded down."""
    return budget * VIEWS_PER_RATE // rate


def parse_status(value: object) -> CampaignStatus:
    """Return a campaign's status by its name, in any case. Raises InvalidInput."""
    try:
        return CampaignStatus(str(value).upper())
    except ValueError:
        raise InvalidInput.of(
            "status", f"Choose one of: {', '.join(status.value for status in CampaignStatus)}."
        ) from None
