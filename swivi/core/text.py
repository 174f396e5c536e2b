"""Text that people type: cleaned, bounded, and free of what a database or a page cannot show."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TypeVar

from swivi.core.errors import InvalidInput

Parsed = TypeVar("Parsed")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REORDERING = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Controls but tabs and line ends, and what turns the direction of other text: a page would show an account number
or a reason in another order than it has. Marks of direction (U+200E, U+200F) reorder nothing themselves."""


def parse_line(value: object, field: str, *, longest: int, otherwise: str) -> str:
    """One line of 1 to `longest` characters that people can read, inner white space folded.

    Raises InvalidInput(`field`, `otherwise`), or with the sentence that says what cannot be seen.
    """
    cleaned = " ".join(value.split()) if isinstance(value, str) else ""
    if not cleaned or len(cleaned) > longest or not is_storable(cleaned):
        raise InvalidInput.of(field, otherwise)
    if any(_is_hidden(cleaned, at) for at in range(len(cleaned))):
        raise InvalidInput.of(field, "Remove the invisible characters.")
    if not any(unicodedata.category(character)[0] in "LN" for character in cleaned):
        raise InvalidInput.of(field, "Use at least one letter or digit.")
    return cleaned


JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: they shape letters of some scripts, and emoji."""
JOINING_SCRIPTS = frozenset(
    {
        "ARABIC", "SYRIAC", "MANDAIC", "NKO", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA",
        "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "TIBETAN",
    }
)  # fmt: skip
"""As the names of their characters begin: https://www.rfc-editor.org/rfc/rfc5892#appendix-A"""
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols to Unicode, and nothing to see."""


def _is_hidden(text: str, at: int) -> bool:
    """Whether the character at this place cannot be seen, or turns round what is written around it."""
    character = text[at]
    if character in JOINERS:
        return not _joins(text[at - 1 : at], text[at + 1 : at + 2], character)
    if character in BLANKS or "\U000e0000" <= character <= "\U000e0fff":  # tags and more variation selectors
        return True
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Zl", "Zp")


def _joins(before: str, after: str, joiner: str) -> bool:
    """Whether a joiner stands where it shapes something: in a script that has it, or between parts of an emoji."""
    if not before or not after:
        return False
    if _script(before) in JOINING_SCRIPTS and _script(after) in JOINING_SCRIPTS:
        return True
    is_symbol = unicodedata.category(before) in ("So", "Sk") or before == "\ufe0f"
    return joiner == "\u200d" and is_symbol and unicodedata.category(after) == "So"


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


def parse_text(value: object, field: str, *, longest: int, otherwise: str, may_be_empty: bool = False) -> str:
    """Lines of text, 1 (or, where it may be empty, 0) to `longest` characters in all, shown in their own order.

    Raises InvalidInput(`field`, `otherwise`), or with the sentence that says which characters are refused.
    """
    cleaned = value.strip() if isinstance(value, str) else None
    if cleaned is None or len(cleaned) > longest or not is_storable(cleaned) or not (cleaned or may_be_empty):
        raise InvalidInput.of(field, otherwise)
    if _REORDERING.search(cleaned):
        raise InvalidInput.of(field, "Remove control characters and characters that turn the direction of text.")
    return cleaned


def parse_optional_line(value: object, field: str, *, longest: int, otherwise: str) -> str:
    """Parse as `parse_line` does, but let it be empty. Raise InvalidInput."""
    if isinstance(value, str) and not value.strip():
        return ""
    return parse_line(value, field, longest=longest, otherwise=otherwise)


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
