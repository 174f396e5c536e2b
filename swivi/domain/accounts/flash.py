"""A short-lived cookie that carries a refused form back to its page, with what was typed.

It never holds the password.
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
"""Characters of the cookie. Browsers drop longer ones."""
LONGEST_TYPED = 300
"""Typed text is cut to this many characters: the cookie has room for 4 KB."""


@dataclass(frozen=True, slots=True)
class Flash:
    """Why `form` ("sign-in" or "sign-up") was refused, also per field, and what was typed."""

    form: str = ""
    error: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    name: str = ""

    def as_cookie(self) -> str:
        """Return the cookie's value: a JSON object in URL-safe base64.

        Padding is omitted, because a cookie would have to quote it.
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
    """Parse a value of `Flash.as_cookie`. Anything else is an empty Flash."""
    try:
        text = urlsafe_b64decode(cookie[:LONGEST_COOKIE] + "=" * (-len(cookie) % 4)).decode()
        check_json(text)  # the client controls the cookie, and could nest lists without end
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
