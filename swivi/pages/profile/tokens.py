"""The user's API tokens: make one (shown once), see when each was last used, revoke. Live."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core.errors import SwiviError
from swivi.domain.accounts import tokens
from swivi.domain.accounts.models import ApiToken, TokenScope
from swivi.pages.engine.acting import acting, refusal, some_id
from swivi.pages.engine.dialog import Dialog, Fields, refusal_notice
from swivi.pages.engine.gate import session_hash, signed_in
from swivi.pages.engine.live import Live
from swivi.pages.engine.one_time import show_once
from swivi.pages.shared.frame import sends
from swivi.runtime.live import hub
from swivi.ui.buttons import button, submit_button
from swivi.ui.cards import panel
from swivi.ui.dialogs import close_button, confirm_dialog, form_dialog
from swivi.ui.feedback import badge, empty_state, toast_success
from swivi.ui.forms import checkbox_field, form, form_actions, select_field, text_field
from swivi.ui.keys import copyable
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import count, when
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Handler, Node
from swivi.ui.vars import text_var

MOST_SHOWN = 100
WITHOUT_NAME = "Made by signing in"
SCOPES = ((TokenScope.READ.value, "Read only"), (TokenScope.WRITE.value, "Read and write"))
LIVES = (("7", "7 days"), ("30", "30 days"), (str(tokens.LIFE_DAYS), "90 days"), ("365", "A year"))

Row = Any
"""The Var of a TokenRow; its fields are Vars too."""


@dataclass(frozen=True)
class TokenRow:
    """One token. Times are ISO 8601 UTC. `used` is "" if it was never used."""

    id: int = 0
    name: str = ""
    may_write: bool = False
    used: str = ""
    expires: str = ""
    ends_with_session: bool = False


class Tokens(Dialog, Live, rx.State):
    """Live: the tokens that are valid, and the dialog that makes one.

    `shown` is the new token, until the dialog is closed. The tab has it, the state never does: see
    `show_once`.
    """

    _content: ClassVar[str] = "Your API tokens"
    rows: list[TokenRow] = []
    more: int = 0
    """How many tokens are not shown, beyond `MOST_SHOWN`."""
    shown: str = ""
    is_made: bool = False

    async def _arrive(self) -> None:
        if self.is_made:
            await show_once(self, shown="")
        self._reset()
        self.is_made = False
        hub.watch(self, users={self._user_id})

    @signed_in
    async def open(self) -> None:
        """Open the form."""
        self._open()
        self.is_made = False

    @signed_in
    async def close(self, is_open: object) -> None:
        """Dismiss the dialog, and forget a token that it showed."""
        if is_open is not True and not self.busy:
            self._reset()
            await show_once(self, shown="")

    @signed_in
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Make a token, and show it."""
        async for event in self._submit(form_data, self._make):
            yield event

    def _begin(self) -> bool:
        return not self.is_made and super()._begin()

    async def _make(self, fields: Fields) -> str:
        origin = tokens.Origin(session_hash(self), outlives_session=bool(fields.get("outlives")))
        async with acting(self) as (session, actor):
            made = await tokens.create(
                session,
                actor.user_id,
                name=fields.get("name"),
                scope=fields.get("scope"),
                days=fields.get("days"),
                made_by=actor.user_id,
                origin=origin,
            )
        self.is_made = True
        await show_once(self, shown=made.token)
        return ""

    @signed_in
    async def revoke(self, token_id: object) -> EventSpec:
        """Revoke a token."""
        try:
            async with acting(self) as (session, actor):
                ended = await tokens.revoke(session, actor, some_id(token_id))
        except SwiviError as refused:
            return refusal(refused)
        return toast_success(f"Token revoked: {ended.name or WITHOUT_NAME}.")

    async def _refresh_live(self, session: AsyncSession) -> None:
        found, total = await tokens.living(session, self._user_id, limit=MOST_SHOWN)
        rows = [_row(token) for token in found]
        if rows != self.rows:
            self.rows, self.more = rows, total - len(rows)


def _row(token: ApiToken) -> TokenRow:
    return TokenRow(
        id=token.id,
        name=token.name or WITHOUT_NAME,
        may_write=token.scope is TokenScope.WRITE,
        used=token.last_used_at.isoformat() if token.last_used_at else "",
        expires=token.expires_at.isoformat(),
        ends_with_session=token.ends_with_session,
    )


_COLUMNS = (Column("Token"), Column("Last used"), Column("Expires"), Column("", "right"))


def tokens_part() -> rx.Component:
    """The list, with a button to make a new token."""
    state = Tokens
    return panel(
        "API tokens",
        rx.el.p(
            "Tokens let your own programs use the API. See the ",
            rx.el.a("API documentation", href=routes.API_DOCS),
            ".",
            class_name="quiet",
        ),
        data_table(
            _COLUMNS,
            state.rows,
            _cells,
            caption="API tokens",
            key=lambda row: row.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "key_round", "No tokens", "Make a token when one of your programs needs the API."
            ),
            stacks=True,
        ),
        rx.cond(
            state.more > 0, rx.el.p("And ", count(state.more), " older tokens.", class_name="quiet")
        ),
        _dialog(),
        action=button("New token", state.open, icon="plus"),
    )


def _cells(row: Row) -> list[Node]:
    revoke = confirm_dialog(
        button("Revoke", aria_label=f"Revoke {row.name}"),
        f"Revoke {row.name}?",
        "Programs that use it lose access at once.",
        "Revoke",
        sends(Tokens.revoke, row.id),
        danger=True,
    )
    scope = rx.cond(
        row.may_write,
        badge("Read and write", "info", "pencil"),
        badge("Read only", "neutral", "eye"),
    )
    name = rx.el.span(row.name, style={"overflow_wrap": "anywhere"})
    expires = rx.cond(row.ends_with_session, rx.el.span("When you sign out"), when(row.expires))
    return [cluster(name, scope), when(row.used, never="Never"), expires, revoke]


def _dialog() -> rx.Component:
    state = Tokens
    return form_dialog(
        state.is_open,
        state.close,
        rx.cond(state.is_made, "Your new token", "New API token"),
        rx.cond(state.is_made, _shown(), _form()),
        description=rx.cond(
            state.is_made,
            "Copy it now. It is not shown again.",
            "A program with this token acts as you.",
        ),
    )


def _form() -> rx.Component:
    state = Tokens
    return stack(
        refusal_notice(state),
        form(
            text_field(
                "Name",
                "name",
                control_id="field-token-name",
                auto_complete="off",
                hint="The program that uses it, for example Nightly report.",
                error=_error("name"),
            ),
            select_field("Access", "scope", SCOPES, error=_error("scope")),
            select_field(
                "Expires after",
                "days",
                LIVES,
                default_value=str(tokens.LIFE_DAYS),
                error=_error("expires_in_days"),
            ),
            checkbox_field("Keep it valid when I sign out", "outlives"),
            form_actions(close_button(), submit_button("Make token", pending=state.busy)),
            on_submit=state.submit,
        ),
    )


def _shown() -> rx.Component:
    token = rx.el.code(Tokens.shown, style={"overflow_wrap": "anywhere"})
    return stack(
        copyable(token, Tokens.shown, "Copy the token"), form_actions(close_button("Done"))
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(Tokens.errors.get(name, ""))
