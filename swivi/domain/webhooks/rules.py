"""Rules of webhooks: what may be told where, and when an attempt is repeated. Pure, no I/O."""

import random
import secrets
from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlsplit

from swivi.core.addresses import is_address, is_public
from swivi.core.errors import InvalidInput
from swivi.core.text import is_storable, parse_text
from swivi.domain.webhooks.models import EventKind

LONGEST_URL = 2_000
LONGEST_DESCRIPTION = 200
MOST_WEBHOOKS = 50
SECRET_BYTES = 32
SUBSCRIBABLE = frozenset(EventKind) - {EventKind.TEST}
BOTH_SECRETS_FOR = timedelta(hours=24)
"""How long messages carry the signature of the old secret too, after a rotation."""

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""Before each further attempt; after the last one it is given up. About two days in all."""
JITTER = 0.2


def new_secret() -> str:
    """A signing secret as the specification writes them."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts, a little more or less at random; None is:
    give up.
    """
    if attempts > len(PAUSES):
        return None
    return PAUSES[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, hides nothing


def parse_url(url: object, *, only_public: bool) -> str:
    """An address to send to.

    `only_public` wants https and no address of a private network. Raises InvalidInput.
    """
    if (
        not isinstance(url, str)
        or len(url) > LONGEST_URL
        or not is_storable(url)
        or not url.isascii()
    ):
        raise InvalidInput.of("url", "Enter an address like https://example.com/webhooks.")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("https", "http") or url != "".join(url.split()):
        raise InvalidInput.of("url", "Enter an address like https://example.com/webhooks.")
    if parts.username is not None or parts.fragment:
        raise InvalidInput.of(
            "url", "The address must not carry a user name, a password or a fragment."
        )
    if only_public and parts.scheme != "https":
        raise InvalidInput.of("url", "The address must begin with https://.")
    if only_public and is_private_host(host):
        raise InvalidInput.of("url", "The address must be one on the public internet.")
    return url


def parse_events(events: object) -> list[str]:
    """Which events to be told of, in a fixed order. Raises InvalidInput."""
    known = [kind.value for kind in EventKind if kind in SUBSCRIBABLE]
    if not isinstance(events, list) or not events or not all(each in known for each in events):
        raise InvalidInput.of("events", f"Name one or more of: {', '.join(known)}.")
    return [each for each in known if each in events]


def parse_description(description: object) -> str:
    """A few words for people; may be empty. Raises InvalidInput."""
    words = " ".join(description.split()) if isinstance(description, str) else None
    otherwise = f"Use at most {LONGEST_DESCRIPTION} characters."
    return parse_text(
        words, "description", longest=LONGEST_DESCRIPTION, otherwise=otherwise, may_be_empty=True
    )


def parse_active(active: object) -> bool:
    """On or off. Raises InvalidInput."""
    if not isinstance(active, bool):
        raise InvalidInput.of("active", "This must be true or false.")
    return active


def is_private_host(host: str) -> bool:
    """Whether a host's name alone says that it is not on the public internet."""
    if is_address(host):
        return not is_public(host)
    name = host.rstrip(".")  # which is resolved before each attempt
    return name == "localhost" or name.endswith((".localhost", ".local", ".internal"))
