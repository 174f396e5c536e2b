"""Numbers as people, programs and JSON write them: bounded before anything expands or rounds them.

`Decimal("1e1000000000")` takes 12 characters and a gigabyte once it is written out. Every number
that comes from outside passes through one of these functions before it is computed with.
"""

import math
from decimal import Decimal

LARGEST_ID = 2**63 - 1
"""The largest id of a row, and the largest number that a column holds."""

LONGEST = 30
"""Characters of a written number, and decimal places on either side of its point."""


def plain_digits(value: object) -> str | None:
    """Return a number as written without an exponent, or None for what is no number of sane size.

    Text comes back stripped, and may still be anything: the caller matches it. A float is written
    by its shortest exact reading, so that 20.1 stays "20.1".
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
    """Return a whole number from 0 to `largest`, in ASCII digits alone; None for all else."""
    digits = plain_digits(value) if isinstance(value, str | int) else None
    if digits is None or not (digits.isascii() and digits.isdigit()) or int(digits) > largest:
        return None
    # Nothing else counts as an id: "1 " and " 1" name no row.
    return None if isinstance(value, str) and value != digits else int(digits)


def typed_number(value: object, *, largest: int) -> int | None:
    """Return a whole number as people type it ("12,345") or as JSON; see `whole_number`."""
    digits = plain_digits(value) if isinstance(value, str | int) else None
    return None if digits is None else whole_number(digits.replace(",", ""), largest=largest)


def _is_small(value: Decimal) -> bool:
    """Whether it can be written out in about `LONGEST` characters; looks at the exponent alone."""
    exponent = value.as_tuple().exponent
    return (
        isinstance(exponent, int) and abs(exponent) <= LONGEST and abs(value.adjusted()) <= LONGEST
    )
