"""Money is a whole number of cents (`Cents`). Only this module parses, formats and multiplies it.

`Decimal` appears only while text is read or written. JSON has no decimals, so an answer carries a
`JsonNumber`: it is written with exactly the amount's digits, and never computed with.
"""

import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from swivi.core.errors import InvalidInput
from swivi.core.numbers import plain_digits

CURRENCY = "USD"
VIEWS_PER_RATE = 1_000
"""Views per payout rate: CPM, cost per mille."""

MAX_CENTS = 100_000_000_000
"""One billion dollars: the limit of any amount or budget in Swivi, far below BIGINT's."""

LEAST_INEXACT = 10**sys.float_info.dig
"""Cents. A number with at most 15 digits is written as it was, whatever float carries it."""

Cents: TypeAlias = int
JsonNumber: TypeAlias = float
"""Dollars on their way into JSON: Python's JSON writers take no other number with decimals."""

_DOLLARS = re.compile(
    r"\$?\s*(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)", re.ASCII
)


def parse_dollars(text: object, *, field: str = "amount") -> Cents:
    """Parse dollars as users or JSON write them ("20", "$1,234.50", 20, 20.5) into cents.

    Raises InvalidInput for `field` unless the amount is finite, above zero and has at most two
    decimals.
    """
    written = plain_digits(text) or ""
    if written.startswith("-"):
        raise InvalidInput.of(field, "The amount must be more than zero.")
    match = _DOLLARS.fullmatch(written)
    if match is None:
        raise InvalidInput.of(field, "Enter an amount in dollars, like 25.00.")
    dollars = Decimal(match["amount"].replace(",", ""))
    cents = dollars * 100
    if cents != cents.to_integral_value():
        raise InvalidInput.of(field, "Use at most two decimals: cents are the smallest unit.")
    if cents <= 0:
        raise InvalidInput.of(field, "The amount must be more than zero.")
    if cents > MAX_CENTS:
        raise InvalidInput.of(field, f"The largest possible amount is {format_dollars(MAX_CENTS)}.")
    return int(cents)


def format_dollars(cents: Cents) -> str:
    """Format cents: `123456` is `$1,234.56`, `-5` is `-$0.05`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def to_dollars(cents: Cents) -> JsonNumber:
    """Return the JSON number for an amount: `14750` -> `147.5`. For output only.

    Raise OverflowError from 10 trillion dollars on, where the digits would no longer be exact.
    """
    if abs(cents) >= LEAST_INEXACT:
        raise OverflowError(f"{cents} cents cannot be written as a JSON number exactly")
    return cents / 100


def earned(views: int, rate_cents: Cents) -> Cents:
    """Return what `views` earn at `rate_cents` per 1,000 views, in cents, rounded down."""
    return views * rate_cents // VIEWS_PER_RATE


def percentage(cents: Cents, percent: Decimal) -> Cents:
    """Return `percent` of an amount in cents, rounded half up."""
    return int((Decimal(cents) * percent / 100).to_integral_value(ROUND_HALF_UP))


def share(total: Cents, demands: dict[int, Cents]) -> dict[int, Cents]:
    """Share `total` in proportion to `demands` (key -> cents, all >= 0), to the last cent.

    Largest remainder method: each key gets the whole cents of its exact part. Cents left over go to
    the largest fractional parts, ties to the smallest key. No key gets more than it demands. The
    sum is exactly `min(total, sum of demands)`.
    """
    wanted = sum(demands.values())
    if total >= wanted:
        return dict(demands)
    parts = {key: divmod(demand * total, wanted) for key, demand in demands.items()}
    shares = {key: whole for key, (whole, _) in parts.items()}
    left_over = total - sum(shares.values())
    by_remainder = sorted(parts, key=lambda key: (-parts[key][1], key))
    for key in by_remainder[:left_over]:
        shares[key] += 1
    return shares
