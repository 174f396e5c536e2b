"""Where somebody goes once they are signed in."""

import re

from swivi.domain.accounts.models import Role

# A backslash is a slash to browsers, and they drop tabs and line ends: neither may make `//host` of
# a path.
_LOCAL = re.compile(r"/(?!/)[^\\\s\x00-\x1f\x7f]*")


def home_of(role: Role) -> str:
    """The first page for somebody of this role."""
    return "/admin" if role is Role.ADMIN else "/clippers/dashboard"


_NOT_FOR = {Role.CLIPPER: ("/admin", "/test"), Role.ADMIN: ("/clippers",)}
"""Where the other role's pages are."""


def path_after_sign_in(wanted: str, role: Role) -> str:
    """Where they wanted to go, if that is within Swivi and may be for their role; else their first
    page.

    Whoever came by "Run a campaign" and signed up as a clipper is not greeted with a page that is
    not for them.
    """
    path = local_path(wanted)
    return home_of(role) if not path or path.startswith(_NOT_FOR[role]) else path


def local_path(text: str) -> str:
    """`text` if it is a path within Swivi, else "": nobody is led elsewhere by a link to the
    sign-in page.
    """
    return text if _LOCAL.fullmatch(text) else ""
