"""What mails are for: a new password for who forgot theirs, and a verified address.

The forms post to `/auth/...`.
"""

import reflex as rx

from swivi import routes
from swivi.domain.accounts.flash import Flash
from swivi.domain.accounts.passwords import SHORTEST
from swivi.domain.mail.errors import NoMail
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import asked
from swivi.pages.public.sign_in.flash import read_flash
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import submit_button
from swivi.ui.feedback import notice
from swivi.ui.forms import post_form, text_field
from swivi.ui.mail_link import link_token
from swivi.ui.shell import card_shell
from swivi.ui.types import Node, Text


class ByMail(rx.State):
    """What a refused form said, and what had been typed into it; whether what the page is for is
    done.
    """

    done: bool = False
    error: str = ""
    """A refusal that belongs to no field."""
    email: str = ""
    email_error: str = ""
    password_error: str = ""
    again_error: str = ""

    @public
    async def load_forgot(self) -> None:
        """The page for who forgot their password opens."""
        self._show(read_flash(self, "forgot"), done=asked(self, "sent") != "")
        if runtime().postman is None:
            self.error = NoMail().sentence

    @public
    async def load_reset(self) -> None:
        """Somebody follows a mail's link to choose a new password."""
        self._show(read_flash(self, "reset"), done=False)

    @public
    async def load_verify(self) -> None:
        """Somebody follows a mail's link to verify their address, or has done so."""
        self._show(read_flash(self, "verify"), done=asked(self, "done") != "")

    def _show(self, flash: Flash, *, done: bool) -> None:
        self.done = done and not flash.form
        self.error = "" if flash.fields else flash.error
        self.email, self.email_error = flash.email, flash.fields.get("email", "")
        self.password_error, self.again_error = (
            flash.fields.get("password", ""),
            flash.fields.get("again", ""),
        )


def forgot() -> rx.Component:
    """The page at /forgot."""
    email = text_field(
        "Email",
        "email",
        type="email",
        auto_complete="email",
        required=True,
        default_value=ByMail.email,
        error=ByMail.email_error,
    )
    on_its_way = notice(
        "info",
        (
            "If there is an account with this address, a mail is on its way. Its link works for 30 "
            "minutes."
        ),
    )
    return card_shell(
        "Forgot your password?",
        _refusal(),
        rx.cond(
            ByMail.done,
            on_its_way,
            post_form("/auth/forgot", email, submit_button("Send me a link")),
        ),
        subtitle="A mail with a link lets you choose a new one.",
        footer=_to_sign_in("Remembered it?"),
    )


def reset() -> rx.Component:
    """The page at /reset, where a mail leads."""
    return card_shell(
        "Choose a new password",
        _refusal(),
        post_form(
            "/auth/reset",
            link_token(),
            _password(
                "New password",
                "password",
                ByMail.password_error,
                hint=f"At least {SHORTEST} characters.",
            ),
            _password("New password, again", "again", ByMail.again_error),
            submit_button("Save the password"),
        ),
        subtitle="It signs you out everywhere, and ends your API tokens.",
        footer=rx.el.p(
            "Did the link end? ",
            rx.el.a("Ask for a new one", href=routes.FORGOT),
            class_name="quiet elsewhere",
        ),
    )


def verify() -> rx.Component:
    """The page at /verify, where a mail leads."""
    password = text_field(
        "Password",
        "password",
        type="password",
        auto_complete="current-password",
        required=True,
        hint="The one that you chose when you signed up.",
        error=ByMail.password_error,
    )
    form = post_form("/auth/verify", link_token(), password, submit_button("Verify my address"))
    return card_shell(
        "Verify your email address",
        _refusal(),
        rx.cond(
            ByMail.done, notice("good", "Your email address is verified. You can be paid."), form
        ),
        subtitle="So that we know that mail reaches you.",
        footer=rx.cond(
            ByMail.done,
            _to_sign_in("On to your account:"),
            _elsewhere(
                "Forgot it, or somebody else signed you up?", "Choose a new password", routes.FORGOT
            ),
        ),
    )


def _refusal() -> rx.Component:
    return rx.cond(ByMail.error != "", notice("bad", ByMail.error))


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
    """To whoever is signed in already, that page shows their own."""
    return _elsewhere(question, "Sign in", routes.SIGN_IN)


def _elsewhere(question: str, words: str, href: str) -> Node:
    return rx.el.p(question, " ", rx.el.a(words, href=href), class_name="quiet elsewhere")
