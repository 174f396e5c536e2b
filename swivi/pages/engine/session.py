"""The viewer of a tab, and whether a page is for them. Every page's `on_load` begins here."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core import clock, logs
from swivi.domain.accounts import devices
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role
from swivi.insights.operations.page_frame import FrameNow, Viewer, frames_now, viewer_of
from swivi.pages.engine.gate import current_actor_or_none, public, session_hash, signed_in
from swivi.pages.engine.state_owner import forget_everything
from swivi.runtime.live import hub
from swivi.runtime.live.batch_reads import read_alone
from swivi.runtime.runtime import runtime

OPENING = timedelta(seconds=1)
"""How long a looked-up viewer is reused. A page's parts open within it, and need one look-up."""


class SessionState(rx.State):
    """What the frame of every page shows: the viewer, their unread notifications, the DEMO badge.

    `role` is "CLIPPER", "ADMIN", or "" for a guest. `name` and `unread` are live. `ended` is true
    once the session was ended elsewhere, or lost its role, while the page was open.
    """

    name: str = ""
    email: str = ""
    role: str = ""
    unread: int = 0
    demo: bool = False
    ended: bool = False
    _after_numbers: ClassVar[bool] = False
    _tells_of_session: ClassVar[bool] = True
    _actor: Actor | None = None
    _session: str = ""
    """The hash of the viewer's session."""
    _looked_at: datetime | None = None
    """The time of the last look-up."""
    _noticed: int | None = None
    """`hub.noticed` at that time. It also counts ended sessions and changed roles."""
    _read_at: datetime | None = None

    @public
    async def enter_public(self) -> None:
        """Open a public page."""
        await self._recognise()

    @public
    async def enter_as_clipper(self) -> EventSpec | None:
        """Open a clipper's page. Send guests to sign in, and admins to `NOT_FOR_YOU`."""
        return await self._enter(Role.CLIPPER)

    @public
    async def enter_as_admin(self) -> EventSpec | None:
        """Open an admin's page. Send guests to sign in, and clippers to `NOT_FOR_YOU`."""
        return await self._enter(Role.ADMIN)

    async def _enter(self, role: Role) -> EventSpec | None:
        viewer = await self._recognise()
        if viewer is None:
            return rx.redirect(routes.sign_in_for(_address(self)))
        if viewer.frame.role is not role:
            return rx.redirect(routes.NOT_FOR_YOU)
        return None if devices.is_noted(viewer.seen_at) else SessionState.note_use

    @rx.event(background=True)
    @signed_in
    async def note_use(self) -> None:
        """Store when this browser was last used.

        In the background, because a page must not wait for a write.
        """
        async with runtime().database.writing() as session:
            await devices.note_use(session, session_hash(self))

    async def _recognise(self) -> Viewer | None:
        hub.leave(self)
        viewer = await self._look()
        actor = (
            None
            if viewer is None
            else Actor(viewer.user_id, viewer.frame.role, viewer.frame.name, viewer.email)
        )
        # A guest's state holds nothing private. A reset is sent to the tab: 16 KB for all states.
        if self._actor is not None and actor != self._actor:
            await forget_everything(self)
        self._actor, self._session = actor, session_hash(self)
        self._looked_at = self._read_at = clock.now()
        self._noticed = hub.noticed()
        self.demo = runtime().settings.demo
        if viewer is not None and actor is not None:
            logs.note_user(actor.user_id)
            self.name, self.email, self.role = actor.name, actor.email, actor.role
            hub.watch(self, users={actor.user_id})
            self._show_live(viewer.frame)
        return viewer

    async def _look(self) -> Viewer | None:
        if not (mine := session_hash(self)):
            return None
        async with runtime().database.reading() as session:
            return await viewer_of(session, mine)

    def _found_just_now(self, session: str) -> Actor | None:
        """Return the viewer if the page has just begun to open and nothing changed since."""
        is_fresh = self._looked_at is not None and abs(clock.now() - self._looked_at) < OPENING
        holds = is_fresh and self._noticed == hub.noticed() and self._session == session
        return self._actor if holds else None

    async def _refresh_live(self, session: AsyncSession) -> None:
        await read_alone(self, session)

    @staticmethod
    async def _read_for(session: AsyncSession, whose: Sequence[str]) -> Mapping[str, FrameNow]:
        return await frames_now(session, whose)

    def _whose_numbers(self) -> str:
        return self._session

    def _show_live(self, numbers: FrameNow | None) -> None:
        if not self.role:
            return
        if numbers is None or numbers.role != self.role:
            self._end()
        elif (numbers.name, numbers.unread) != (self.name, self.unread):
            self.name, self.unread = numbers.name, numbers.unread

    def _end(self) -> None:
        """Stop pushing to this tab. The page then redirects to the sign-in page."""
        self.ended = True
        hub.leave(self)


async def end(root: rx.State) -> None:
    """Set `SessionState.ended`, because this tab's session has ended."""
    (await root.get_state(SessionState))._end()  # noqa: SLF001 - public methods are events


async def viewer(state: rx.State) -> Actor | None:
    """Return the viewer, for the reads of a page that opens; None for a guest.

    The parts of a page reuse the look-up of the page's first handler. An action looks the user up
    each time: see `swivi.pages.engine.acting`.
    """
    if not (mine := session_hash(state)):
        return None
    known = (await state.get_state(SessionState))._found_just_now(mine)  # noqa: SLF001 - public methods are events
    if known is None:
        return await current_actor_or_none(state)
    logs.note_user(known.user_id)
    return known


async def visitor(state: rx.State, role: Role) -> Actor | None:
    """Return the viewer if they have this role, else None: `SessionState` is redirecting them."""
    actor = await viewer(state)
    return actor if actor is not None and actor.role is role else None


def _address(state: rx.State) -> str:
    url = state.router.url
    return f"{url.path}?{url.query}" if url.query else url.path
