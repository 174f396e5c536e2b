"""What the sign-in forms' server route says back: a failure, left in a short-lived cookie over the
redirect.
"""

import reflex as rx

from swivi.domain.accounts.flash import FLASH_COOKIE, Flash, parse_flash
from swivi.pages.engine.gate import cookies


def read_flash(state: rx.State, form: str) -> Flash:
    """What was said back to `form`; an empty Flash if nothing was, or if the cookie is not
    readable.
    """
    flash = parse_flash(cookies(state).get(FLASH_COOKIE, ""))
    return flash if flash.form == form else Flash()
