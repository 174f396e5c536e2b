"""The live mixins of the clippers' pages: they follow the changes of the clipper who looks."""

from typing import ClassVar

import reflex as rx

from swivi.domain.accounts.models import Role
from swivi.pages.engine.live import BatchedLive, ClipperLive
from swivi.runtime.live import hub


class OwnLive(ClipperLive, rx.State, mixin=True):
    """Something of the viewer's own. Extend `_arrive` to read the address."""

    async def _arrive(self) -> None:
        hub.watch(self, users={self._user_id})


class BatchedOwnLive(BatchedLive, rx.State, mixin=True):
    """Numbers of the viewer's own, which one statement reads for many tabs."""

    _audience: ClassVar[Role | None] = Role.CLIPPER

    async def _arrive(self) -> None:
        hub.watch(self, users={self._user_id})
