"""Wallet addresses: EIP-55 for Ethereum-like networks, base58 of 32 bytes for Solana. Pure.

Keccak-256 comes from pycryptodome. SHA3-256 of the standard library pads differently. Base58 is
decoded here, because a library would be larger than the decoding.
"""

import re

from Crypto.Hash import keccak

from swivi.core.errors import InvalidInput

_EVM = re.compile("0x[0-9a-fA-F]{40}")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_SOLANA = re.compile(f"[{_BASE58}]{{32,44}}")
"""32 bytes take 32 (all zeros) to 44 characters."""
SOLANA_BYTES = 32


def parse_address(text: str, field: str) -> str:
    """Return a wallet's address. Raise InvalidInput if its checksum or length is wrong."""
    if text.lower().startswith("0x"):
        return _parse_evm(text, field)
    if not is_solana(text):
        raise InvalidInput.of(
            field, "Paste the whole address: 0x and 40 characters, or 32 to 44 for Solana."
        )
    return text


def is_evm(address: str) -> bool:
    """Return whether a parsed address has Ethereum's form."""
    return address.startswith("0x")


def is_solana(text: str) -> bool:
    """Return whether the text is base58 of 32 bytes, not all of them zero (the system program)."""
    if not _SOLANA.fullmatch(text):
        return False
    decoded = _base58(text)
    return len(decoded) == SOLANA_BYTES and any(decoded)


def checksummed(address: str) -> str:
    """Return an EVM address with the capital letters of EIP-55
    (https://eips.ethereum.org/EIPS/eip-55).
    """
    digits = address[2:].lower()
    digest = keccak.new(digest_bits=256, data=digits.encode()).hexdigest()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) >= 8 else digit
        for digit, nibble in zip(digits, digest, strict=False)
    )


def _parse_evm(text: str, field: str) -> str:
    if not _EVM.fullmatch(text) or not int(text, 16):  # money sent to address zero is lost
        raise InvalidInput.of(
            field, "An address is 0x and 40 characters of 0 to 9 and a to f, not all zero."
        )
    if text == checksummed(text):
        return text
    if text[2:] in (text[2:].lower(), text[2:].upper()):
        raise InvalidInput.of(
            field, "Copy the address with capital and small letters: they protect it from mistakes."
        )
    raise InvalidInput.of(
        field, "This address has a typing error: its checksum is wrong. Copy it from your wallet."
    )


def _base58(text: str) -> bytes:
    number = 0
    for character in text:
        number = number * 58 + _BASE58.index(character)
    zeros = len(text) - len(text.lstrip("1"))  # each leading 1 stands for a zero byte
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
