"""The state of the sign-in pages: where to go next, and what a refused form said."""

import reflex as rx
from reflex.event import EventSpec

from swivi import routes
from swivi.domain.accounts.flash import Flash
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import asked
from swivi.pages.engine.session import viewer
from swivi.pages.public.sign_in.flash import read_flash

SIGN_IN = "sign-in"
SIGN_UP = "sign-up"
CODE = "code"
"""The names of the forms, as their refusals name them."""


class EntryState(rx.State):
    """Where to go after signing in, what a refused form said, and what was typed into it."""

    next: str = ""
    carried: str = ""
    """`next` as a query string, for the links between the forms."""
    ended: bool = False
    """Whether the session of this browser was ended elsewhere."""
    renewed: bool = False
    """Whether a new password was chosen just now."""
    sent: bool = False
    """Whether a mail with a verification link was sent just now."""
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
        """Open the sign-in page."""
        return await self._load(SIGN_IN)

    @public
    async def load_sign_up(self) -> EventSpec | None:
        """Open the sign-up page."""
        return await self._load(SIGN_UP)

    @public
    async def load_code(self) -> EventSpec | None:
        """Open the page for the code, after the right password."""
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
