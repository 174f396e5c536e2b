"""The browsers in which the user is signed in, with buttons to sign out there. Live."""

from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core.errors import SwiviError
from swivi.domain.accounts import devices
from swivi.domain.accounts.models import SignInSession
from swivi.pages.engine.acting import acting, refusal, some_id
from swivi.pages.engine.gate import session_hash, signed_in
from swivi.pages.engine.live import Live
from swivi.pages.profile.user_agent import browser_name
from swivi.pages.shared.frame import sends
from swivi.runtime.live import hub
from swivi.ui.buttons import button
from swivi.ui.cards import panel
from swivi.ui.dialogs import confirm_dialog
from swivi.ui.feedback import badge, toast_success
from swivi.ui.layout import cluster
from swivi.ui.numbers import when
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Node

Row = Any
"""The Var of a BrowserRow; its fields are Vars too."""


@dataclass(frozen=True)
class BrowserRow:
    """One session. Times are ISO 8601 UTC. `is_here` marks the browser that shows this page."""

    id: int = 0
    name: str = ""
    user_agent: str = ""
    since: str = ""
    seen: str = ""
    is_here: bool = False


class Browsers(Live, rx.State):
    """Live: the browsers that are signed in as the viewer."""

    _content: ClassVar[str] = "Your sessions"
    rows: list[BrowserRow] = []

    async def _arrive(self) -> None:
        hub.watch(self, users={self._user_id})

    @signed_in
    async def sign_out(self, session_id: object) -> EventSpec:
        """End one session."""
        try:
            async with acting(self) as (session, actor):
                await devices.sign_out(session, actor, some_id(session_id))
        except SwiviError as refused:
            return refusal(refused)
        return toast_success("Browser signed out.")

    @signed_in
    async def sign_out_everywhere(self) -> EventSpec:
        """End all sessions, including this one."""
        async with acting(self) as (session, actor):
            await devices.sign_out_everywhere(session, actor)
        return rx.redirect(routes.SIGNED_OUT)

    async def _refresh_live(self, session: AsyncSession) -> None:
        here = session_hash(self)
        rows = [_row(browser, here) for browser in await devices.signed_in(session, self._user_id)]
        if rows != self.rows:
            self.rows = rows


def _row(browser: SignInSession, here: str) -> BrowserRow:
    return BrowserRow(
        id=browser.id,
        name=browser_name(browser.user_agent),
        user_agent=browser.user_agent,
        since=browser.created_at.isoformat(),
        seen=browser.last_seen_at.isoformat() if browser.last_seen_at else "",
        is_here=devices.is_of(browser, here),
    )


_COLUMNS = (
    Column("Browser"),
    Column("Last seen"),
    Column("Signed in", wide_only=True),
    Column("", "right"),
)


def browsers_part() -> rx.Component:
    """The list, with a button to end all sessions."""
    state = Browsers
    return panel(
        "Where you are signed in",
        data_table(
            _COLUMNS,
            state.rows,
            _cells,
            caption="Where you are signed in",
            key=lambda row: row.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
        ),
        action=confirm_dialog(
            button("Sign out everywhere", kind="secondary", icon="log_out"),
            "Sign out everywhere?",
            "This signs you out in every browser, including this one. It also "
            "revokes your API tokens.",
            "Sign out everywhere",
            state.sign_out_everywhere,
            danger=True,
        ),
    )


def _cells(row: Row) -> list[Node]:
    sign_out = button(
        "Sign out", sends(Browsers.sign_out, row.id), aria_label=f"Sign out {row.name}"
    )
    return [
        cluster(
            rx.el.span(row.name, title=row.user_agent),
            rx.cond(row.is_here, badge("This browser", "info", "monitor")),
        ),
        when(row.seen),
        when(row.since),
        rx.cond(row.is_here, rx.fragment(), sign_out),
    ]
