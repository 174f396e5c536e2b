"""Rules of webhooks: URLs, subscriptions, secrets and retries. Pure, no I/O."""

import secrets
from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlsplit

from swivi.core.addresses import is_address, is_public
from swivi.core.errors import InvalidInput
from swivi.core.outbox import Backoff
from swivi.core.text import is_storable, parse_text
from swivi.domain.webhooks.models import EventKind

LONGEST_URL = 2_000
LONGEST_DESCRIPTION = 200
MOST_WEBHOOKS = 50
SECRET_BYTES = 32
SUBSCRIBABLE = frozenset(EventKind) - {EventKind.TEST}
BOTH_SECRETS_FOR = timedelta(hours=24)
"""How long after a rotation messages carry the old secret's signature too."""

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
"""Before each further attempt. The last one is made about two days after the first."""
JITTER = 0.2
BACKOFF = Backoff(PAUSES, JITTER)


def new_secret() -> str:
    """Return a signing secret in the format of the Standard Webhooks specification."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def parse_url(url: object, *, only_public: bool) -> str:
    """Return the URL to send to.

    `only_public` requires https and a host outside private networks. Raises InvalidInput.
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
            "url", "The address must not hold a user name, a password or a fragment."
        )
    if only_public and parts.scheme != "https":
        raise InvalidInput.of("url", "The address must begin with https://.")
    if only_public and is_private_host(host):
        raise InvalidInput.of("url", "The address must be on the public internet.")
    return url


def parse_events(events: object) -> list[str]:
    """Return the subscribed events in a fixed order. Raises InvalidInput."""
    known = [kind.value for kind in EventKind if kind in SUBSCRIBABLE]
    if not isinstance(events, list) or not events or not all(each in known for each in events):
        raise InvalidInput.of("events", f"Choose one or more of: {', '.join(known)}.")
    return [each for each in known if each in events]


def parse_description(description: object) -> str:
    """Return the description, which may be empty. Raises InvalidInput."""
    words = " ".join(description.split()) if isinstance(description, str) else None
    otherwise = f"Use at most {LONGEST_DESCRIPTION} characters."
    return parse_text(
        words, "description", longest=LONGEST_DESCRIPTION, otherwise=otherwise, may_be_empty=True
    )


def parse_active(active: object) -> bool:
    """Return whether the webhook is on. Raises InvalidInput."""
    if not isinstance(active, bool):
        raise InvalidInput.of("active", "Enter true or false.")
    return active


def is_private_host(host: str) -> bool:
    """Return whether a host's name alone shows that it is not on the public internet."""
    if is_address(host):
        return not is_public(host)
    name = host.rstrip(".")  # names are resolved before each attempt
    return name == "localhost" or name.endswith((".localhost", ".local", ".internal"))
