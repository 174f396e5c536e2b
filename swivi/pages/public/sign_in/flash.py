"""Reads the refusal of a form, which the server leaves in a short-lived cookie."""

import reflex as rx

from swivi.domain.accounts.flash import FLASH_COOKIE, Flash, parse_flash
from swivi.pages.engine.gate import cookies


def read_flash(state: rx.State, form: str) -> Flash:
    """Return the refusal of `form`; an empty Flash if there is none or the cookie is malformed."""
    flash = parse_flash(cookies(state).get(FLASH_COOKIE, ""))
    return flash if flash.form == form else Flash()
