"""Asks for the password before a sensitive action, unless it was entered in the last ten minutes.

`swivi.runtime.sensitive_actions` lists the actions. Some forms have a field for the password. For
other actions the gate opens a dialog, which is on every page. The refused event runs after the
right password.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import Event, EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import logs
from swivi.core.errors import SwiviError
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import PasswordNeeded
from swivi.pages.engine.acting import form_fields
from swivi.pages.engine.gate import current_actor, session_hash, signed_in
from swivi.reflex_ext.event_checks import EventCheck
from swivi.reflex_ext.handlers import handler_of
from swivi.runtime import sensitive_actions
from swivi.ui.buttons import submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import notice
from swivi.ui.forms import form, form_actions, text_field
from swivi.ui.types import Handler, Text
from swivi.ui.vars import text_var

FIELD = sensitive_actions.FIELD


async def is_needed(state: rx.State) -> bool:
    """Return whether this user must enter their password first. Raise NotSignedIn."""
    return not await sensitive_actions.is_proven(await current_actor(state), session_hash(state))


async def must_be_given(state: rx.State, fields: Mapping[str, object]) -> None:
    """Check the password in the field `FIELD`, if it is needed.

    Raise NotSignedIn, PasswordNeeded, WrongPassword, TooManyRequests, Overloaded.
    """
    actor = await current_actor(state)
    mine = session_hash(state)
    if not await sensitive_actions.is_proven(actor, mine):
        await sensitive_actions.prove(actor, mine, fields.get(FIELD))


@dataclass(frozen=True, slots=True)
class PasswordField:
    """The password field of a form, as the payout request's `Proof`."""

    actor: Actor
    session_hash: str
    password: object

    async def is_proven(self, session: AsyncSession) -> bool:
        """Return whether the password was entered in this session a moment ago."""
        return await sensitive_actions.is_proven_in(session, self.actor, self.session_hash)

    async def prove(self) -> None:
        """Check what the field holds.

        Raise PasswordNeeded, WrongPassword, TooManyRequests, Overloaded.
        """
        await sensitive_actions.prove(self.actor, self.session_hash, self.password)


class ProofDialog(rx.State):
    """The dialog, and the event that waits for the password.

    Such an event must hold no secret: states are stored in Redis.
    """

    is_open: bool = False
    errors: dict[str, str] = {}
    error: str = ""
    """A refusal that belongs to no field."""
    busy: bool = False
    _name: str = ""
    _payload: str = ""
    """JSON."""

    @signed_in
    async def open(self) -> None:
        """Ask for the password of an event that was refused."""
        self.is_open, self.errors, self.error = bool(self._name), {}, ""

    @signed_in
    async def close(self, is_open: object) -> None:
        """Dismiss the dialog, and forget the event."""
        if is_open is not True and not self.busy:
            self._forget()

    @signed_in
    async def submit(self, form_data: dict[str, Any]) -> AsyncIterator[Event | EventSpec | None]:
        """Check the password, then run the waiting event."""
        if not self._name or self.busy:
            return
        self.busy = True
        yield None
        try:
            await must_be_given(self, form_fields(form_data))
        except SwiviError as refusal:
            self.errors, self.error = refusal.fields, "" if refusal.fields else refusal.sentence
        else:
            waiting = Event(name=self._name, payload=json.loads(self._payload))
            self._forget()
            yield waiting
        finally:
            self.busy = False

    def _forget(self) -> None:
        self.is_open, self._name, self._payload = False, "", ""
        self.errors, self.error = {}, ""

    def _wait_with(self, event: Event) -> None:
        self._name, self._payload = event.name, json.dumps(event.payload)


class ProofGate(EventCheck):
    """Hold an event that needs the password, after the gate has let it through."""

    async def check(self, state: rx.State, event: Event) -> EventSpec | None:
        """Return None to run the handler, or the event that opens the dialog instead."""
        name = handler_of(event).fn.__qualname__
        if not sensitive_actions.needs_proof(name) or not await is_needed(state):
            return None
        logs.note_refusal(PasswordNeeded.code)
        (await state.get_state(ProofDialog))._wait_with(event)  # noqa: SLF001 - public methods are events
        return _open()


def _open() -> Handler:
    return ProofDialog.open  # Reflex sees an event handler, a type checker sees a method


def proof_dialog() -> rx.Component:
    """The dialog. Every page's frame holds it once."""
    state = ProofDialog
    return form_dialog(
        state.is_open,
        state.close,
        "Enter your password",
        rx.cond(state.error != "", notice("bad", state.error)),
        form(
            _password(text_var(state.errors.get(FIELD, "")), control_id="field-proof"),
            form_actions(close_button(), submit_button("Continue", pending=state.busy)),
            on_submit=state.submit,
        ),
        description=(
            "This action needs your password. You have not entered it in the last ten minutes."
        ),
    )


def password_field(needed: rx.Var[bool] | bool, error: Text) -> rx.Component:
    """A field for the password, in a form that may need it."""
    hint = "Needed because you have not entered it in the last ten minutes."
    return rx.fragment(rx.cond(needed, _password(error, hint=hint)))


def _password(error: Text, hint: Text = "", **props: Any) -> rx.Component:
    return text_field(
        "Your password",
        FIELD,
        type="password",
        auto_complete="current-password",
        hint=hint,
        error=error,
        **props,
    )
