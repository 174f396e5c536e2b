"""Payout methods as data: each with its fields and their parsers. Pure.

To add a method, add an entry to METHODS.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from email_validator import EmailNotValidError, validate_email

from swivi.core.errors import InvalidInput
from swivi.core.text import parse_all, parse_line
from swivi.domain.payouts import bank_accounts, wallets

LONGEST_EMAIL = 254
LONGEST_HOLDER = 100
LONGEST_VALUE = 254


class PayoutMethod(StrEnum):
    """The payout methods.

    OTHER is free text of earlier releases. It is kept and shown, but cannot be chosen.
    """

    PAYPAL = "paypal"
    WISE = "wise"
    BANK = "bank"
    US_BANK = "us_bank"
    USDC = "usdc"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DestinationField:
    """One field of a method. `parse(text, name)` returns the canonical text or raises InvalidInput.

    `choices` (value, label) make it a selection. `help`, `input_mode` and `autocomplete` are for
    the form.
    """

    name: str
    label: str
    parse: Callable[[str, str], str]
    help: str = ""
    input_mode: str = "text"
    autocomplete: str = "off"
    optional: bool = False
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DestinationLine:
    """A line of a destination: formatted for reading, and plain for copying."""

    label: str
    shown: str
    copied: str


@dataclass(frozen=True, slots=True)
class Method:
    """A payout method. `finish` checks fields against each other and adds derived ones."""

    label: str
    fields: tuple[DestinationField, ...]
    show: Callable[[Mapping[str, str]], str]
    """Return the destination in one line, for lists and programs."""
    finish: Callable[[Mapping[str, str]], dict[str, str]] = dict
    text_field: str = ""
    """The one field that suffices, so that a program may send it as text; "" if there is none."""
    notes: Callable[[Mapping[str, str]], tuple[tuple[str, str], ...]] = lambda _: ()
    """Return facts derived from the fields, such as the bank's name: (label, text)."""


def _email(text: str, field: str) -> str:
    try:
        if len(text) > LONGEST_EMAIL:
            raise EmailNotValidError("too long")
        # Special-use names such as "swivi.test" are allowed, as in accounts.
        return str(
            validate_email(text, check_deliverability=False, test_environment=True).normalized
        )
    except EmailNotValidError:
        raise InvalidInput.of(field, "Enter an email address, like you@example.com.") from None


def _holder(text: str, field: str) -> str:
    return parse_line(
        text,
        field,
        longest=LONGEST_HOLDER,
        otherwise=f"Enter a name of at most {LONGEST_HOLDER} characters.",
    )


NETWORKS = (
    ("ethereum", "Ethereum"),
    ("base", "Base"),
    ("polygon", "Polygon"),
    ("arbitrum", "Arbitrum One"),
    ("optimism", "OP Mainnet"),
    ("solana", "Solana"),
)
"""Where Circle issues USDC itself:
https://developers.circle.com/stablecoins/usdc-contract-addresses
"""
SOLANA = "solana"


def _network(text: str, field: str) -> str:
    name = text.lower()
    if name not in dict(NETWORKS):
        raise InvalidInput.of(field, f"Choose one of: {', '.join(dict(NETWORKS))}.")
    return name


def _on_its_network(values: Mapping[str, str]) -> dict[str, str]:
    if wallets.is_evm(values["address"]) == (values["network"] == SOLANA):
        network = dict(NETWORKS)[values["network"]]
        raise InvalidInput.of(
            "address", f"This is no address on {network}. Check the network and the address."
        )
    return dict(values)


def _show_bank(values: Mapping[str, str]) -> str:
    return ", ".join([f"IBAN {values['iban']}", f"BIC {values['bic']}", *_holders(values)])


def _show_us_bank(values: Mapping[str, str]) -> str:
    return ", ".join(
        [f"Routing number {values['routing']}", f"account {values['account']}", *_holders(values)]
    )


def _holders(values: Mapping[str, str]) -> list[str]:
    return [values["holder"]] if values.get("holder") else []


def _email_of(service: str) -> tuple[DestinationField, ...]:
    return (
        DestinationField(
            "email", f"{service} email", _email, input_mode="email", autocomplete="email"
        ),
    )


_HOLDER = DestinationField(
    "holder",
    "Account holder",
    _holder,
    help="Leave empty if it is your name on Swivi.",
    autocomplete="name",
    optional=True,
)

