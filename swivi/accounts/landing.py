"""Where somebody goes once they are signed in."""

import re

from swivi.accounts.models import Role

# A backslash is a slash to browsers, and they drop tabs and line ends: neither may make `//host` of a path.
_LOCAL = re.compile(r"/(?!/)[^\\\s\x00-\x1f\x7f]*")


def home_of(role: Role) -> str:
    """The first page for somebody of this role."""
    return "/admin" if role is Role.ADMIN else "/clippers/dashboard"


def local_path(text: str) -> str:
    """`text` if it is a path within Swivi, else "": nobody is led elsewhere by a link to the sign-in page."""
    return text if _LOCAL.fullmatch(text) else ""
