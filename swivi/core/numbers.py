"""Parse numbers from users, programs and JSON, within bounds.

`Decimal("1e1000000000")` takes 12 characters, and a gigabyte once it is written out. Every number
from outside must pass one of these functions before it is computed with.
"""

import math
from decimal import Decimal

LARGEST_ID = 2**63 - 1
"""The largest id of a row, and the largest number that a column holds."""

LONGEST = 30
"""The limit of characters of a number, and of decimal places on either side of its point."""


def plain_digits(value: object) -> str | None:
    """Return a number without an exponent, or None if it exceeds LONGEST.

    Text is returned stripped and unchecked: the caller matches it. A float is written by its
    shortest exact representation, so that 20.1 stays "20.1".
    """
    match value:
        case bool():
            return None
        case str():
            written = value.strip()
        case Decimal():
            written = format(value, "f") if _is_small(value) else ""
        case int():
            written = str(value) if abs(value) < 10**LONGEST else ""
        case float():
            written = str(value) if math.isfinite(value) else ""
        case _:
            return None
    return written if 0 < len(written) <= LONGEST else None


def whole_number(value: object, *, largest: int) -> int | None:
    """Return a whole number from 0 to `largest`, in ASCII digits alone. None for anything else."""
    digits = plain_digits(value) if isinstance(value, str | int) else None
    if digits is None or not (digits.isascii() and digits.isdigit()) or int(digits) > largest:
        return None
    # "1 " and " 1" must not name the row 1.
    return None if isinstance(value, str) and value != digits else int(digits)


def typed_number(value: object, *, largest: int) -> int | None:
    """Return a whole number as users type it ("12,345") or as JSON. See `whole_number`."""
    digits = plain_digits(value) if isinstance(value, str | int) else None
    return None if digits is None else whole_number(digits.replace(",", ""), largest=largest)


def _is_small(value: Decimal) -> bool:
    """Return whether a number fits in about LONGEST characters, judged by its exponent alone."""
    exponent = value.as_tuple().exponent
    return (
        isinstance(exponent, int) and abs(exponent) <= LONGEST and abs(value.adjusted()) <= LONGEST
    )
