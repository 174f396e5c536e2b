"""One's API tokens: make one, which is shown once, see which are used, revoke.

Live: what a program does shows.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core.errors import SwiviError
from swivi.domain.accounts import tokens
from swivi.domain.accounts.models import ApiToken, TokenScope
from swivi.pages.engine.acting import acting, form_fields, refusal, some_id
from swivi.pages.engine.gate import public, session_hash, signed_in
from swivi.pages.engine.loading import loading
from swivi.pages.engine.one_time import show_once
from swivi.pages.engine.session import viewer
from swivi.pages.shared.frame import sends
from swivi.runtime.live import hub
from swivi.ui.buttons import button, submit_button
from swivi.ui.cards import panel
from swivi.ui.dialogs import close_button, confirm_dialog, form_dialog
from swivi.ui.feedback import badge, empty_state, notice, toast_success
from swivi.ui.forms import checkbox_field, form, form_actions, select_field, text_field
from swivi.ui.keys import copyable
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import count, when
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Node
from swivi.ui.vars import text_var

MOST_SHOWN = 100
WITHOUT_NAME = "Made by signing in"
SCOPES = ((TokenScope.READ.value, "Read only"), (TokenScope.WRITE.value, "Read and write"))
LIVES = (("7", "7 days"), ("30", "30 days"), (str(tokens.LIFE_DAYS), "90 days"), ("365", "A year"))

Line = Any
"""The Var of a TokenLine; its fields are Vars too."""


@dataclass
class TokenLine:
    """One token. Times are ISO 8601 UTC; `used` is "" for one that never was."""

    id: int = 0
    name: str = ""
    may_write: bool = False
    used: str = ""
    expires: str = ""
    ends_with_session: bool = False


class Tokens(rx.State):
    """Live: the tokens that open something.

    `shown` is the new one, until its dialog is closed; the tab has it, and the state never does
    (`show_once`).
    """

    rows: list[TokenLine] = []
    more: int = 0
    """Tokens that are too many to show."""
    is_open: bool = False
    shown: str = ""
    is_made: bool = False
    errors: dict[str, str] = {}
    error: str = ""
    """A refusal that belongs to no field."""
    pending: bool = False
    problem: str = ""
    loading: bool = True
    _user_id: int = 0

    @public
    async def load(self) -> None:
        """The page opens."""
        actor = await viewer(self)
        if actor is None:
            return
        self._user_id = actor.user_id
        if self.is_made:
            await show_once(self, shown="")
        self.is_open, self.is_made = False, False
        hub.watch(self, users={actor.user_id})
        async with loading(self, "Your API tokens") as session:
            await self._refresh_live(session)

    @signed_in
    async def open(self) -> None:
        """Offer to make one."""
        self.errors, self.error, self.is_made = {}, "", False
        self.is_open = True

    @signed_in
    async def close(self, is_open: object) -> None:
        """Escape, Cancel, Done, or a click outside; a token that was shown is forgotten."""
        self.is_open = self.is_open and (is_open is True or self.pending)
        if not self.is_open:
            await show_once(self, shown="")

    @signed_in
    async def make(self, form_data: dict[str, Any]) -> AsyncIterator[EventSpec | None]:
        """Make one as typed."""
        if not self.is_open or self.is_made:  # the second of two quick clicks
            return
        self.pending = True
        yield None
        fields = form_fields(form_data)
        try:
            async with acting(self) as (session, actor):
                made = await tokens.create(
                    session,
                    actor.user_id,
                    name=fields.get("name"),
                    scope=fields.get("scope"),
                    days=fields.get("days"),
                    made_by=actor.user_id,
                    origin=tokens.Origin(
                        session_hash(self), outlives_session=bool(fields.get("outlives"))
                    ),
                )
        except SwiviError as refused:
            self.errors, self.error = refused.fields, "" if refused.fields else refused.sentence
        else:
            self.errors, self.error, self.is_made = {}, "", True
            await show_once(self, shown=made.token)
        finally:
            self.pending = False

    @signed_in
    async def revoke(self, token_id: object) -> EventSpec:
        """End one."""
        try:
            async with acting(self) as (session, actor):
                ended = await tokens.revoke(session, actor, some_id(token_id))
        except SwiviError as refused:
            return refusal(refused)
        return toast_success(f"{ended.name or WITHOUT_NAME} is revoked: it opens nothing any more.")

    async def _refresh_live(self, session: AsyncSession) -> None:
        found, total = await tokens.living(session, self._user_id, limit=MOST_SHOWN)
        rows = [_line(token) for token in found]
        if rows != self.rows:
            self.rows, self.more = rows, total - len(rows)


def _line(token: ApiToken) -> TokenLine:
    return TokenLine(
        id=token.id,
        name=token.name or WITHOUT_NAME,
        may_write=token.scope is TokenScope.WRITE,
        used=token.last_used_at.isoformat() if token.last_used_at else "",
        expires=token.expires_at.isoformat(),
        ends_with_session=token.ends_with_session,
    )


_COLUMNS = (Column("Token"), Column("Last used"), Column("Expires"), Column("", "right"))


def tokens_part() -> rx.Component:
    """The list, and the way to a new one."""
    state = Tokens
    return panel(
        "API tokens",
        rx.el.p(
            "For your own programs: what a token opens is described in the ",
            rx.el.a("API's documentation", href=routes.API_DOCS),
            ".",
            class_name="quiet",
        ),
        data_table(
            _COLUMNS,
            state.rows,
            _cells,
            caption="API tokens",
            key=lambda line: line.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "key_round", "No tokens", "Make one when a program should act for you."
            ),
            stacks=True,
        ),
        rx.cond(
            state.more > 0, rx.el.p("And ", count(state.more), " older ones.", class_name="quiet")
        ),
        _dialog(),
        action=button("New token", state.open, icon="plus"),
    )


def _cells(line: Line) -> list[Node]:
    revoke = confirm_dialog(
        button("Revoke", aria_label=f"Revoke {line.name}"),
        f"Revoke {line.name}?",
        "Programs that use it are refused from now on.",
        "Revoke",
        sends(Tokens.revoke, line.id),
        danger=True,
    )
    scope = rx.cond(
        line.may_write,
        badge("Read and write", "info", "pencil"),
        badge("Read only", "neutral", "eye"),
    )
    name = rx.el.span(line.name, style={"overflow_wrap": "anywhere"})
    expires = rx.cond(line.ends_with_session, rx.el.span("When you sign out"), when(line.expires))
    return [cluster(name, scope), when(line.used, never="Never"), expires, revoke]


def _dialog() -> rx.Component:
    state = Tokens
    return form_dialog(
        state.is_open,
        state.close,
        rx.cond(state.is_made, "Your new token", "New API token"),
        rx.cond(state.is_made, _shown(), _form()),
        description=rx.cond(
            state.is_made,
            "Copy it now: it is never shown again.",
            "It acts for you, as far as you let it.",
        ),
    )


def _form() -> rx.Component:
    state = Tokens
    return stack(
        rx.cond(state.error != "", notice("bad", state.error)),
        form(
            text_field(
                "Name",
                "name",
                control_id="field-token-name",
                auto_complete="off",
                hint="What will use it, like Nightly report.",
                error=_error("name"),
            ),
            select_field("It may", "scope", SCOPES, error=_error("scope")),
            select_field(
                "It ends after",
                "days",
                LIVES,
                default_value=str(tokens.LIFE_DAYS),
                error=_error("expires_in_days"),
            ),
            checkbox_field("Keep it when I sign out", "outlives"),
            form_actions(close_button(), submit_button("Make token", pending=state.pending)),
            on_submit=state.make,
        ),
    )


def _shown() -> rx.Component:
    token = rx.el.code(Tokens.shown, style={"overflow_wrap": "anywhere"})
    return stack(
        copyable(token, Tokens.shown, "Copy the token"), form_actions(close_button("Done"))
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(Tokens.errors.get(name, ""))
