"""The frame of the public pages, with links to sign in or to the dashboard."""

import reflex as rx

from swivi import routes
from swivi.pages.engine.session import SessionState
from swivi.ui.buttons import link_button
from swivi.ui.layout import cluster
from swivi.ui.shell import demo_badge, public_shell
from swivi.ui.types import Node
from swivi.ui.vars import text_if


def public_page(*content: Node) -> rx.Component:
    """A page for guests and for signed-in users."""
    return public_shell(
        *content,
        action=_sign_in_or_dashboard(),
        badge=demo_badge(SessionState.demo),
        footer=_footer(),
    )


def _footer() -> rx.Component:
    return rx.fragment(
        rx.el.span("Swivi pays clippers for the views their clips bring.", class_name="quiet"),
        rx.el.a("API", href=routes.API_DOCS, class_name="quiet"),
    )


def _sign_in_or_dashboard() -> rx.Component:
    home = text_if(SessionState.role == "ADMIN", routes.ADMIN_DASHBOARD, routes.CLIPPER_DASHBOARD)
    guests = cluster(
        link_button("Sign in", routes.SIGN_IN, "quiet"), link_button("Sign up", routes.SIGN_UP)
    )
    return rx.cond(SessionState.role == "", guests, link_button("Dashboard", home))
