"""The name that other users see."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from swivi.core.errors import SwiviError
from swivi.domain.accounts import profile
from swivi.pages.engine.acting import acting, form_fields
from swivi.pages.engine.gate import public, signed_in
from swivi.pages.engine.session import SessionState, viewer
from swivi.ui.buttons import submit_button
from swivi.ui.cards import panel
from swivi.ui.feedback import skeleton_rows, toast_success
from swivi.ui.forms import form, form_actions, text_field


class ProfileName(rx.State):
    """The form. `name` is its first value."""

    name: str = ""
    error: str = ""
    busy: bool = False
    loaded: bool = False

    @public
    async def load(self) -> None:
        """Read the name."""
        actor = await viewer(self)
        if actor is not None:
            self.name, self.error, self.loaded = actor.name, "", True

    @signed_in
    async def save(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Save the name that was typed."""
        self.busy = True
        yield None
        try:
            async with acting(self) as (session, actor):
                user = await profile.change_name(session, actor, form_fields(form_data).get("name"))
        except SwiviError as refusal:
            self.error = refusal.sentence
        else:
            self.error = ""
            (await self.get_state(SessionState)).name = user.name
            yield toast_success(f"Your name is now {user.name}.")
        finally:
            self.busy = False


def name_part() -> rx.Component:
    """Name and email."""
    state = ProfileName
    typed = form(
        text_field(
            "Name", "name", default_value=state.name, auto_complete="name", error=state.error
        ),
        text_field(
            "Email",
            "email",
            default_value=SessionState.email,
            type="email",
            read_only=True,
            hint="You sign in with this address. It cannot be changed.",
        ),
        form_actions(submit_button("Save name", pending=state.busy, kind="secondary")),
        on_submit=state.save,
    )
    return panel("You", rx.cond(state.loaded, typed, skeleton_rows(2)))
