"""Text that people type: cleaned, bounded, and free of what a database or a page cannot show."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from swivi.core.errors import InvalidInput

Parsed = TypeVar("Parsed")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def parse_line(value: object, field: str, *, longest: int, otherwise: str) -> str:
    """One line of 1 to `longest` characters, inner white space folded. Raises InvalidInput(`field`, `otherwise`)."""
    cleaned = " ".join(value.split()) if isinstance(value, str) else ""
    if not cleaned or len(cleaned) > longest or not is_storable(cleaned):
        raise InvalidInput.of(field, otherwise)
    return cleaned


def parse_text(value: object, field: str, *, longest: int, otherwise: str, may_be_empty: bool = False) -> str:
    """Lines of text, 1 (or, where it may be empty, 0) to `longest` characters in all. Raises InvalidInput."""
    cleaned = value.strip() if isinstance(value, str) else None
    if cleaned is None or len(cleaned) > longest or not is_storable(cleaned) or not (cleaned or may_be_empty):
        raise InvalidInput.of(field, otherwise)
    return cleaned


def parse_all(parsers: Mapping[str, Callable[[], Parsed]]) -> dict[str, Parsed]:
    """What each parser makes of its field. Raises one InvalidInput that names every field that is wrong."""
    parsed: dict[str, Parsed] = {}
    wrong: dict[str, str] = {}
    for field, parse in parsers.items():
        try:
            parsed[field] = parse()
        except InvalidInput as invalid:
            wrong |= invalid.fields
            refusal = invalid
    if not wrong:
        return parsed
    if len(wrong) == 1:
        raise refusal
    raise InvalidInput(" ".join(dict.fromkeys(wrong.values())), fields=wrong)


def is_storable(text: str) -> bool:
    """PostgreSQL stores neither NUL nor half a surrogate pair, and no page can show them."""
    return _UNSTORABLE.search(text) is None
