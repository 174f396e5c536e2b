"""Names, titles and brands: what people cannot see or read is refused, whatever script it hides
in.
"""

from collections.abc import Callable

import pytest

from swivi.core.errors import InvalidInput
from swivi.core.text import parse_line, parse_text
from swivi.domain.accounts.service import parse_name
from swivi.domain.campaigns.rules import parse_terms
from swivi.domain.clips import review
from swivi.domain.clips.review import parse_reason
from swivi.domain.payouts import rules as payout_rules
from swivi.domain.webhooks.rules import parse_description

INVISIBLE = [
    "\u200b", "Ada\u200b", "Ada\u202eADA", "\u2066Ada\u2069", "Ada\u00ad", "\ufeffAda", "Ada\u2060",
    "Ada\u200e",
    "A\u200dda", "A\u200cda", "\u200d", "\u3164", "\u115f\u1160", "\u2800", "\uffa0x",
    "Ada\U000e0041",
    "Ada\U000e0100", "Ada\x07", "Ada\x1b[31m", "Ada\ue000", "a\u034fb", "\u0627\u200c",
    "\u0627\u200c\u200c\u0627",
    "A\ufe00da", "Ada\ufe0f", "Ada\ufe0e", "7\ufe0f", "Ada\u180b", "\ufe0fAda", "Ada\ufdd0",
    "Ada\uffff", "Ada\U0010fffe",
]  # fmt: skip
WITHOUT_LETTERS = ["...", "\u2605", "\U0001f600", "- -", "\u0301"]
READABLE = [
    "Ada", "Ada Lovelace 2", "7", "Zoë", "山田 太郎", "علی\u200cرضا", "क्\u200dष", "ශ්\u200dරී",
    "Łukasz", "안녕",
    "Team \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "I \u2764\ufe0f Ada", "Ada 1\ufe0f\u20e3", "\u2139\ufe0f Ada", "\u1820\u180b",
    "Pride \U0001f3f3\ufe0f\u200d\U0001f308", "O'Neil & Söhne – Test",
]  # fmt: skip


@pytest.mark.parametrize("name", INVISIBLE)
def test_what_cannot_be_seen_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="Remove the invisible characters") as refused:
        parse_name(name)
    assert list(refused.value.fields) == ["name"]


TEXTS: dict[str, Callable[[object], object]] = {
    "reason": review.parse_reason,
    "notes": lambda text: payout_rules.parse_reason(text, needed=True),
    "brief": lambda text: parse_terms({"description": text}, all_required=False),
    "webhook's description": parse_description,
}


@pytest.mark.parametrize("what", TEXTS)
@pytest.mark.parametrize(
    "hidden", ["pay\u202eyap", "a\u200bb", "\u2066x\u2069", "a\x1b[31mb", "a\x00b", "\u3164"]
)
def test_no_text_holds_what_cannot_be_seen(what: str, hidden: str) -> None:
    with pytest.raises(InvalidInput):
        TEXTS[what](hidden)


def test_text_keeps_its_lines_and_tabs() -> None:
    written = "One\n\tTwo\r\nThree \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert parse_text(written, "reason", longest=80, otherwise="No.") == written


@pytest.mark.parametrize("name", WITHOUT_LETTERS)
def test_a_name_has_a_letter_or_a_digit(name: str) -> None:
    with pytest.raises(InvalidInput, match="at least one letter or digit"):
        parse_name(name)


@pytest.mark.parametrize("name", READABLE)
def test_names_of_all_scripts_are_fine(name: str) -> None:
    assert parse_name(name) == name


def test_white_space_is_folded_before_anything_is_refused() -> None:
    assert (
        parse_line("  Ada\u2003 \n Lovelace\u2028", "name", longest=20, otherwise="No.")
        == "Ada Lovelace"
    )


REORDERED = ["pay \u202emoc.live@eve", "\u2066a\u2069", "\u202aa", "a\x1b[31m", "a\x9bb", "a\x07"]


@pytest.mark.parametrize("text", REORDERED)
def test_longer_text_shows_its_characters_in_their_order(text: str) -> None:
    for parse in (
        parse_reason,
        lambda value: parse_terms({"description": value}, all_required=False),
    ):
        with pytest.raises(InvalidInput, match="invisible"):
            parse(text)


@pytest.mark.parametrize("text", [*READABLE, "Two\nlines\tand\r\na tab", "Fine \u2605"])
def test_longer_text_of_all_scripts_is_fine(text: str) -> None:
    assert parse_text(text, "reason", longest=100, otherwise="No.") == text


@pytest.mark.parametrize("brand", ["Vibe\u202eDrinks", "Vibe\u200bDrinks", "\u2800"])
def test_a_brand_is_a_line_that_can_be_read(brand: str) -> None:
    with pytest.raises(InvalidInput, match="invisible"):
        parse_terms({"brand": brand}, all_required=False)
    assert parse_terms({"brand": " Vibe \n Drinks "}, all_required=False) == {
        "brand": "Vibe Drinks"
    }
    assert parse_terms({"brand": ""}, all_required=False) == {"brand": ""}
