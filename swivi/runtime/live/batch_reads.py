"""Batch reads: the numbers of many tabs are read in one statement, before their states are locked.

A tab may read its own numbers between the batch read and its lock. Then the batch is older than
what the tab shows, and the tab reads again under its lock. So no tab goes back to older numbers,
and no tab waits for another one that is busy.
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
    """A live state whose numbers can be read for many tabs at once.

    Its methods are private because clients can call every public method of a state.
    """

    _after_numbers: ClassVar[bool]
    """Whether it is refreshed after all states where this is false.

    True for lists of rows: they take longer to read, and numbers must not wait for them.
    """
    _tells_of_session: ClassVar[bool]
    """Whether its numbers are those of the viewer's session.

    If so, there are none once the session ended, and `_show_live(None)` ends the tab.
    """
    _read_at: datetime | None
    """When it last read its own numbers, or a moment later (UTC)."""

    @staticmethod
    async def _read_for(session: AsyncSession, whose: Sequence[Any]) -> Mapping[Any, Any]:
        """Return numbers by key. A key without numbers is missing."""

    def _whose_numbers(self) -> Hashable:
        """Return the key of this tab's numbers: a user's id, or a session's hash."""

    def _show_live(self, numbers: Any) -> None:
        """Assign the numbers that changed. None if the key has no numbers."""

    async def _refresh_live(self, session: AsyncSession) -> None:
        """Read the numbers of this tab alone, and show them."""


Whose: TypeAlias = Mapping[type[BatchReadState], Sequence[Hashable]]
"""The keys of a batch, by the kind of state that shows their numbers."""


@cache
def is_batch_read(kind: type) -> bool:
    """Return whether this class of states is a BatchReadState."""
    return hasattr(kind, "_read_for")


async def read_alone(state: BatchReadState, session: AsyncSession) -> None:
    """Read the numbers of one tab, note the time, and show them."""
    whose = state._whose_numbers()
    numbers = (await state._read_for(session, [whose])).get(whose)
    state._read_at = clock.now()
    state._show_live(numbers)


@dataclass(frozen=True, slots=True)
class BatchNumbers:
    """The numbers of a batch. The read began at `began` (UTC)."""

    began: datetime
    _numbers: Mapping[type[BatchReadState], Mapping[Hashable, Any]]

    def show(self, state: BatchReadState) -> bool:
        """Show a state its numbers.

        Return False if the batch lacks them, or if the state has read its own since `began`.
        """
        read_at, whose = state._read_at, state._whose_numbers()
        numbers = self._numbers[type(state)]
        if whose not in numbers or (read_at is not None and read_at >= self.began):
            return False
        state._show_live(numbers[whose])
        return True


class BatchRead:
    """The read of one batch of tabs. It starts when the first of them needs it."""

    def __init__(self, database: Database, whose: Whose) -> None:
        self._database = database
        self._whose = whose
        self._reading: asyncio.Task[BatchNumbers] | None = None
        self.following: BatchRead | None = None
        """The next batch."""

    def read(self) -> asyncio.Task[BatchNumbers]:
        """Return the task that reads the batch, the same one for all its tabs.

        The task raises what reading raises, such as Outage.
        """
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return self._reading

    def read_ahead(self) -> None:
        """Start the next batch's read, while this batch's numbers are shown."""
        if self.following is not None:
            self.following.read()

    async def _read(self) -> BatchNumbers:
        began, numbers = clock.now(), {}
        async with self._database.reading() as session:
            for kind, whose in self._whose.items():
                found = await kind._read_for(session, whose)
                numbers[kind] = {one: found.get(one) for one in whose}
        return BatchNumbers(began, numbers)
