"""The pages for a wrong address and for a wrong role."""

import reflex as rx

from swivi import routes
from swivi.pages.engine.session import SessionState
from swivi.ui.buttons import link_button, submit_button
from swivi.ui.forms import post_form
from swivi.ui.layout import cluster
from swivi.ui.shell import SIGN_OUT_ACTION, card_shell, demo_badge
from swivi.ui.vars import text_if


def not_found() -> rx.Component:
    """The page at every unknown address."""
    return card_shell(
        "Page not found",
        rx.el.p("The link may be old or wrong."),
        cluster(link_button("Go to the front page", routes.FRONT, "primary")),
        badge=demo_badge(SessionState.demo),
    )


def not_for_you() -> rx.Component:
    """The page for a signed-in user who opened a page of the other role."""
    is_admin = SessionState.role == "ADMIN"
    return card_shell(
        "This page is not for this account",
        rx.el.p(
            rx.match(
                SessionState.role,
                ("ADMIN", "This page is for clippers. You are signed in as an admin."),
                (
                    "CLIPPER",
                    "This page is for admins. You are signed in as a clipper.",
                ),
                "You are not signed in.",
            )
        ),
        rx.cond(
            SessionState.role == "",
            link_button("Sign in", routes.SIGN_IN, "primary"),
            rx.el.div(
                link_button(
                    "Back to your dashboard",
                    text_if(is_admin, routes.ADMIN_DASHBOARD, routes.CLIPPER_DASHBOARD),
                    "primary",
                ),
                post_form(
                    SIGN_OUT_ACTION, submit_button("Sign in with another account", kind="secondary")
                ),
                class_name="doors",
            ),
        ),
        badge=demo_badge(SessionState.demo),
    )
