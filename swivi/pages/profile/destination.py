"""Where a clipper is paid: what the next payout request is filled in with."""

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from swivi.accounts.models import Role
from swivi.core.errors import SwiviError
from swivi.pages import proof
from swivi.pages.acting import acting, form_fields, refusal
from swivi.pages.clipper.rows import METHODS, WHERE_HINT
from swivi.pages.gate import clippers_only, public
from swivi.pages.loading import loading
from swivi.pages.session import visitor
from swivi.payouts import destinations
from swivi.ui.buttons import button, submit_button
from swivi.ui.cards import panel
from swivi.ui.feedback import error_state, skeleton_rows, toast_success
from swivi.ui.forms import form, form_actions, select_field, text_area_field
from swivi.ui.vars import text_var


class Destination(rx.State):
    """The form, with what is kept; `is_kept` says whether anything is. Emptied by counting `times_emptied`."""

    method: str = METHODS[0][0]
    details: str = ""
    is_kept: bool = False
    times_emptied: int = 0
    errors: dict[str, str] = {}
    needs_password: bool = False
    pending: bool = False
    problem: str = ""
    loading: bool = True

    @public
    async def load(self) -> None:
        """The page opens."""
        actor = await visitor(self, Role.CLIPPER)
        if actor is None:
            return
        self.errors, self.loading = {}, True
        async with loading(self, "Your payout details") as session:
            kept = await destinations.kept(session, actor.user_id)
            self.is_kept = kept is not None
            self.method, self.details = (kept.method, kept.details) if kept else (METHODS[0][0], "")
        self.needs_password = await proof.is_needed(self)

    @clippers_only
    async def save(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Keep what was typed."""
        fields = form_fields(form_data)
        self.pending = True
        yield None
        try:
            await proof.must_be_given(self, fields)
            async with acting(self) as (session, actor):
                await destinations.keep(session, actor, method=fields.get("method"), details=fields.get("details"))
        except SwiviError as refused:
            self.errors = refused.fields or {"details": refused.sentence}
            self.needs_password = self.needs_password or proof.FIELD in refused.fields
        else:
            self.errors, self.is_kept, self.needs_password = {}, True, False
            yield toast_success("Kept for your next payout.")
        finally:
            self.pending = False

    @clippers_only
    async def forget(self) -> EventSpec:
        """Keep nothing any more."""
        try:
            async with acting(self) as (session, actor):
                await destinations.forget(session, actor)
        except SwiviError as refused:
            return refusal(refused)
        self.errors, self.is_kept = {}, False
        self.method, self.details = METHODS[0][0], ""
        self.times_emptied += 1
        return toast_success("Your payout details are forgotten.")


def destination_part() -> rx.Component:
    """The form."""
    state = Destination
    typed = form(
        select_field("Method", "method", METHODS, default_value=state.method, error=_error("method")),
        text_area_field(
            "Where to send it", "details", rows=3, default_value=state.details, hint=WHERE_HINT, error=_error("details")
        ),
        proof.password_field(state.needs_password, _error(proof.FIELD)),
        form_actions(
            rx.cond(state.is_kept, button("Forget them", state.forget, kind="quiet")),
            submit_button("Keep for payouts", pending=state.pending, kind="secondary"),
        ),
        on_submit=state.save,
        key=f"{state.times_emptied}",
    )
    shown = rx.cond(state.loading, skeleton_rows(3), typed)
    return panel(
        "Where you are paid",
        rx.el.p("Your next payout request starts with this. Requests already made keep theirs.", class_name="quiet"),
        rx.cond(state.problem != "", error_state(state.problem, state.load), shown),
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(Destination.errors.get(name, ""))
