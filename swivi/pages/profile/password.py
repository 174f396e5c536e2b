"""The form that changes the password. It asks for the present one, and ends all other sessions."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from swivi.core.errors import InvalidInput, SwiviError
from swivi.domain.accounts import profile
from swivi.domain.accounts.passwords import SHORTEST
from swivi.domain.accounts.service import by_id
from swivi.pages.engine.acting import acting, form_fields
from swivi.pages.engine.gate import current_actor, public, session_hash, signed_in
from swivi.pages.engine.session import SessionState
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import submit_button
from swivi.ui.cards import panel
from swivi.ui.feedback import notice, toast_success
from swivi.ui.forms import form, form_actions, text_field
from swivi.ui.vars import text_var


class PasswordForm(rx.State):
    """The form. It is emptied when `changes` changes, so that a second click does nothing."""

    errors: dict[str, str] = {}
    error: str = ""
    """A refusal that belongs to no field."""
    busy: bool = False
    changes: int = 0

    @public
    async def load(self) -> None:
        """Clear the errors of an earlier visit."""
        self.errors, self.error = {}, ""

    @signed_in
    async def save(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Change the password."""
        fields = form_fields(form_data)
        if fields.get("changes") != str(self.changes):
            return
        self.busy = True
        yield None
        try:
            await self._change(fields)
        except SwiviError as refusal:
            self.errors, self.error = refusal.fields, "" if refusal.fields else refusal.sentence
        else:
            self.errors, self.error = {}, ""
            self.changes += 1
            yield toast_success("Password changed. You are signed out everywhere else.")
        finally:
            self.busy = False

    async def _change(self, fields: Mapping[str, object]) -> None:
        if fields.get("password") != fields.get("again"):
            raise InvalidInput.of("again", "The passwords do not match.")
        actor = await current_actor(self)
        async with runtime().database.reading() as session:
            user = await by_id(session, actor.user_id)
        await runtime().quotas.password(actor)
        new = await profile.new_password(
            user, present=fields.get("present"), password=fields.get("password")
        )
        async with acting(self) as (session, actor):
            await profile.change_password(session, actor, new, except_session=session_hash(self))


def password_part() -> rx.Component:
    """The form for a new password."""
    state = PasswordForm
    typed = form(
        # A password manager saves the new password for the user name in the same form.
        rx.el.input(
            type="email",
            name="email",
            value=SessionState.email,
            read_only=True,
            auto_complete="username",
            hidden=True,
        ),
        rx.el.input(type="hidden", name="changes", value=f"{state.changes}"),
        _password("Present password", "present", "current-password"),
        _password(
            "New password", "password", "new-password", hint=f"At least {SHORTEST} characters."
        ),
        _password("New password, again", "again", "new-password"),
        form_actions(submit_button("Change password", pending=state.busy, kind="secondary")),
        on_submit=state.save,
        key=f"{state.changes}",
    )
    return panel(
        "Password",
        rx.cond(state.error != "", notice("bad", state.error)),
        rx.el.p(
            "Changing it signs you out everywhere else and revokes your API tokens.",
            class_name="quiet",
        ),
        typed,
    )


def _password(label: str, name: str, purpose: str, hint: str = "") -> rx.Component:
    error = text_var(PasswordForm.errors.get(name, ""))
    return text_field(label, name, type="password", auto_complete=purpose, hint=hint, error=error)
