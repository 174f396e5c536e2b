"""The live mixin: one part of a page that loads, reports problems, and refreshes itself.

Guard, watch and first read stand here once. A state says what it shows:

    class UserRows(AdminLive, rx.State):
        _content: ClassVar[str] = "The users"
        rows: list[UserRow] = []

        async def _arrive(self) -> None:
            hub.watch(self, users={self._user_id})

        async def _refresh_live(self, session: AsyncSession) -> None:
            self.rows = await ...
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.domain.accounts.models import Role
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import viewer
from swivi.runtime.live.batch_reads import read_alone


class Live(rx.State, mixin=True):
    """Loads for the viewer, then follows what `_arrive` watches.

    `problem` says what could not be read, "" if nothing. `changed_at` is the time of the newest
    numbers (ISO 8601 UTC), for states that show it.
    """

    problem: str = ""
    loading: bool = True
    changed_at: str = ""
    _user_id: int = 0
    """The viewer; 0 before the first load."""
    _audience: ClassVar[Role | None] = None
    """The role that this is for; None for every signed-in user."""
    _content: ClassVar[str] = "The page"
    """What is read, as the subject of "... could not be loaded."."""

    @public
    async def load(self) -> None:
        """Read what the address asks for, and follow its changes."""
        if await self._is_for_viewer():
            await self._arrive()
            await self._read()

    async def _is_for_viewer(self) -> bool:
        """Return whether the viewer may see this, and remember them as `_user_id`.

        Where this is False, `SessionState` is sending the viewer away.
        """
        actor = await viewer(self)
        if actor is None or self._audience not in (None, actor.role):
            return False
        self._user_id = actor.user_id
        return True

    async def _arrive(self) -> None:
        """Take filters and ids from the address, reset what an old page left, call `hub.watch`.

        Watching comes before reading, so that no change falls in between.
        """

    async def _read(self) -> None:
        """Read everything in a session of its own. A database failure becomes `problem`."""
        async with loading(self, self._content) as session:
            await self._read_all(session)

    async def _read_all(self, session: AsyncSession) -> None:
        """Read for a page that opens. Override where a refresh reads less."""
        await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        """Read again what may have changed, and assign what did. The hub calls it, too."""
        raise NotImplementedError

    def _mark_changed(self) -> None:
        """Note now as the time of the newest numbers."""
        self.changed_at = clock.now().isoformat()


class AdminLive(Live, rx.State, mixin=True):
    """The live mixin of admin pages."""

    _audience: ClassVar[Role | None] = Role.ADMIN


class ClipperLive(Live, rx.State, mixin=True):
    """The live mixin of clipper pages."""

    _audience: ClassVar[Role | None] = Role.CLIPPER


class BatchedLive(Live, rx.State, mixin=True):
    """Live numbers that one statement reads for many tabs.

    See `swivi.runtime.live.batch_reads.BatchReadState`, which this implements for numbers that
    belong to a user.
    """

    _after_numbers: ClassVar[bool] = False
    _tells_of_session: ClassVar[bool] = False
    _read_at: datetime | None = None

    async def _refresh_live(self, session: AsyncSession) -> None:
        if self._user_id:
            await read_alone(self, session)

    def _whose_numbers(self) -> int:
        return self._user_id

    @staticmethod
    async def _read_for(session: AsyncSession, whose: Sequence[int]) -> Mapping[int, Any]:
        raise NotImplementedError

    def _show_live(self, numbers: Any) -> None:
        raise NotImplementedError
