"""The payout details that a clipper saves. The next payout request starts with them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from swivi.core.errors import SwiviError
from swivi.domain.accounts.models import Role
from swivi.domain.payouts import destinations
from swivi.domain.payouts.methods import parse_destination
from swivi.pages.engine import proof
from swivi.pages.engine.acting import acting, form_fields, refusal
from swivi.pages.engine.gate import clippers_only, public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared.destination_form import (
    DestinationForm,
    destination_fields,
    destination_summary,
    form_errors,
    steps,
    typed_destination,
)
from swivi.ui.buttons import button, submit_button
from swivi.ui.cards import panel
from swivi.ui.feedback import error_state, skeleton_rows, toast_success
from swivi.ui.forms import form, form_actions
from swivi.ui.vars import text_var


class Destination(DestinationForm, rx.State):
    """The form. `is_kept` says whether details are saved.

    The browser draws an empty form when `times_emptied` changes.
    """

    is_kept: bool = False
    times_emptied: int = 0
    needs_password: bool = False
    busy: bool = False
    problem: str = ""
    loading: bool = True

    @public
    async def load(self) -> None:
        """Read the saved details."""
        actor = await visitor(self, Role.CLIPPER)
        if actor is None:
            return
        self.loading = True
        async with loading(self, "Your payout details") as session:
            kept = await destinations.kept(session, actor.user_id)
            self.is_kept = kept is not None
            self._open_with(kept)
        self.needs_password = await proof.is_needed(self)

    @clippers_only
    async def save(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Ask for confirmation of what was typed, then save it."""
        fields = form_fields(form_data)
        self.busy = True
        yield None
        try:
            is_saved = await self._save(fields)
        except SwiviError as refused:
            self.errors = form_errors(
                refused.fields or {"details": refused.sentence}, fields.get("method")
            )
            self.needs_password = self.needs_password or proof.FIELD in refused.fields
            if proof.FIELD not in refused.fields:
                self._fill()
        else:
            if is_saved:
                self._fill()
                self.errors, self.outdated = {}, ""
                self.is_kept, self.needs_password = True, False
                yield toast_success("Payout details saved.")
        finally:
            self.busy = False

    async def _save(self, fields: Mapping[str, object]) -> bool:
        method, details = typed_destination(fields)
        if not self._is_confirmed(fields, parse_destination(method, details)):
            return False
        await proof.must_be_given(self, fields)
        async with acting(self) as (session, actor):
            await destinations.keep(session, actor, method=method, details=details)
        return True

    @clippers_only
    async def forget(self) -> EventSpec:
        """Delete the saved details."""
        try:
            async with acting(self) as (session, actor):
                await destinations.forget(session, actor)
        except SwiviError as refused:
            return refusal(refused)
        self._open_with(None)
        self.is_kept = False
        self.times_emptied += 1
        return toast_success("Payout details deleted.")


def destination_part() -> rx.Component:
    """The form."""
    state = Destination
    fill = rx.fragment(
        destination_fields(state),
        form_actions(
            rx.cond(state.is_kept, button("Delete details", state.forget, kind="quiet")),
            submit_button("Continue", pending=state.busy, kind="secondary", key="continue"),
        ),
    )
    confirm = rx.fragment(
        destination_summary(state),
        proof.password_field(state.needs_password, _error(proof.FIELD)),
        form_actions(
            button("Back", state.back, disabled=state.busy, auto_focus=True, key="back"),
            submit_button("Save payout details", pending=state.busy, key="save"),
        ),
    )
    typed = form(steps(state, fill, confirm), on_submit=state.save, key=f"{state.times_emptied}")
    shown = rx.cond(state.loading, skeleton_rows(3), typed)
    return panel(
        "Payout details",
        rx.el.p(
            "Your next payout request starts with these details. Existing requests do not change.",
            class_name="quiet",
        ),
        rx.cond(state.problem != "", error_state(state.problem, state.load), shown),
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(Destination.errors.get(name, ""))
