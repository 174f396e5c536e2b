"""Two-step sign-in: set up an authenticator app, renew the recovery codes, turn it off."""

from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from swivi.core.errors import SwiviError
from swivi.domain.accounts import totp
from swivi.pages.engine import proof
from swivi.pages.engine.acting import acting, form_fields
from swivi.pages.engine.gate import current_actor, public, session_hash, signed_in
from swivi.pages.engine.one_time import show_once
from swivi.pages.engine.session import viewer
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button, submit_button
from swivi.ui.cards import panel
from swivi.ui.feedback import notice, toast_success
from swivi.ui.forms import form, form_actions, text_field
from swivi.ui.keys import copy_button
from swivi.ui.layout import stack
from swivi.ui.numbers import when
from swivi.ui.types import Node
from swivi.ui.vars import rows_var, text_var

OFF_CODE = "off_code"
"""The name of the code field in the form that turns it off. The form beside it has one too."""


class TwoSteps(rx.State):
    """`stage` is "key" while an app is set up, "codes" while recovery codes are shown, else "".

    Only the tab has the key (`picture`, `typed_key`) and the `codes`: see `show_once`.
    """

    since: str = ""
    """ISO 8601 UTC; "" while it is off."""
    codes_left: int = 0
    stage: str = ""
    picture: str = ""
    typed_key: str = ""
    codes: list[str] = []
    needs_password: bool = False
    errors: dict[str, str] = {}
    error: str = ""
    """A refusal that belongs to no field."""
    busy: bool = False

    @public
    async def load(self) -> None:
        """Read whether it is on, and hide secrets of an earlier visit."""
        if self.stage:
            await self._forget()
        actor = await viewer(self)
        if actor is not None:
            await self._read(actor.user_id)
            self.needs_password = await proof.is_needed(self)

    @signed_in
    async def set_up(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Show a new key, after the password."""
        async for event in self._run(self._set_up(form_fields(form_data))):
            yield event

    @signed_in
    async def turn_on(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Turn it on, after a code that proves that an app has the key."""
        async for event in self._run(self._turn_on(form_fields(form_data).get("code"))):
            yield event

    @signed_in
    async def renew_codes(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Show new recovery codes, after a code."""
        async for event in self._run(self._renew(form_fields(form_data).get("code"))):
            yield event

    @signed_in
    async def turn_off(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Turn it off, after the password and a code."""
        async for event in self._run(self._turn_off(form_fields(form_data)), code_field=OFF_CODE):
            yield event

    @signed_in
    async def done(self) -> None:
        """Hide the recovery codes, or leave the set-up."""
        await self._forget()

    async def _run(
        self, work: Awaitable[str], code_field: str = "code"
    ) -> AsyncIterator[EventSpec | None]:
        self.busy = True
        yield None
        try:
            said = await work
        except SwiviError as refusal:
            self.errors = {
                code_field if name == "code" else name: text
                for name, text in refusal.fields.items()
            }
            self.error = "" if self.errors else refusal.sentence
            self.needs_password = self.needs_password or proof.FIELD in self.errors
        else:
            self.errors, self.error = {}, ""
            if said:
                yield toast_success(said)
        finally:
            self.busy = False

    async def _set_up(self, fields: Mapping[str, object]) -> str:
        await proof.must_be_given(self, fields)
        async with acting(self) as (session, actor):
            setup = await totp.begin_setup(session, actor)
        self.needs_password = False
        self.stage = "key"
        in_groups = " ".join(setup.key[at : at + 4] for at in range(0, len(setup.key), 4))
        await show_once(self, picture=setup.picture, typed_key=in_groups)
        return ""

    async def _turn_on(self, code: object) -> str:
        if self.stage != "key":  # the second of two quick clicks
            return ""
        await proof.must_be_given(self, {})
        await runtime().quotas.code(await current_actor(self))
        async with acting(self) as (session, actor):
            codes = await totp.turn_on(session, actor, code, except_session=session_hash(self))
        await self._show(codes)
        await self._read(actor.user_id)
        return "Two-step sign-in is on. You are signed out everywhere else."

    async def _renew(self, code: object) -> str:
        await runtime().quotas.code(await current_actor(self))
        async with acting(self) as (session, actor):
            codes = await totp.renew_recovery_codes(session, actor, code)
        await self._show(codes)
        await self._read(actor.user_id)
        return "Your old recovery codes no longer work."

    async def _turn_off(self, fields: Mapping[str, object]) -> str:
        await proof.must_be_given(self, fields)
        await runtime().quotas.code(await current_actor(self))
        async with acting(self) as (session, actor):
            await totp.turn_off(
                session, actor, fields.get(OFF_CODE), except_session=session_hash(self)
            )
        await self._forget()
        await self._read(actor.user_id)
        return "Two-step sign-in is off. You are signed out everywhere else."

    async def _read(self, user_id: int) -> None:
        async with runtime().database.reading() as session:
            standing = await totp.standing(session, user_id)
        self.since = standing.since.isoformat() if standing else ""
        self.codes_left = standing.codes_left if standing else 0

    async def _show(self, codes: list[str]) -> None:
        await self._forget()
        self.stage = "codes"
        await show_once(self, codes=codes)

    async def _forget(self) -> None:
        self.stage, self.errors, self.error = "", {}, ""
        await show_once(self, picture="", typed_key="", codes=[])


def two_steps_part() -> rx.Component:
    """The part of the page for each stage."""
    state = TwoSteps
    return panel(
        "Two-step sign-in",
        rx.cond(state.error != "", notice("bad", state.error)),
        rx.cond(
            state.stage == "codes",
            _codes(),
            rx.cond(state.since != "", _on(), rx.cond(state.stage == "key", _setting_up(), _off())),
        ),
    )


def _off() -> Node:
    state = TwoSteps
    return stack(
        rx.el.p(
            "When it is on, you sign in with your password and a code from an app on your phone.",
            class_name="quiet",
        ),
        form(
            proof.password_field(state.needs_password, text_var(state.errors.get(proof.FIELD, ""))),
            form_actions(submit_button("Set up", pending=state.busy, kind="secondary")),
            on_submit=state.set_up,
        ),
    )


def _setting_up() -> Node:
    state = TwoSteps
    return stack(
        rx.el.p("Scan this with an authenticator app, then enter the code that it shows."),
        rx.el.img(src=state.picture, alt="The key as a QR code", class_name="qr"),
        rx.el.p("Or enter the key: ", rx.el.code(state.typed_key)),
        form(
            _code(),
            form_actions(
                button("Cancel", on_click=state.done),
                submit_button("Turn on", pending=state.busy),
            ),
            on_submit=state.turn_on,
        ),
    )


def _codes() -> Node:
    state = TwoSteps
    return stack(
        notice(
            "waiting",
            (
                "Save these where you can find them without your phone. Each code works once. They "
                "are not shown again."
            ),
        ),
        rx.el.ul(
            rx.foreach(state.codes, lambda code: rx.el.li(rx.el.code(code))),
            class_name="plain-list",
        ),
        form_actions(
            copy_button(rows_var(state.codes).join("\n"), "Copy the codes"),
            button("I saved them", on_click=state.done, kind="primary"),
        ),
    )


def _on() -> Node:
    state = TwoSteps
    return stack(
        rx.el.p(
            "On since ", when(state.since, never=""), f". Recovery codes left: {state.codes_left}."
        ),
        form(
            _code(),
            form_actions(submit_button("New recovery codes", pending=state.busy, kind="secondary")),
            on_submit=state.renew_codes,
        ),
        form(
            proof.password_field(state.needs_password, text_var(state.errors.get(proof.FIELD, ""))),
            _code("Code to turn it off", OFF_CODE),
            form_actions(submit_button("Turn off", pending=state.busy, kind="danger")),
            on_submit=state.turn_off,
        ),
    )


def _code(label: str = "Code", name: str = "code") -> Node:
    error = text_var(TwoSteps.errors.get(name, ""))
    return text_field(label, name, auto_complete="one-time-code", required=True, error=error)
