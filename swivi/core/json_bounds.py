"""Bound JSON text before it is parsed: its depth, its number of values and the size of its numbers.

Parsing costs far more than the text itself: nested lists recurse, every value becomes an object,
and `1e1000000000` fits in 12 characters but expands to a gigabyte of digits. One linear scan
refuses such text before any object exists. Everything that reads JSON from outside calls
`check_json` first.
"""

import re
from itertools import accumulate

MAX_DEPTH = 20
"""The limit of nested lists and objects.

The deepest legal body, a webhook's or page event's, has 6.
"""

MAX_VALUES = 5_000
"""The limit of values and names together.

The largest legal body is a list of 100 ids. A page event has fewer than 500.
"""

MAX_DIGITS = 60
"""The limit of characters of one number.

Amounts have 12 digits and counts 19. The rest allows for redundant zeros.
"""

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""A string literal, closed or not. Possessive quantifiers, so that the scan never backtracks."""

_HUGE_NUMBER = re.compile(rf"[0-9.]{{{MAX_DIGITS + 1}}}|[eE][+-]?[0-9]{{4}}")
"""Too many digits, or an exponent of four digits, which exceeds every bound in Swivi."""

_BRACKET = re.compile(r"[\[\]{}]")


class JsonOutOfBounds(ValueError):
    """The text exceeds a bound of depth, values or digits."""


def check_json(text: str) -> None:
    """Raise JsonOutOfBounds for text that costs more to parse than any legal body.

    Linear in the text. The parser decides whether the text is JSON at all.
    """
    check_shape(text)
    if _HUGE_NUMBER.search(_STRING.sub("", text)):
        raise JsonOutOfBounds("The JSON has a number with too many digits.")


def check_shape(text: str, *, max_depth: int = MAX_DEPTH) -> None:
    """Raise JsonOutOfBounds for too many or too deeply nested values. Numbers are not checked."""
    outside = _STRING.sub("", text)
    if sum(map(outside.count, "[{,:")) > MAX_VALUES or sum(map(outside.count, "]}")) > MAX_VALUES:
        raise JsonOutOfBounds(f"The JSON has more than {MAX_VALUES:,} values.")
    steps = (1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(outside))
    if max(accumulate(steps), default=0) > max_depth:
        raise JsonOutOfBounds(f"The JSON is nested deeper than {max_depth} levels.")
