"""What pages of one role share: their frame, with its places, the bell, the account and the DEMO
badge.
"""

from dataclasses import dataclass
from functools import partial

import reflex as rx

from swivi.pages.engine.proof import proof_dialog
from swivi.pages.engine.session import SIGNED_OUT, SessionState
from swivi.ui.shell import Account, NavItem, bell, demo_badge, shell
from swivi.ui.types import Handler, Node, Text

CLIPPER_PLACES = (
    NavItem("Dashboard", "layout_dashboard", "/clippers/dashboard"),
    NavItem("Campaigns", "megaphone", "/clippers/campaigns"),
    NavItem("Clips", "clapperboard", "/clippers/clips"),
    NavItem("Payouts", "banknote", "/clippers/payouts"),
)
CLIPPER_NOTIFICATIONS = "/clippers/notifications"
CLIPPER_PROFILE = "/clippers/profile"

ADMIN_PLACES = (
    NavItem("Dashboard", "layout_dashboard", "/admin"),
    NavItem("Submissions", "inbox", "/admin/submissions"),
    NavItem("Campaigns", "megaphone", "/admin/campaigns"),
    NavItem("Payouts", "banknote", "/admin/payouts"),
    NavItem("Users", "users", "/admin/users"),
    NavItem("Tracking", "radar", "/admin/tracking"),
    NavItem("Analytics", "chart_line", "/admin/analytics"),
    NavItem("Reconciliation", "book_check", "/admin/books"),
    NavItem("Audit log", "scroll_text", "/admin/audit"),
)
ADMIN_NOTIFICATIONS = "/admin/notifications"
ADMIN_PROFILE = "/admin/profile"
ADMIN_SETTINGS = "/admin/settings"

CLIPPER_ACCOUNT = (NavItem("Profile", "circle_user", CLIPPER_PROFILE),)
ADMIN_ACCOUNT = (
    NavItem("Profile", "circle_user", ADMIN_PROFILE),
    NavItem("Settings", "settings", ADMIN_SETTINGS),
    NavItem("Tracking sandbox", "flask_conical", "/test/view-tracking"),
)


@dataclass(frozen=True)
class _Side:
    """What the frame shows to people of one role."""

    places: tuple[NavItem, ...]
    notifications: str
    account: tuple[NavItem, ...]


def _page(
    side: _Side,
    title: Text,
    *content: Node,
    current: str,
    actions: Node | None = None,
    subtitle: Node | None = None,
) -> rx.Component:
    """`current` is the page's `href` among the side's places; `actions` stands right of the
    title.
    """
    return shell(
        title,
        *content,
        proof_dialog(),
        rx.cond(SessionState.ended, rx.el.div(on_mount=rx.redirect(SIGNED_OUT))),
        nav=side.places,
        current=current,
        account=Account(SessionState.name, SessionState.email, side.account),
        actions=actions,
        subtitle=subtitle,
        bell=bell(SessionState.unread, side.notifications),
        badge=demo_badge(SessionState.demo),
    )


clipper_page = partial(_page, _Side(CLIPPER_PLACES, CLIPPER_NOTIFICATIONS, CLIPPER_ACCOUNT))
"""A clipper's page: `clipper_page("Clips", ..., current="/clippers/clips")`."""

admin_page = partial(_page, _Side(ADMIN_PLACES, ADMIN_NOTIFICATIONS, ADMIN_ACCOUNT))
"""An admin's page, likewise."""


def page_title(title: str) -> str:
    """What the browser's tab says."""
    return f"{title} · Swivi"


def sends(handler: Handler, *arguments: object) -> Handler:
    """The event that calls `handler` with `arguments`: `sends(ClipsState.cancel, row.id)`.

    To a type checker `ClipsState.cancel` is a plain method, called here without its `self`.
    """
    return handler(*arguments)
