"""The page that a user sees after signing in."""

import re

from swivi.domain.accounts.models import Role

# Browsers read a backslash as a slash and drop tabs and line ends. None of them may turn a path
# into `//host`.
_LOCAL = re.compile(r"/(?!/)[^\\\s\x00-\x1f\x7f]*")


def home_of(role: Role) -> str:
    """Return the first page for this role."""
    return "/admin" if role is Role.ADMIN else "/clippers/dashboard"


_NOT_FOR = {Role.CLIPPER: ("/admin", "/test"), Role.ADMIN: ("/clippers",)}
"""Path prefixes of the other role's pages."""


def path_after_sign_in(wanted: str, role: Role) -> str:
    """Return the wanted path if it is within Swivi and open to the role, else the first page.

    A clipper who signed up from "Run a campaign" must not land on a page that refuses them.
    """
    path = local_path(wanted)
    return home_of(role) if not path or path.startswith(_NOT_FOR[role]) else path


def local_path(text: str) -> str:
    """Return `text` if it is a path within Swivi, else "".

    A link to the sign-in page must not lead to another site.
    """
    return text if _LOCAL.fullmatch(text) else ""
