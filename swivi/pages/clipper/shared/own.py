"""What the live parts of the clippers' pages share: whose they are, and reading them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.accounts.models import Role
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub
from swivi.runtime.live.batch_reads import read_alone


class ClipperLive(rx.State, mixin=True):
    """Live for the clipper who looks: `_refresh_live` reads it for `_user_id`, 0 before somebody
    looked.
    """

    problem: str = ""
    loading: bool = True
    _user_id: int = 0

    async def _is_clippers(self) -> bool:
        """Follow the viewer's changes.

        False where they are no clipper: `SessionState` is sending them away.
        """
        actor = await visitor(self, Role.CLIPPER)
        if actor is None:
            return False
        self._user_id = actor.user_id
        hub.watch(self, users={actor.user_id})
        return True

    async def _read(self, what: str) -> None:
        """Read it for the first time; `what` names it in words, should that fail."""
        async with loading(self, what) as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        raise NotImplementedError


class BatchedClipperLive(ClipperLive, rx.State, mixin=True):
    """The same, read for all clippers who look in one statement; see
    `swivi.runtime.live.batch_reads.ReadTogether`.
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
