"""Account names, as people and scrapers write them. Pure."""

import re
import unicodedata
from urllib.parse import unquote

MAX_HANDLE_LENGTH = 400
"""Characters. A handle has up to 30, each of up to four bytes, each byte encoded as `%ED`."""

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


def readable(name: str) -> str:
    """Return the handle without percent-encoding, `@` and outer space.

    Cuts the name at MAX_HANDLE_LENGTH. YouTube's scraper copies handles from addresses, where other
    scripts are encoded (`%ED%96%87...`). Text that does not decode to printable UTF-8 stays as it
    is. Decodes once: `%2541` is `%41`.
    """
    name = unicodedata.normalize("NFC", _decoded(name[:MAX_HANDLE_LENGTH].strip()))
    return name.removeprefix("@")


def comparable(name: str) -> str:
    """Return the spelling in which a linked account equals the author named by a scraper."""
    return unicodedata.normalize("NFC", readable(name).casefold())


def _decoded(name: str) -> str:
    if not _ESCAPE.search(name):
        return name
    try:
        decoded = unquote(name, errors="strict")
    except UnicodeDecodeError:
        return name
    return decoded if decoded.isprintable() else name
