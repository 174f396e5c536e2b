"""The name that people see."""

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
    """The form; `name` is what it opens with."""

    name: str = ""
    error: str = ""
    pending: bool = False
    loaded: bool = False

    @public
    async def load(self) -> None:
        """The page opens."""
        actor = await viewer(self)
        if actor is not None:
            self.name, self.error, self.loaded = actor.name, "", True

    @signed_in
    async def save(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Be called what was typed."""
        self.pending = True
        yield None
        try:
            async with acting(self) as (session, actor):
                user = await profile.change_name(session, actor, form_fields(form_data).get("name"))
        except SwiviError as refusal:
            self.error = refusal.sentence
        else:
            self.error = ""
            (await self.get_state(SessionState)).name = user.name
            yield toast_success(f"You are {user.name} now.")
        finally:
            self.pending = False


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
            hint="You sign in with this; it stays as it is.",
        ),
        form_actions(submit_button("Save name", pending=state.pending, kind="secondary")),
        on_submit=state.save,
    )
    return panel("You", rx.cond(state.loaded, typed, skeleton_rows(2)))
