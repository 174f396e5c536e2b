"""Names, titles and brands: what people cannot see or read is refused, whatever script it hides in."""

import pytest

from swivi.accounts.service import parse_name
from swivi.campaigns.rules import parse_terms
from swivi.clips.review import parse_reason
from swivi.core.errors import InvalidInput
from swivi.core.text import parse_line, parse_text
from swivi.payouts.rules import parse_details

INVISIBLE = [
    "\u200b", "Ada\u200b", "Ada\u202eADA", "\u2066Ada\u2069", "Ada\u00ad", "\ufeffAda", "Ada\u2060", "Ada\u200e",
    "A\u200dda", "A\u200cda", "\u200d", "\u3164", "\u115f\u1160", "\u2800", "\uffa0x", "Ada\U000e0041",
    "Ada\U000e0100", "Ada\x07", "Ada\x1b[31m", "Ada\ue000", "a\u034fb", "\u0627\u200c", "\u0627\u200c\u200c\u0627",
]  # fmt: skip
WITHOUT_LETTERS = ["...", "\u2605", "\U0001f600", "- -", "\u0301"]
READABLE = [
    "Ada", "Ada Lovelace 2", "7", "Zoë", "山田 太郎", "علی\u200cرضا", "क्\u200dष", "ශ්\u200dරී", "Łukasz", "안녕",
    "Team \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "Pride \U0001f3f3\ufe0f\u200d\U0001f308", "O'Neil & Söhne – Test",
]  # fmt: skip


@pytest.mark.parametrize("name", INVISIBLE)
def test_what_cannot_be_seen_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="Remove the invisible characters") as refused:
        parse_name(name)
    assert list(refused.value.fields) == ["name"]


@pytest.mark.parametrize("name", WITHOUT_LETTERS)
def test_a_name_has_a_letter_or_a_digit(name: str) -> None:
    with pytest.raises(InvalidInput, match="at least one letter or digit"):
        parse_name(name)


@pytest.mark.parametrize("name", READABLE)
def test_names_of_all_scripts_are_fine(name: str) -> None:
    assert parse_name(name) == name


def test_white_space_is_folded_before_anything_is_refused() -> None:
    assert parse_line("  Ada\u2003 \n Lovelace\u2028", "name", longest=20, otherwise="No.") == "Ada Lovelace"


REORDERED = ["pay \u202emoc.live@eve", "\u2066a\u2069", "\u202aa", "a\x1b[31m", "a\x9bb", "a\x07"]


@pytest.mark.parametrize("text", REORDERED)
def test_longer_text_shows_its_characters_in_their_order(text: str) -> None:
    for parse in (parse_details, parse_reason, lambda value: parse_terms({"description": value}, all_required=False)):
        with pytest.raises(InvalidInput, match="direction of text"):
            parse(text)


@pytest.mark.parametrize("text", [*READABLE, "Two\nlines\tand\r\na tab", "\u200fשלום\u200e (1)", "Fine \u2605"])
def test_longer_text_of_all_scripts_is_fine(text: str) -> None:
    assert parse_text(text, "reason", longest=100, otherwise="No.") == text


@pytest.mark.parametrize("brand", ["Vibe\u202eDrinks", "Vibe\u200bDrinks", "\u2800"])
def test_a_brand_is_a_line_that_can_be_read(brand: str) -> None:
    with pytest.raises(InvalidInput, match="invisible"):
        parse_terms({"brand": brand}, all_required=False)
    assert parse_terms({"brand": " Vibe \n Drinks "}, all_required=False) == {"brand": "Vibe Drinks"}
    assert parse_terms({"brand": ""}, all_required=False) == {"brand": ""}
