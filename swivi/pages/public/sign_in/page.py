"""Sign in, sign up, and the demo's one-click sign-in.

The forms post to `/auth/...`, because only a plain HTTP answer can set the session's cookie.
"""

import reflex as rx

from swivi import routes
from swivi.pages.engine.session import SessionState
from swivi.pages.public.sign_in.state import EntryState
from swivi.ui.buttons import submit_button
from swivi.ui.cards import panel
from swivi.ui.feedback import notice
from swivi.ui.forms import post_form, text_field
from swivi.ui.shell import card_shell, demo_badge
from swivi.ui.types import Node

SENT = "We sent you a mail. Open the link in it, then sign in."


def sign_in() -> rx.Component:
    """The page at /login."""
    return card_shell(
        "Sign in",
        rx.cond(
            EntryState.ended, notice("info", "You were signed out. Sign in again to continue.")
        ),
        rx.cond(EntryState.renewed, notice("good", "Your new password is saved. Sign in with it.")),
        _refusal(),
        post_form(
            "/auth/sign-in",
            _next(),
            _email(),
            _password("current-password"),
            submit_button("Sign in"),
        ),
        rx.el.p(rx.el.a("Forgot your password?", href=routes.FORGOT), class_name="quiet elsewhere"),
        subtitle="Get paid for the views your clips bring.",
        footer=rx.fragment(
            _hint_with_link("New here?", "Create an account", routes.SIGN_UP), _demo_buttons()
        ),
        badge=demo_badge(SessionState.demo),
    )


def code() -> rx.Component:
    """The page at /code."""
    typed = text_field(
        "Code",
        "code",
        auto_complete="one-time-code",
        auto_focus=True,
        required=True,
        hint="The six digits in your app, or one of your recovery codes.",
        error=EntryState.code_error,
    )
    return card_shell(
        "Enter your code",
        _refusal(),
        post_form("/auth/code", _next(), typed, submit_button("Sign in")),
        subtitle="Two-step sign-in is on for your account.",
        footer=_hint_with_link("Not you?", "Sign in", routes.SIGN_IN),
    )


def sign_up() -> rx.Component:
    """The page at /signup."""
    return card_shell(
        "Create your account",
        _refusal(),
        rx.cond(EntryState.sent, notice("info", SENT), _sign_up_form()),
        subtitle="Free. It takes a minute.",
        footer=_hint_with_link("Have an account?", "Sign in", routes.SIGN_IN),
        badge=demo_badge(SessionState.demo),
    )


def _sign_up_form() -> rx.Component:
    return post_form(
        "/auth/sign-up",
        _next(),
        text_field(
            "Name",
            "name",
            auto_complete="name",
            required=True,
            default_value=EntryState.name,
            error=EntryState.name_error,
        ),
        _email(),
        _password("new-password", hint="At least 8 characters."),
        submit_button("Start clipping"),
    )


def _refusal() -> rx.Component:
    return rx.cond(EntryState.error != "", notice("bad", EntryState.error))


def _next() -> rx.Component:
    return rx.el.input(type="hidden", name="next", value=EntryState.next)


def _email() -> rx.Component:
    return text_field(
        "Email",
        "email",
        type="email",
        auto_complete="email",
        required=True,
        default_value=EntryState.email,
        error=EntryState.email_error,
    )


def _password(purpose: str, hint: str = "") -> rx.Component:
    return text_field(
        "Password",
        "password",
        type="password",
        auto_complete=purpose,
        required=True,
        hint=hint,
        error=EntryState.password_error,
    )


def _hint_with_link(question: str, words: str, href: str) -> rx.Component:
    return rx.el.p(
        question,
        " ",
        rx.el.a(words, href=f"{href}{EntryState.carried}"),
        class_name="quiet elsewhere",
    )


def _demo_buttons() -> rx.Component:
    buttons = panel(
        "Try the demo",
        rx.el.p(
            "Sample campaigns with simulated views. A tracking run starts every minute.",
            class_name="quiet",
        ),
        rx.el.div(
            _demo_button("clipper", "Sign in as demo clipper"),
            _demo_button("admin", "Sign in as demo admin"),
            class_name="doors",
        ),
    )
    return rx.cond(SessionState.demo, buttons)


def _demo_button(role: str, words: str) -> Node:
    return post_form(
        "/auth/demo",
        _next(),
        rx.el.input(type="hidden", name="role", value=role),
        submit_button(words, kind="secondary"),
    )
