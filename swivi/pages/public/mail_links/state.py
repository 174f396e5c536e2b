"""The state of the pages about mails: what a refused form said, and whether the form was sent."""

import reflex as rx

from swivi.domain.accounts.flash import Flash
from swivi.domain.mail.errors import NoMail
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import asked
from swivi.pages.public.sign_in.flash import read_flash
from swivi.runtime.runtime import runtime


class MailLinkForm(rx.State):
    """What a refused form said, and what was typed into it. `done` once the form was accepted."""

    done: bool = False
    error: str = ""
    """A refusal that belongs to no field."""
    email: str = ""
    email_error: str = ""
    password_error: str = ""
    again_error: str = ""

    @public
    async def load_forgot(self) -> None:
        """Open the page that asks for a link."""
        self._show(read_flash(self, "forgot"), done=asked(self, "sent") != "")
        if runtime().postman is None:
            self.error = NoMail().sentence

    @public
    async def load_reset(self) -> None:
        """Open the page that chooses a new password."""
        self._show(read_flash(self, "reset"), done=False)

    @public
    async def load_verify(self) -> None:
        """Open the page that verifies an address, or says that it is verified."""
        self._show(read_flash(self, "verify"), done=asked(self, "done") != "")

    def _show(self, flash: Flash, *, done: bool) -> None:
        self.done = done and not flash.form
        self.error = "" if flash.fields else flash.error
        self.email, self.email_error = flash.email, flash.fields.get("email", "")
        self.password_error, self.again_error = (
            flash.fields.get("password", ""),
            flash.fields.get("again", ""),
        )
