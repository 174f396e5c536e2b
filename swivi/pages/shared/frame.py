"""The frame around the pages of each role: navigation, bell, account menu and DEMO badge."""

from dataclasses import dataclass
from functools import partial

import reflex as rx

from swivi import routes
from swivi.pages.engine.proof import proof_dialog
from swivi.pages.engine.session import SessionState
from swivi.ui.shell import Account, NavItem, bell, demo_badge, shell
from swivi.ui.types import Handler, Node, Text

CLIPPER_PLACES = (
    NavItem("Dashboard", "layout_dashboard", routes.CLIPPER_DASHBOARD),
    NavItem("Campaigns", "megaphone", routes.CLIPPER_CAMPAIGNS),
    NavItem("Clips", "clapperboard", routes.CLIPPER_CLIPS),
    NavItem("Payouts", "banknote", routes.CLIPPER_PAYOUTS),
)

ADMIN_PLACES = (
    NavItem("Dashboard", "layout_dashboard", routes.ADMIN_DASHBOARD),
    NavItem("Submissions", "inbox", routes.ADMIN_SUBMISSIONS),
    NavItem("Campaigns", "megaphone", routes.ADMIN_CAMPAIGNS),
    NavItem("Payouts", "banknote", routes.ADMIN_PAYOUTS),
    NavItem("Users", "users", routes.ADMIN_USERS),
    NavItem("Tracking", "radar", routes.ADMIN_TRACKING),
    NavItem("Analytics", "chart_line", routes.ADMIN_ANALYTICS),
    NavItem("Reconciliation", "book_check", routes.ADMIN_RECONCILIATION),
    NavItem("Audit log", "scroll_text", routes.ADMIN_AUDIT_LOG),
)

CLIPPER_ACCOUNT = (NavItem("Profile", "circle_user", routes.CLIPPER_PROFILE),)
ADMIN_ACCOUNT = (
    NavItem("Profile", "circle_user", routes.ADMIN_PROFILE),
    NavItem("Settings", "settings", routes.ADMIN_SETTINGS),
    NavItem("Tracking sandbox", "flask_conical", routes.SANDBOX),
)


@dataclass(frozen=True)
class _Frame:
    """The frame of one role."""

    places: tuple[NavItem, ...]
    notifications: str
    account: tuple[NavItem, ...]


def _page(
    frame: _Frame,
    title: Text,
    *content: Node,
    current: str,
    actions: Node | None = None,
    subtitle: Node | None = None,
) -> rx.Component:
    """`current` is the page's `href` in the navigation. `actions` are right of the title."""
    return shell(
        title,
        *content,
        proof_dialog(),
        rx.cond(SessionState.ended, rx.el.div(on_mount=rx.redirect(routes.SIGNED_OUT))),
        nav=frame.places,
        current=current,
        account=Account(SessionState.name, SessionState.email, frame.account),
        actions=actions,
        subtitle=subtitle,
        bell=bell(SessionState.unread, frame.notifications),
        badge=demo_badge(SessionState.demo),
    )


clipper_page = partial(_page, _Frame(CLIPPER_PLACES, routes.CLIPPER_NOTIFICATIONS, CLIPPER_ACCOUNT))
"""A clipper's page: `clipper_page("Clips", ..., current=routes.CLIPPER_CLIPS)`."""

admin_page = partial(_page, _Frame(ADMIN_PLACES, routes.ADMIN_NOTIFICATIONS, ADMIN_ACCOUNT))
"""An admin's page: `admin_page("Users", ..., current=routes.ADMIN_USERS)`."""


def page_title(title: str) -> str:
    """Return the title of the browser's tab."""
    return f"{title} · Swivi"


def sends(handler: Handler, *arguments: object) -> Handler:
    """Return the event that calls `handler` with `arguments`: `sends(OwnPayouts.cancel, row.id)`.

    To a type checker, `OwnPayouts.cancel` is a plain method, called here without its `self`.
    """
    return handler(*arguments)
