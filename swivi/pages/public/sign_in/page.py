"""The ways in: sign in, sign up, and the demo's one-click doors.

The forms post to `/auth/...`: it sets the cookie.
"""

import reflex as rx
from reflex.event import EventSpec

from swivi import routes
from swivi.domain.accounts.flash import Flash
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import asked
from swivi.pages.engine.session import SessionState, viewer
from swivi.pages.public.sign_in.flash import read_flash
from swivi.ui.buttons import submit_button
from swivi.ui.cards import panel
from swivi.ui.feedback import notice
from swivi.ui.forms import post_form, text_field
from swivi.ui.shell import card_shell, demo_badge
from swivi.ui.types import Node

SIGN_IN = "sign-in"
SIGN_UP = "sign-up"
CODE = "code"
SENT = "A mail is on its way to you. Open the link in it, then sign in."


class EntryState(rx.State):
    """What a refused form said, and what had been typed into it; where to go after signing in."""

    next: str = ""
    carried: str = ""
    """`next` as a query, for the link to the other form."""
    ended: bool = False
    """Whether a session of this browser was ended elsewhere, which led here."""
    renewed: bool = False
    """Whether a new password was chosen just now."""
    sent: bool = False
    """Whether a mail with the link that opens an account was sent just now."""
    error: str = ""
    """A refusal that belongs to no field."""
    name: str = ""
    name_error: str = ""
    email: str = ""
    email_error: str = ""
    password_error: str = ""
    code_error: str = ""

    @public
    async def load_sign_in(self) -> EventSpec | None:
        """The sign-in page opens."""
        return await self._load(SIGN_IN)

    @public
    async def load_sign_up(self) -> EventSpec | None:
        """The sign-up page opens."""
        return await self._load(SIGN_UP)

    @public
    async def load_code(self) -> EventSpec | None:
        """The page for the code opens, after the right password."""
        return await self._load(CODE)

    async def _load(self, form: str) -> EventSpec | None:
        self.next = routes.local_path(self.router.url.query_parameters.get("next", ""))
        self.ended = asked(self, "ended") != ""
        self.renewed = asked(self, "renewed") != ""
        self.sent = asked(self, "sent") != ""
        self.carried = routes.with_next("", self.next)
        self._show(read_flash(self, form))
        actor = await viewer(self)
        return rx.redirect(routes.path_after_sign_in(self.next, actor.role)) if actor else None

    def _show(self, flash: Flash) -> None:
        self.error = "" if flash.fields else flash.error
        self.name, self.name_error = flash.name, flash.fields.get("name", "")
        self.email, self.email_error = flash.email, flash.fields.get("email", "")
        self.password_error, self.code_error = (
            flash.fields.get("password", ""),
            flash.fields.get("code", ""),
        )


def sign_in() -> rx.Component:
    """The page at /login."""
    return card_shell(
        "Sign in",
        rx.cond(EntryState.ended, notice("info", "You were signed out. Sign in again to go on.")),
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
            _elsewhere("New here?", "Create an account", routes.SIGN_UP), _demo_doors()
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
        hint="Six digits that your app shows, or one of your recovery codes.",
        error=EntryState.code_error,
    )
    return card_shell(
        "One more step",
        _refusal(),
        post_form("/auth/code", _next(), typed, submit_button("Sign in")),
        subtitle="Your account is guarded by codes.",
        footer=_elsewhere("Somebody else?", "Sign in", routes.SIGN_IN),
    )


def sign_up() -> rx.Component:
    """The page at /signup."""
    return card_shell(
        "Create your account",
        _refusal(),
        rx.cond(EntryState.sent, notice("info", SENT), _sign_up_form()),
        subtitle="Free, and done in a minute.",
        footer=_elsewhere("Already with us?", "Sign in", routes.SIGN_IN),
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


def _elsewhere(question: str, words: str, href: str) -> rx.Component:
    return rx.el.p(
        question,
        " ",
        rx.el.a(words, href=f"{href}{EntryState.carried}"),
        class_name="quiet elsewhere",
    )


def _demo_doors() -> rx.Component:
    doors = panel(
        "Try the demo",
        rx.el.p(
            "Sample campaigns, simulated views: a tracking cycle runs every minute.",
            class_name="quiet",
        ),
        rx.el.div(
            _demo_door("clipper", "Sign in as demo clipper"),
            _demo_door("admin", "Sign in as demo admin"),
            class_name="doors",
        ),
    )
    return rx.cond(SessionState.demo, doors)


def _demo_door(role: str, words: str) -> Node:
    return post_form(
        "/auth/demo",
        _next(),
        rx.el.input(type="hidden", name="role", value=role),
        submit_button(words, kind="secondary"),
    )
