"""The pages about mails: ask for a new password, choose it, verify an address.

The forms post to `/auth/...`.
"""

import reflex as rx

from swivi import routes
from swivi.domain.accounts.passwords import SHORTEST
from swivi.pages.public.mail_links.state import MailLinkForm
from swivi.ui.buttons import submit_button
from swivi.ui.feedback import notice
from swivi.ui.forms import post_form, text_field
from swivi.ui.mail_link import link_token
from swivi.ui.shell import card_shell
from swivi.ui.types import Node, Text


def forgot() -> rx.Component:
    """The page at /forgot."""
    email = text_field(
        "Email",
        "email",
        type="email",
        auto_complete="email",
        required=True,
        default_value=MailLinkForm.email,
        error=MailLinkForm.email_error,
    )
    on_its_way = notice(
        "info",
        ("If this address has an account, we sent it a link. The link works for 30 minutes."),
    )
    return card_shell(
        "Forgot your password?",
        _refusal(),
        rx.cond(
            MailLinkForm.done,
            on_its_way,
            post_form("/auth/forgot", email, submit_button("Send me a link")),
        ),
        subtitle="We send you a link to choose a new one.",
        footer=_to_sign_in("Know your password?"),
    )


def reset() -> rx.Component:
    """The page at /reset. A mail links to it."""
    return card_shell(
        "Choose a new password",
        _refusal(),
        post_form(
            "/auth/reset",
            link_token(),
            _password(
                "New password",
                "password",
                MailLinkForm.password_error,
                hint=f"At least {SHORTEST} characters.",
            ),
            _password("New password, again", "again", MailLinkForm.again_error),
            submit_button("Save password"),
        ),
        subtitle="This signs you out everywhere and revokes your API tokens.",
        footer=rx.el.p(
            "Link expired? ",
            rx.el.a("Request a new one", href=routes.FORGOT),
            class_name="quiet elsewhere",
        ),
    )


def verify() -> rx.Component:
    """The page at /verify. A mail links to it."""
    password = text_field(
        "Password",
        "password",
        type="password",
        auto_complete="current-password",
        required=True,
        hint="The password that you chose when you signed up.",
        error=MailLinkForm.password_error,
    )
    form = post_form("/auth/verify", link_token(), password, submit_button("Verify address"))
    return card_shell(
        "Verify your email address",
        _refusal(),
        rx.cond(
            MailLinkForm.done,
            notice("good", "Your email address is verified. You can now request payouts."),
            form,
        ),
        subtitle="We check that our mails reach you.",
        footer=rx.cond(
            MailLinkForm.done,
            _to_sign_in("Continue to your account:"),
            _hint_with_link(
                "Forgot it, or did someone else sign you up?",
                "Choose a new password",
                routes.FORGOT,
            ),
        ),
    )


def _refusal() -> rx.Component:
    return rx.cond(MailLinkForm.error != "", notice("bad", MailLinkForm.error))


def _password(label: str, name: str, error: Text, hint: str = "") -> rx.Component:
    return text_field(
        label,
        name,
        type="password",
        auto_complete="new-password",
        required=True,
        hint=hint,
        error=error,
    )


def _to_sign_in(question: str) -> Node:
    """A link to sign in. For a signed-in user, that page redirects to their dashboard."""
    return _hint_with_link(question, "Sign in", routes.SIGN_IN)


def _hint_with_link(question: str, words: str, href: str) -> Node:
    return rx.el.p(question, " ", rx.el.a(words, href=href), class_name="quiet elsewhere")
