"""A clipper's accounts on the platforms, by which admins recognise whose a video is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from swivi.core.errors import SwiviError
from swivi.domain.accounts import social
from swivi.domain.accounts.models import Role, SocialAccount
from swivi.domain.platforms.models import Platform
from swivi.pages.engine.acting import acting, form_fields, refusal, some_id
from swivi.pages.engine.gate import clippers_only, public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared.frame import sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import icon_button, submit_button
from swivi.ui.cards import panel
from swivi.ui.feedback import error_state, skeleton_rows, toast_success
from swivi.ui.forms import form, form_actions, select_field, text_field
from swivi.ui.vars import rows_var, text_var

PLATFORMS = tuple((platform.value, platform.label) for platform in Platform)

Line = Any
"""The Var of a HandleLine; its fields are Vars too."""


@dataclass
class HandleLine:
    """One linked account."""

    id: int = 0
    platform: str = ""
    handle: str = ""


class Handles(rx.State):
    """The accounts, and the form that adds one; adding empties it by counting `added`."""

    rows: list[HandleLine] = []
    errors: dict[str, str] = {}
    pending: bool = False
    added: int = 0
    problem: str = ""
    loading: bool = True

    @public
    async def load(self) -> None:
        """The page opens."""
        actor = await visitor(self, Role.CLIPPER)
        if actor is None:
            return
        self.errors = {}
        async with loading(self, "Your linked accounts") as session:
            self.rows = [_line(account) for account in await social.linked(session, actor.user_id)]

    @clippers_only
    async def add(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Link what was typed."""
        fields = form_fields(form_data)
        if fields.get("added") != str(self.added):  # the second of two quick clicks
            return
        self.pending = True
        yield None
        try:
            async with acting(self) as (session, actor):
                account = await social.link(
                    session, actor, platform=fields.get("platform"), handle=fields.get("handle")
                )
        except SwiviError as refused:
            self.errors = refused.fields or {"handle": refused.sentence}
        else:
            self.errors = {}
            self.added += 1
            await self._show()
            yield toast_success(f"@{account.handle} is linked.")
        finally:
            self.pending = False

    @clippers_only
    async def remove(self, account_id: object) -> EventSpec:
        """Take a link away."""
        try:
            async with acting(self) as (session, actor):
                account = await social.unlink(session, actor, some_id(account_id))
        except SwiviError as refused:
            return refusal(refused)
        await self._show()
        return toast_success(f"@{account.handle} is no longer linked.")

    async def _show(self) -> None:
        actor = await visitor(self, Role.CLIPPER)
        if actor is not None:
            async with runtime().database.reading() as session:
                self.rows = [
                    _line(account) for account in await social.linked(session, actor.user_id)
                ]


def _line(account: SocialAccount) -> HandleLine:
    return HandleLine(account.id, account.platform, account.handle)


def handles_part() -> rx.Component:
    """The list and the form."""
    state = Handles
    listed = rx.el.ul(
        rx.foreach(state.rows, _row),
        class_name="stack",
        style={"list_style": "none"},
        aria_label="Linked accounts",
    )
    nothing = rx.el.p("None yet.", class_name="quiet")
    without_rows = rx.cond(state.loading, skeleton_rows(1), nothing)
    shown = rx.cond(rows_var(state.rows).length() > 0, listed, without_rows)
    return panel(
        "Linked accounts",
        rx.el.p(
            "Clips from your own accounts are approved sooner: admins see that they are yours.",
            class_name="quiet",
        ),
        rx.cond(state.problem != "", error_state(state.problem, state.load), shown),
        _form(),
    )


def _row(line: Line) -> rx.Component:
    return rx.el.li(
        platform_mark(line.platform, named=True),
        rx.el.strong("@", line.handle, style={"overflow_wrap": "anywhere"}),
        icon_button(
            "x",
            f"Remove @{line.handle}",
            sends(Handles.remove, line.id),
            style={"margin_inline_start": "auto"},
        ),
        key=line.id,
        style={"display": "flex", "align_items": "center", "gap": "8px", "min_height": "36px"},
    )


def _form() -> rx.Component:
    state = Handles
    return form(
        rx.el.input(type="hidden", name="added", value=f"{state.added}"),
        select_field("Platform", "platform", PLATFORMS, error=_error("platform")),
        text_field(
            "Your name there",
            "handle",
            placeholder="@you",
            auto_complete="off",
            hint="Or the link of your profile.",
            error=_error("handle"),
        ),
        form_actions(submit_button("Link account", pending=state.pending, kind="secondary")),
        on_submit=state.add,
        key=f"{state.added}",
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(Handles.errors.get(name, ""))
