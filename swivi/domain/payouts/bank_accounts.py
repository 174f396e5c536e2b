"""Bank accounts: IBAN and BIC checked by schwifty's registry of banks, US routing numbers by their
checksum. Pure.
"""

import re
from collections.abc import Mapping

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from swivi.core.errors import InvalidInput

_ROUTING_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 1)


def parse_iban(text: str, field: str) -> str:
    """Return an IBAN without spaces. Raise InvalidInput if its length or a checksum is wrong."""
    try:
        return str(IBAN("".join(text.split()).upper(), validate_bban=True))
    except (SchwiftyException, ValueError):
        raise InvalidInput.of(
            field, "This IBAN is not valid. Compare it with your bank statement."
        ) from None


def parse_bic(text: str, field: str) -> str:
    """Return a BIC (also called SWIFT code) of 8 or 11 characters. Raise InvalidInput."""
    try:
        return str(BIC("".join(text.split()).upper()))
    except (SchwiftyException, ValueError):
        raise InvalidInput.of(field, "A BIC has 8 or 11 characters, like COBADEFFXXX.") from None


def with_bic(values: Mapping[str, str]) -> dict[str, str]:
    """Return the fields with the `bic`, which comes from the IBAN if it was left empty.

    Raise InvalidInput, also if a typed BIC contradicts the bank in the IBAN.
    """
    iban, typed = IBAN(values["iban"]), values.get("bic", "")
    known = str(iban.bic or "")
    if not typed and not known:
        raise InvalidInput.of("bic", "Enter the BIC: the IBAN does not tell it.")
    if typed and typed[4:6] != (known[4:6] or iban.country_code):
        raise InvalidInput.of("bic", "This BIC is of another country than the IBAN.")
    if typed and known and typed[:4] != known[:4]:
        raise InvalidInput.of(
            "bic", f"This BIC is of another bank than the IBAN, whose BIC is {known}."
        )
    return {**values, "bic": typed or known}


def bank_of(iban: str) -> str:
    """Return the bank's name, if known, and its country: "Commerzbank, Germany"."""
    known = IBAN(iban)
    names = [known.bank.short_name or known.bank.name] if known.bank else []
    country = known.country.name if known.country else known.country_code
    return ", ".join([*names, country])


def parse_routing(text: str, field: str) -> str:
    """Return an ABA routing number: nine digits with a checksum. Raise InvalidInput."""
    digits = "".join(text.split())
    if not re.fullmatch("[0-9]{9}", digits) or not int(digits):
        raise InvalidInput.of(field, "A routing number has nine digits.")
    if (
        sum(int(digit) * weight for digit, weight in zip(digits, _ROUTING_WEIGHTS, strict=True))
        % 10
    ):
        raise InvalidInput.of(
            field, "This routing number has a typing error: its checksum is wrong."
        )
    return digits


def parse_account(text: str, field: str) -> str:
    """Return the number of a US bank account with its leading zeros. Raise InvalidInput."""
    digits = "".join(text.replace("-", " ").split())
    if not re.fullmatch("[0-9]{4,17}", digits) or not int(digits):
        raise InvalidInput.of(field, "An account number has 4 to 17 digits.")
    return digits
