"""Names of accounts as people and scrapers write them, and the one spelling in which they are
compared. Pure.
"""

import re
import unicodedata
from urllib.parse import unquote

MAX_HANDLE_LENGTH = 400
"""Characters.

The longest handle has 30, each of up to four bytes, each of those written as `%ED`.
"""

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


def readable(name: str) -> str:
    """Return the handle without percent-encoding, `@` and outer space; at most MAX_HANDLE_LENGTH
    characters.

    YouTube's scraper copies handles out of addresses, where other scripts are encoded
    (`%ED%96%87...`). What does not decode to printable UTF-8 is no encoding, and stays. Decoded
    once: `%2541` is `%41`.
    """
    name = unicodedata.normalize("NFC", _decoded(name[:MAX_HANDLE_LENGTH].strip()))
    return name.removeprefix("@")


def comparable(name: str) -> str:
    """Return the spelling in which a linked account and the author that a scraper names are the
    same text.
    """
    return unicodedata.normalize("NFC", readable(name).casefold())


def _decoded(name: str) -> str:
    if not _ESCAPE.search(name):
        return name
    try:
        decoded = unquote(name, errors="strict")
    except UnicodeDecodeError:
        return name
    return decoded if decoded.isprintable() else name
