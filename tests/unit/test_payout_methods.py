"""Destinations of payouts: what is right is kept in one form, what is mistyped is refused beside
its field.
"""

from typing import Any

import pytest

from swivi.core.errors import InvalidInput
from swivi.domain.payouts import wallets
from swivi.domain.payouts.methods import (
    METHODS,
    PayoutMethod,
    parse_destination,
    parse_field,
    stored,
)

IBAN = "DE89370400440532013000"
EVM = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # an example of EIP-55
SOLANA = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"

RIGHT: dict[str, list[tuple[Any, str]]] = {
    "paypal": [
        (" Me@Swivi.TEST ", "Me@swivi.test"),
        ({"email": "me@swivi.test"}, "me@swivi.test"),
    ],
    "wise": [("me@swivi.test", "me@swivi.test")],
    "bank": [
        ("de89 3704 0044 0532 0130 00", f"IBAN {IBAN}, BIC COBADEFFXXX"),
        (
            {"iban": IBAN, "bic": "cobadeff", "holder": "Casey  R"},
            f"IBAN {IBAN}, BIC COBADEFF, Casey R",
        ),
    ],
    "us_bank": [
        (
            {"routing": "021 000 021", "account": "0012-3456"},
            "Routing number 021000021, account 00123456",
        ),
    ],
    "usdc": [
        ({"network": "Base", "address": EVM}, f"Base {EVM}"),
        ({"network": "solana", "address": SOLANA}, f"Solana {SOLANA}"),
    ],
}
WRONG: dict[str, list[tuple[Any, str]]] = {
    "paypal": [
        ("hello", "details"),
        ("a@b", "details"),
        ({"email": "hello"}, "details.email"),
        ({"email": 7}, "details.email"),
        ({"email": "x" * 300 + "@swivi.test"}, "details.email"),
        ({"email": "me@swivi.test", "iban": IBAN}, "details"),
        ({7: "me@swivi.test"}, "details"),
        ({}, "details"),
        ("", "details"),
        (None, "details"),
        (["me@swivi.test"], "details"),
    ],
    "wise": [("me@@swivi.test", "details")],
    "bank": [
        ("DE00 0000 0000 bad iban", "details"),
        ({"iban": "DE88370400440532013000"}, "details.iban"),
        ({"iban": "DE8937040044053201300"}, "details.iban"),
        ({"iban": IBAN, "bic": "hello"}, "details.bic"),
        ({"iban": IBAN, "bic": "BNPAFRPP"}, "details.bic"),
        ({"iban": IBAN, "bic": "DEUTDEFF"}, "details.bic"),
        ({"iban": IBAN, "holder": "\u200b"}, "details.holder"),
        ({"iban": IBAN, "holder": "x" * 101}, "details.holder"),
    ],
    "us_bank": [
        ("021000021", "details"),
        ({"routing": "021000022", "account": "123456"}, "details.routing"),
        ({"routing": "000000000", "account": "123456"}, "details.routing"),
        ({"routing": "0210000211", "account": "123456"}, "details.routing"),
        ({"routing": "021000021", "account": "123"}, "details.account"),
        ({"routing": "021000021", "account": "0000"}, "details.account"),
        ({"routing": "021000021"}, "details.account"),
        ({"routing": "٠٢١٠٠٠٠٢١", "account": "123456"}, "details.routing"),
    ],
    "usdc": [
        ("hello", "details"),
        (EVM, "details"),
        ({"network": "base", "address": "hello"}, "details.address"),
        ({"network": "tron", "address": EVM}, "details.network"),
        ({"network": "base", "address": EVM.replace("5aA", "5aa")}, "details.address"),
        ({"network": "base", "address": EVM.lower()}, "details.address"),
        ({"network": "base", "address": EVM[:-1]}, "details.address"),
        ({"network": "base", "address": "0x" + "0" * 40}, "details.address"),
        ({"network": "base", "address": SOLANA}, "details.address"),
        ({"network": "solana", "address": EVM}, "details.address"),
        ({"network": "solana", "address": SOLANA[:-2]}, "details.address"),
        ({"network": "solana", "address": SOLANA.replace("E", "0", 1)}, "details.address"),
        ({"network": "solana", "address": "1" * 32}, "details.address"),
    ],
    "other": [("me@swivi.test", "method")],
    "cash": [("me@swivi.test", "method")],
    "": [("me@swivi.test", "method")],
}


