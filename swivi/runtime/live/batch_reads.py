"""Reading for many tabs at once: before they are taken hold of, one by one, what they show is read
in one statement.

A tab may read for itself in the meantime. Then what was read for many is not shown to it, but read
once more, while it is held. So no tab shows what is older than what it shows already, and nobody
waits for a tab that is busy.
"""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Protocol, TypeAlias

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database


class BatchReadState(Protocol):
    """A live state whose numbers are read for many tabs at once."""

    _after_numbers: ClassVar[bool]
    """Where true, it is refreshed once all that are not have been: rows take longer, and nobody
    waits for them.
    """
    _tells_of_session: ClassVar[bool]
    """Where true, it shows None by ending its tab: its numbers are the viewer's session's, and none
    once that ended.
    """
    _read_at: datetime | None
    """When it last read for itself, or later (UTC)."""

    @staticmethod
    async def _read_for(session: AsyncSession, whose: Sequence[Any]) -> Mapping[Any, Any]:
        """The numbers of many; whoever has none is missing."""

    def _whose_numbers(self) -> Hashable:
        """Whose this tab shows: a user's id, or a session's hash."""

    def _show_live(self, numbers: Any) -> None:
        """Assign what changed. None where there are no numbers."""

    async def _refresh_live(self, session: AsyncSession) -> None:
        """Read for this tab alone, and show it."""


Whose: TypeAlias = Mapping[type[BatchReadState], Sequence[Hashable]]
"""Whose numbers are wanted, by the kind of state that shows them."""


@cache
def is_read_together(kind: type) -> bool:
    """Whether this class of states is a ReadTogether."""
    return hasattr(kind, "_read_for")


async def read_alone(state: BatchReadState, session: AsyncSession) -> None:
    """Read for one tab, note when, and show it."""
    whose = state._whose_numbers()  # noqa: SLF001 - public methods of states are events
    numbers = (await state._read_for(session, [whose])).get(whose)  # noqa: SLF001
    state._read_at = clock.now()  # noqa: SLF001
    state._show_live(numbers)  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Read:
    """What was read for many, from `began` (UTC) on."""

    began: datetime
    _numbers: Mapping[type[BatchReadState], Mapping[Hashable, Any]]

    def show(self, state: BatchReadState) -> bool:
        """To a state to which it is news; False if what that shows is not among it, or was read by
        itself since.
        """
        read_at, whose = state._read_at, state._whose_numbers()  # noqa: SLF001 - public ones would be sent
        numbers = self._numbers[type(state)]
        if whose not in numbers or (read_at is not None and read_at >= self.began):
            return False
        state._show_live(numbers[whose])  # noqa: SLF001
        return True


class BatchRead:
    """Tabs that are read for together, as soon as the first of them wants to know."""

    def __init__(self, database: Database, whose: Whose) -> None:
        self._database = database
        self._whose = whose
        self._reading: asyncio.Task[Read] | None = None
        self.following: BatchRead | None = None
        """The tabs whose turn is next."""

    def read(self) -> asyncio.Task[Read]:
        """The same for all of them. Raises what reading raises, as an Outage."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return self._reading

    def read_ahead(self) -> None:
        """For those that follow, while what was read is shown to these."""
        if self.following is not None:
            self.following.read()

    async def _read(self) -> Read:
        began, numbers = clock.now(), {}
        async with self._database.reading() as session:
            for kind, whose in self._whose.items():
                found = await kind._read_for(session, whose)  # noqa: SLF001
                numbers[kind] = {one: found.get(one) for one in whose}
        return Read(began, numbers)
