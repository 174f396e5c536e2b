"""What the sign-in forms' server route says back: a failure, left in a short-lived cookie over the redirect."""

import base64
import binascii
import json
from dataclasses import dataclass, field

from reflex.state import BaseState

from swivi.pages.gate import cookies

FLASH_COOKIE = "swivi_flash"


@dataclass(frozen=True)
class Flash:
    """Why `form` was refused, in a sentence and per field, and what had been typed (never a password)."""

    form: str = ""
    error: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    email: str = ""
    name: str = ""


def read_flash(state: BaseState, form: str) -> Flash:
    """What was said back to `form`; an empty Flash if nothing was, or if the cookie is not readable."""
    flash = parse_flash(cookies(state).get(FLASH_COOKIE, ""))
    return flash if flash.form == form else Flash()


def parse_flash(cookie: str) -> Flash:
    """The cookie's value: URL-safe base64 of a JSON object. Anything else is an empty Flash."""
    try:
        said = json.loads(base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)))
    except (binascii.Error, ValueError):
        return Flash()
    if not isinstance(said, dict):
        return Flash()
    fields = said.get("fields")
    return Flash(
        fields={str(name): str(text) for name, text in fields.items()} if isinstance(fields, dict) else {},
        **{name: str(said.get(name, "")) for name in ("form", "error", "email", "name")},
    )
