"""What pages of one role share: their frame, with its places, the bell, the account and the DEMO badge."""

from collections.abc import Sequence

import reflex as rx

from swivi.pages.session import SIGNED_OUT, SessionState
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
    NavItem("Audit log", "scroll_text", "/admin/audit"),
)
ADMIN_NOTIFICATIONS = "/admin/notifications"
ADMIN_PROFILE = "/admin/profile"
ADMIN_SETTINGS = "/admin/settings"

CLIPPER_ACCOUNT = (NavItem("Profile", "circle_user", CLIPPER_PROFILE),)
ADMIN_ACCOUNT = (
    NavItem("Profile", "circle_user", ADMIN_PROFILE),
    NavItem("Settings", "settings", ADMIN_SETTINGS),
    NavItem("Try view tracking", "flask_conical", "/test/view-tracking"),
)


def clipper_page(
    title: Text,
    *content: Node,
    current: str,
    actions: Node | None = None,
    subtitle: Node | None = None,
) -> rx.Component:
    """A clipper's page. `current` is its `href` in `CLIPPER_PLACES`; `actions` stands right of the title."""
    return _page(
        title,
        *content,
        nav=CLIPPER_PLACES,
        current=current,
        actions=actions,
        subtitle=subtitle,
        notifications=CLIPPER_NOTIFICATIONS,
        account=CLIPPER_ACCOUNT,
    )


def admin_page(
    title: Text,
    *content: Node,
    current: str,
    actions: Node | None = None,
    subtitle: Node | None = None,
) -> rx.Component:
    """An admin's page. `current` is its `href` in `ADMIN_PLACES`; `actions` stands right of the title."""
    return _page(
        title,
        *content,
        nav=ADMIN_PLACES,
        current=current,
        actions=actions,
        subtitle=subtitle,
        notifications=ADMIN_NOTIFICATIONS,
        account=ADMIN_ACCOUNT,
    )


def _page(
    title: Text,
    *content: Node,
    nav: Sequence[NavItem],
    current: str,
    actions: Node | None,
    subtitle: Node | None,
    notifications: str,
    account: tuple[NavItem, ...],
) -> rx.Component:
    return shell(
        title,
        *content,
        rx.cond(SessionState.ended, rx.el.div(on_mount=rx.redirect(SIGNED_OUT))),
        nav=nav,
        current=current,
        account=Account(SessionState.name, SessionState.email, account),
        actions=actions,
        subtitle=subtitle,
        bell=bell(SessionState.unread, notifications),
        badge=demo_badge(SessionState.demo),
    )


def page_title(title: str) -> str:
    """What the browser's tab says."""
    return f"{title} · Swivi"


def sends(handler: Handler, *arguments: object) -> Handler:
    """The event that calls `handler` with `arguments`: `sends(ClipsState.cancel, row.id)`.

    To a type checker `ClipsState.cancel` is a plain method, called here without its `self`.
    """
    return handler(*arguments)