def test_every_method_is_tried() -> None:
    assert set(RIGHT) == set(METHODS) == set(PayoutMethod) - {PayoutMethod.OTHER}
    assert set(METHODS) < set(WRONG)


@pytest.mark.parametrize(
    ("method", "details", "display"),
    [(method, *case) for method, cases in RIGHT.items() for case in cases],
)
def test_a_destination_is_kept_in_one_form_and_read_back(
    method: str, details: Any, display: str
) -> None:
    destination = parse_destination(method.upper(), details)
    assert destination.display == display
    assert stored(method, destination.text) == destination
    assert parse_destination(method, dict(destination.values)) == destination
    assert "".join(line.copied for line in destination.lines).count("@") == display.count("@")


@pytest.mark.parametrize(
    ("method", "details", "field"),
    [(method, *case) for method, cases in WRONG.items() for case in cases],
)
def test_a_mistyped_destination_is_refused_beside_its_field(
    method: str, details: Any, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_destination(method, details)
    assert list(refused.value.fields) == [field]


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_destination("us_bank", {"routing": "1", "account": "1"})
    assert list(refused.value.fields) == ["details.routing", "details.account"]


def test_a_mistyped_character_of_an_address_is_always_noticed() -> None:
    for at in range(2, len(EVM)):
        mistyped = EVM[:at] + ("1" if EVM[at] != "1" else "2") + EVM[at + 1 :]
        assert wallets.checksummed(mistyped) != mistyped, at


@pytest.mark.parametrize(
    "address",
    [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    ],
)
def test_the_examples_of_eip_55_are_right(address: str) -> None:
    assert wallets.parse_address(address, "address") == address


def test_an_iban_whose_bank_is_unknown_needs_a_bic() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_destination("bank", {"iban": "SC18SSCB11010000000000001497USD"})
    assert list(refused.value.fields) == ["details.bic"]
    typed = {"iban": "SC18SSCB11010000000000001497USD", "bic": "SSCBSCSC"}
    assert parse_destination("bank", typed).values == typed


def test_a_repeated_destination_is_in_groups_with_its_bank() -> None:
    shown = [
        (line.label, line.shown, line.copied) for line in parse_destination("bank", IBAN).lines
    ]
    assert shown == [
        ("IBAN", "DE89 3704 0044 0532 0130 00", IBAN),
        ("BIC", "COBADEFFXXX", "COBADEFFXXX"),
        ("Bank", "Commerzbank Köln, Germany", "Commerzbank Köln, Germany"),
    ]
    [network, address] = parse_destination("usdc", {"network": "base", "address": EVM}).lines
    assert network.shown == "Base"
    assert (address.shown.split()[0], address.shown.replace(" ", ""), address.copied) == (
        "0x5a",
        EVM,
        EVM,
    )


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("usdc", "hello"),
        ("bank", "me, some bank"),
        ("bank", '{"account": 7}'),
        ("paypal", "7"),
        ("other", "cash: me"),
    ],
)
def test_free_text_of_an_earlier_release_is_shown_as_it_is_and_to_be_corrected(
    method: str, text: str
) -> None:
    destination = stored(method, text)
    assert (destination.is_valid, destination.display) == (False, text)
    assert [line.copied for line in destination.lines] == [text]


def test_one_field_is_checked_by_itself() -> None:
    assert parse_field("usdc", "address", EVM) == EVM
    assert parse_field("bank", "bic", "") == ""
    for method, name, value in (
        ("usdc", "address", "hello"),
        ("paypal", "iban", IBAN),
        ("gold", "email", ""),
    ):
        with pytest.raises(InvalidInput):
            parse_field(method, name, value)
