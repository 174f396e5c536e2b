"""Reading for many tabs at once: what is asked for at the same time is read in one statement.

Each tab still asks while it holds its state, and what it is told was read after it asked. So no tab shows what is older
than what it shows already, and nobody waits for a tab that is busy with something else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import Database

JOIN_SECONDS = 0.005
"""How long others may join before those who ask are read."""

Whose = TypeVar("Whose", bound=Hashable)
Numbers = TypeVar("Numbers")

ReadMany: TypeAlias = Callable[[AsyncSession, Sequence[Whose]], Awaitable[Mapping[Whose, Numbers]]]
"""Reads the numbers of many; whoever has none is missing."""


class ReadTogether(Protocol):
    """A live state whose numbers are read for many tabs at once."""

    _after_numbers: ClassVar[bool]
    """Where true, it is refreshed once all that are not have been: rows take longer, and nobody waits for them."""
    _tells_of_session: ClassVar[bool]
    """Where true, it shows None by ending its tab: its numbers are the viewer's session's, and none once that ended."""

    @staticmethod
    async def _read_for(session: AsyncSession, whose: Sequence[Any]) -> Mapping[Any, Any]:
        """See `ReadMany`."""

    def _whose_numbers(self) -> Hashable:
        """Whose this tab shows: a user's id, or a session's hash."""

    def _show_live(self, numbers: Any) -> None:
        """Assign what changed. None where there are no numbers."""


@cache
def is_read_together(kind: type) -> bool:
    """Whether this class of states is a ReadTogether."""
    return hasattr(kind, "_read_for")


class Together(Generic[Whose, Numbers]):
    """One way of reading, for all who ask."""

    def __init__(self, database: Database, read: ReadMany[Whose, Numbers]) -> None:
        self._database = database
        self._read = read
        self._waiting: dict[Whose, asyncio.Future[Numbers | None]] = {}
        self._working: asyncio.Task[None] | None = None

    def ask(self, whose: Whose) -> "asyncio.Future[Numbers | None]":
        """The numbers of one, read from now on; None if there are none. Raises what reading raises, as an Outage."""
        if whose not in self._waiting:
            self._waiting[whose] = asyncio.get_running_loop().create_future()
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return self._waiting[whose]

    async def _work(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(JOIN_SECONDS)
                waiting, self._waiting = self._waiting, {}
                await self._answer(waiting)
        finally:
            self._working = None

    async def _answer(self, waiting: Mapping[Whose, asyncio.Future[Numbers | None]]) -> None:
        try:
            async with self._database.reading() as session:
                found = await self._read(session, list(waiting))
        except Exception as problem:  # noqa: BLE001 - whoever asked raises it
            for numbers in waiting.values():
                if not numbers.done():
                    numbers.set_exception(problem)
                    numbers.exception()  # or it would be logged where nobody asks: one of a tab's readings is enough
            return
        for whose, numbers in waiting.items():
            if not numbers.done():
                numbers.set_result(found.get(whose))
