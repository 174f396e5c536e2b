"""Parse text that users type: cleaned, bounded, storable and visible."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TypeVar

from swivi.core.errors import InvalidInput

Parsed = TypeVar("Parsed")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def parse_line(value: object, field: str, *, longest: int, otherwise: str) -> str:
    """Return one line of 1 to `longest` visible characters, with runs of white space folded.

    Raises InvalidInput for `field` with the sentence `otherwise`, or one about invisible
    characters.
    """
    cleaned = " ".join(value.split()) if isinstance(value, str) else ""
    if not cleaned or len(cleaned) > longest or not is_storable(cleaned):
        raise InvalidInput.of(field, otherwise)
    _must_be_visible(cleaned, field)
    if not any(unicodedata.category(character)[0] in "LN" for character in cleaned):
        raise InvalidInput.of(field, "Use at least one letter or digit.")
    return cleaned


JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner. They shape letters of some scripts, and emoji."""
JOINING_SCRIPTS = frozenset(
    {
        "ARABIC", "SYRIAC", "MANDAIC", "NKO", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI",
        "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER",
        "MYANMAR", "TIBETAN",
    }
)  # fmt: skip
"""First words of the names of their characters: https://www.rfc-editor.org/rfc/rfc5892#appendix-A
"""
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that Unicode counts as letters, marks or symbols, but that are blank."""


LINE_BREAKS_AND_TABS = "\n\r\t"


def _must_be_visible(text: str, field: str, *, otherwise_allowed: str = "") -> None:
    """Raise InvalidInput for invisible characters of `text` other than `otherwise_allowed`."""
    if any(_is_hidden(text, at) for at in range(len(text)) if text[at] not in otherwise_allowed):
        raise InvalidInput.of(field, "Remove the invisible characters.")


MONGOLIAN_SELECTORS = "\u180b\u180c\u180d\u180f"
EMOJI_SELECTORS = "\ufe0e\ufe0f"
"""They show a symbol as text or in colour. Keycaps have one after a digit."""
SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10))) | set(MONGOLIAN_SELECTORS)
"""Variation selectors: https://www.unicode.org/Public/UCD/latest/ucd/StandardizedVariants.txt"""


def _is_hidden(text: str, at: int) -> bool:
    """Return whether the character is invisible or changes the direction of the text around it."""
    character = text[at]
    if character in JOINERS:
        return not _joins(text[at - 1 : at], text[at + 1 : at + 2], character)
    if character in SELECTORS:
        return not _selects(text[at - 1 : at], text[at + 1 : at + 2], character)
    if character in BLANKS:
        return True
    if "\U000e0000" <= character <= "\U000e0fff":  # tags and more variation selectors
        return True
    if "\ufdd0" <= character <= "\ufdef" or ord(character) & 0xFFFE == 0xFFFE:  # noncharacters
        return True
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Zl", "Zp")


def _joins(before: str, after: str, joiner: str) -> bool:
    """Return whether a joiner has an effect: within a script that uses it, or within an emoji."""
    if not before or not after:
        return False
    if _script(before) in JOINING_SCRIPTS and _script(after) in JOINING_SCRIPTS:
        return True
    is_symbol = unicodedata.category(before) in ("So", "Sk") or before == "\ufe0f"
    return joiner == "\u200d" and is_symbol and unicodedata.category(after) == "So"


def _selects(before: str, after: str, selector: str) -> bool:
    """Return whether a variation selector changes the character before it.

    After most letters it is invisible and has no effect.
    """
    if selector in MONGOLIAN_SELECTORS:
        return _script(before) == "MONGOLIAN"
    if selector not in EMOJI_SELECTORS or not before:
        return False
    return after == "\u20e3" or before == "\u2139" or unicodedata.category(before)[0] in "SP"


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


def parse_text(
    value: object, field: str, *, longest: int, otherwise: str, may_be_empty: bool = False
) -> str:
    """Return lines of text, at most `longest` characters in all.

    Raises InvalidInput, also for invisible characters: they disguise text as something else.
    """
    cleaned = value.strip() if isinstance(value, str) else None
    if (
        cleaned is None
        or len(cleaned) > longest
        or not is_storable(cleaned)
        or not (cleaned or may_be_empty)
    ):
        raise InvalidInput.of(field, otherwise)
    _must_be_visible(cleaned, field, otherwise_allowed=LINE_BREAKS_AND_TABS)
    return cleaned


def parse_optional_line(value: object, field: str, *, longest: int, otherwise: str) -> str:
    """Parse as `parse_line` does, but allow an empty line. Raises InvalidInput."""
    if isinstance(value, str) and not value.strip():
        return ""
    return parse_line(value, field, longest=longest, otherwise=otherwise)


def parse_all(parsers: Mapping[str, Callable[[], Parsed]]) -> dict[str, Parsed]:
    """Return the result of each field's parser.

    Raises one InvalidInput that names every invalid field.
    """
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
    """Return whether text can be stored. PostgreSQL stores neither NUL nor lone surrogates."""
    return _UNSTORABLE.search(text) is None
