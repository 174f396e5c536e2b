"""A refused form goes back to its page in a short-lived cookie, so that what was typed survives.

Never the password.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from swivi.core.json_bounds import check_json

FLASH_COOKIE = "swivi_flash"
FLASH_SECONDS = 60
LONGEST_COOKIE = 4_096
"""Characters of the cookie; browsers keep no longer ones."""
LONGEST_TYPED = 300
"""What had been typed comes back cut to this many characters: a cookie has room for 4 KB."""


@dataclass(frozen=True, slots=True)
class Flash:
    """Why `form` ("sign-in" or "sign-up") was refused, per field too, and what had been typed."""

    form: str = ""
    error: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    name: str = ""

    def as_cookie(self) -> str:
        """The cookie's value: URL-safe base64 of a JSON object, without padding, which cookies
        would quote.
        """
        said = asdict(self) | {
            "email": self.email[:LONGEST_TYPED],
            "name": self.name[:LONGEST_TYPED],
        }
        return (
            urlsafe_b64encode(json.dumps(said, ensure_ascii=False).encode(errors="replace"))
            .decode()
            .rstrip("=")
        )


def parse_flash(cookie: str) -> Flash:
    """What `Flash.as_cookie` wrote. Anything else is an empty Flash."""
    try:
        text = urlsafe_b64decode(cookie[:LONGEST_COOKIE] + "=" * (-len(cookie) % 4)).decode()
        check_json(text)  # a stranger's cookie may hold lists nested without end
        said = json.loads(text)
    except (binascii.Error, ValueError):
        return Flash()
    if not isinstance(said, dict):
        return Flash()
    fields = said.get("fields")
    return Flash(
        fields={str(name): str(text) for name, text in fields.items()}
        if isinstance(fields, dict)
        else {},
        **{name: str(said.get(name, "")) for name in ("form", "error", "email", "name")},
    )
