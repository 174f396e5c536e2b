"""Where one is signed in, and signing out there. Live: what another browser ends vanishes here."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core.errors import SwiviError
from swivi.domain.accounts import devices
from swivi.domain.accounts.models import SignInSession
from swivi.pages.engine.acting import acting, refusal, some_id
from swivi.pages.engine.gate import public, session_hash, signed_in
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import viewer
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

Line = Any
"""The Var of a BrowserLine; its fields are Vars too."""


@dataclass
class BrowserLine:
    """One session. Times are ISO 8601 UTC; `is_here` is the browser that looks at this."""

    id: int = 0
    name: str = ""
    user_agent: str = ""
    since: str = ""
    seen: str = ""
    is_here: bool = False


class Browsers(rx.State):
    """Live: the browsers that are signed in as the viewer."""

    rows: list[BrowserLine] = []
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
        hub.watch(self, users={actor.user_id})
        async with loading(self, "Your sessions") as session:
            await self._refresh_live(session)

    @signed_in
    async def sign_out(self, session_id: object) -> EventSpec:
        """End one session."""
        try:
            async with acting(self) as (session, actor):
                await devices.sign_out(session, actor, some_id(session_id))
        except SwiviError as refused:
            return refusal(refused)
        return toast_success("That browser is signed out.")

    @signed_in
    async def sign_out_everywhere(self) -> EventSpec:
        """End all sessions, this one too."""
        async with acting(self) as (session, actor):
            await devices.sign_out_everywhere(session, actor)
        return rx.redirect(routes.SIGNED_OUT)

    async def _refresh_live(self, session: AsyncSession) -> None:
        here = session_hash(self)
        rows = [_line(browser, here) for browser in await devices.signed_in(session, self._user_id)]
        if rows != self.rows:
            self.rows = rows


def _line(browser: SignInSession, here: str) -> BrowserLine:
    return BrowserLine(
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
    """The list, and the way to end all of it."""
    state = Browsers
    return panel(
        "Where you are signed in",
        data_table(
            _COLUMNS,
            state.rows,
            _cells,
            caption="Where you are signed in",
            key=lambda line: line.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
        ),
        action=confirm_dialog(
            button("Sign out everywhere", kind="secondary", icon="log_out"),
            "Sign out everywhere?",
            "Every browser is signed out, this one too, and your API tokens end.",
            "Sign out everywhere",
            state.sign_out_everywhere,
            danger=True,
        ),
    )


def _cells(line: Line) -> list[Node]:
    ends_it = button(
        "Sign out", sends(Browsers.sign_out, line.id), aria_label=f"Sign out {line.name}"
    )
    return [
        cluster(
            rx.el.span(line.name, title=line.user_agent),
            rx.cond(line.is_here, badge("This browser", "info", "monitor")),
        ),
        when(line.seen),
        when(line.since),
        rx.cond(line.is_here, rx.fragment(), ends_it),
    ]
