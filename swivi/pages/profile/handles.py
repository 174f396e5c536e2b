"""A clipper's accounts on the platforms. Admins use them to see whose video a clip is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.domain.accounts import social
from swivi.domain.accounts.models import SocialAccount
from swivi.domain.platforms.models import Platform
from swivi.pages.engine.acting import acting, form_fields, refusal, some_id
from swivi.pages.engine.gate import clippers_only
from swivi.pages.engine.live import ClipperLive
from swivi.pages.shared.frame import sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import icon_button, submit_button
from swivi.ui.cards import panel
from swivi.ui.feedback import error_state, skeleton_rows, toast_success
from swivi.ui.forms import form, form_actions, select_field, text_field
from swivi.ui.vars import rows_var, text_var

PLATFORMS = tuple((platform.value, platform.label) for platform in Platform)

Row = Any
"""The Var of a HandleRow; its fields are Vars too."""


@dataclass(frozen=True)
class HandleRow:
    """One linked account."""

    id: int = 0
    platform: str = ""
    handle: str = ""


class Handles(ClipperLive, rx.State):
    """The accounts, and the form that adds one. The form is emptied when `added` changes."""

    _content: ClassVar[str] = "Your linked accounts"
    rows: list[HandleRow] = []
    errors: dict[str, str] = {}
    busy: bool = False
    added: int = 0

    async def _arrive(self) -> None:
        self.errors = {}

    async def _refresh_live(self, session: AsyncSession) -> None:
        self.rows = [_row(account) for account in await social.linked(session, self._user_id)]

    @clippers_only
    async def add(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Link the account that was typed."""
        fields = form_fields(form_data)
        if fields.get("added") != str(self.added):  # the second of two quick clicks
            return
        self.busy = True
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
            await self._read()
            yield toast_success(f"@{account.handle} is linked.")
        finally:
            self.busy = False

    @clippers_only
    async def remove(self, account_id: object) -> EventSpec:
        """Unlink an account."""
        try:
            async with acting(self) as (session, actor):
                account = await social.unlink(session, actor, some_id(account_id))
        except SwiviError as refused:
            return refusal(refused)
        await self._read()
        return toast_success(f"@{account.handle} is no longer linked.")


def _row(account: SocialAccount) -> HandleRow:
    return HandleRow(account.id, account.platform, account.handle)


def handles_part() -> rx.Component:
    """The list and the form."""
    state = Handles
    listed = rx.el.ul(
        rx.foreach(state.rows, _item),
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
            "Admins approve clips from your own accounts sooner.",
            class_name="quiet",
        ),
        rx.cond(state.problem != "", error_state(state.problem, state.load), shown),
        _form(),
    )


def _item(row: Row) -> rx.Component:
    return rx.el.li(
        platform_mark(row.platform, named=True),
        rx.el.strong("@", row.handle, style={"overflow_wrap": "anywhere"}),
        icon_button(
            "x",
            f"Remove @{row.handle}",
            sends(Handles.remove, row.id),
            style={"margin_inline_start": "auto"},
        ),
        key=row.id,
        style={"display": "flex", "align_items": "center", "gap": "8px", "min_height": "36px"},
    )


def _form() -> rx.Component:
    state = Handles
    return form(
        rx.el.input(type="hidden", name="added", value=f"{state.added}"),
        select_field("Platform", "platform", PLATFORMS, error=_error("platform")),
        text_field(
            "Account name",
            "handle",
            placeholder="@you",
            auto_complete="off",
            hint="You can also paste the link to your profile.",
            error=_error("handle"),
        ),
        form_actions(submit_button("Link account", pending=state.busy, kind="secondary")),
        on_submit=state.add,
        key=f"{state.added}",
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(Handles.errors.get(name, ""))