METHODS: Mapping[PayoutMethod, Method] = {
    PayoutMethod.PAYPAL: Method(
        "PayPal", _email_of("PayPal"), lambda values: values["email"], text_field="email"
    ),
    PayoutMethod.WISE: Method(
        "Wise", _email_of("Wise"), lambda values: values["email"], text_field="email"
    ),
    PayoutMethod.BANK: Method(
        "Bank (IBAN)",
        (
            DestinationField("iban", "IBAN", bank_accounts.parse_iban),
            DestinationField(
                "bic",
                "BIC",
                bank_accounts.parse_bic,
                help="Leave empty to take it from the IBAN.",
                optional=True,
            ),
            _HOLDER,
        ),
        _show_bank,
        finish=bank_accounts.with_bic,
        text_field="iban",
        notes=lambda values: (("Bank", bank_accounts.bank_of(values["iban"])),),
    ),
    PayoutMethod.US_BANK: Method(
        "US bank account",
        (
            DestinationField(
                "routing", "Routing number", bank_accounts.parse_routing, input_mode="numeric"
            ),
            DestinationField(
                "account", "Account number", bank_accounts.parse_account, input_mode="numeric"
            ),
            _HOLDER,
        ),
        _show_us_bank,
    ),
    PayoutMethod.USDC: Method(
        "USDC",
        (
            DestinationField("network", "Network", _network, choices=NETWORKS),
            DestinationField(
                "address",
                "Wallet address",
                wallets.parse_address,
                help="Money sent to a wrong address is lost.",
            ),
        ),
        lambda values: f"{dict(NETWORKS)[values['network']]} {values['address']}",
        finish=_on_its_network,
    ),
}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where money goes.

    `values` is empty for free text of an earlier release that does not parse; `text` holds it.
    """

    method: PayoutMethod
    values: Mapping[str, str]
    text: str
    """As stored: the only field's value, or JSON of the fields."""

    @property
    def is_valid(self) -> bool:
        """Whether it can be used for another request."""
        return bool(self.values)

    @property
    def display(self) -> str:
        """The destination in one line."""
        return METHODS[self.method].show(self.values) if self.values else self.text

    @property
    def lines(self) -> tuple[DestinationLine, ...]:
        """The destination, one line per field, with long numbers in groups."""
        if not self.values:
            return (DestinationLine("Where", self.text, self.text),)
        method = METHODS[self.method]
        fields = [
            DestinationLine(
                field.label, _shown(field, self.values[field.name]), self.values[field.name]
            )
            for field in method.fields
            if self.values.get(field.name)
        ]
        return (
            *fields,
            *(DestinationLine(label, words, words) for label, words in method.notes(self.values)),
        )


GROUPED = ("iban", "address")


def _shown(field: DestinationField, value: str) -> str:
    if field.choices:
        return dict(field.choices)[value]
    if field.name not in GROUPED:
        return value
    return " ".join(value[at : at + 4] for at in range(0, len(value), 4))


def method_label(method: str) -> str:
    """Return the method's name for people: "PayPal", "Bank (IBAN)"."""
    known = METHODS.get(PayoutMethod(method))
    return known.label if known else "Other"


def parse_method(value: object) -> PayoutMethod:
    """Return a method that can be chosen, by its name in any case. Raise InvalidInput."""
    name = value.strip().lower() if isinstance(value, str) else ""
    if name not in list(METHODS):
        raise InvalidInput.of("method", f"Choose one of: {', '.join(METHODS)}.")
    return PayoutMethod(name)


def parse_destination(method: object, details: object) -> Destination:
    """Return the destination. Raise InvalidInput.

    `details` maps the method's fields, or is the text of the one field that suffices. Errors are
    named `method`, `details` or, for a field, like `details.iban`.
    """
    chosen: PayoutMethod | None = None
    wrong: dict[str, str] = {}
    try:
        chosen = parse_method(method)
    except InvalidInput as invalid:
        wrong |= invalid.fields
    if (
        not details
        or not isinstance(details, str | Mapping)
        or (isinstance(details, str) and not details.strip())
    ):
        wrong["details"] = "Say where to pay."
    if chosen is None or wrong:
        raise InvalidInput(" ".join(wrong.values()), fields=wrong)
    if isinstance(details, Mapping):
        return _parse_fields(chosen, details)
    return _parse_text(chosen, str(details))


def parse_field(method: object, name: object, value: object) -> str:
    """Return one field's canonical text. Raise InvalidInput, with the field's own name."""
    known = METHODS[parse_method(method)]
    field = next((field for field in known.fields if field.name == name), None)
    if field is None:
        raise InvalidInput.of("method", "This method has no such field.")
    return _parse(field, value)


@lru_cache(maxsize=4_096)
def stored(method: str, text: str) -> Destination:
    """Return the destination in a row, which may be free text of an earlier release."""
    kind = PayoutMethod(method)
    with suppress(InvalidInput):  # free text of an earlier release stays as it is
        return parse_destination(kind, _read(text))
    return Destination(kind, {}, text)


def _read(text: str) -> object:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict) else text


def _parse_text(method: PayoutMethod, text: str) -> Destination:
    name = METHODS[method].text_field
    if not name:
        raise InvalidInput.of(
            "details", f"Send an object with these fields: {_names(METHODS[method])}."
        )
    try:
        return _parse_fields(method, {name: text})
    except InvalidInput as invalid:
        [sentence, *_] = invalid.fields.values()
        raise InvalidInput.of("details", sentence) from None


def _parse_fields(method: PayoutMethod, given: Mapping[Any, object]) -> Destination:
    known = METHODS[method]
    unknown = [str(name) for name in given if name not in {field.name for field in known.fields}]
    if unknown:
        raise InvalidInput.of("details", f"The fields of {method} are: {_names(known)}.")
    try:
        parsed = parse_all(
            {field.name: _parser(field, given.get(field.name)) for field in known.fields}
        )
        values = known.finish({name: value for name, value in parsed.items() if value})
    except InvalidInput as invalid:
        fields = {f"details.{name}": sentence for name, sentence in invalid.fields.items()}
        raise InvalidInput(invalid.sentence, fields=fields) from None
    only = [values[known.text_field]] if len(known.fields) == 1 else []
    text = only[0] if only else json.dumps(values, sort_keys=True, ensure_ascii=False)
    return Destination(method, values, text)


def _names(method: Method) -> str:
    return ", ".join(field.name for field in method.fields)


def _parser(field: DestinationField, value: object) -> Callable[[], str]:
    return lambda: _parse(field, value)


def _parse(field: DestinationField, value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if value is not None and not isinstance(value, str):
        raise InvalidInput.of(field.name, f"{field.label}: send text.")
    if not text:
        if field.optional:
            return ""
        raise InvalidInput.of(field.name, f"Fill in “{field.label}”.")
    if len(text) > LONGEST_VALUE:
        raise InvalidInput.of(field.name, f"Enter at most {LONGEST_VALUE} characters.")
    return field.parse(text, field.name)
