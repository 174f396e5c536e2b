"""Turns on the event loop, for work that would otherwise keep it busy."""

import asyncio
from time import monotonic

LONGEST_SECONDS = 0.02
"""Length of a turn. Nothing else runs in this process meanwhile."""


class Turns:
    """Limits how long a group of tasks occupies the loop. The tasks share one instance."""

    def __init__(self) -> None:
        self._ends = monotonic() + LONGEST_SECONDS
        self._next: asyncio.Future[None] | None = None

    async def wait(self) -> None:
        """Return at once within a turn. After it, let everything else run first."""
        # A loop: the first tasks to wake may use up the new turn before this one wakes.
        while monotonic() >= self._ends:
            if self._next is None:
                loop = asyncio.get_running_loop()
                self._next = loop.create_future()
                loop.call_soon(self._begin)
            await self._next

    def _begin(self) -> None:
        assert self._next is not None, "it begins once"
        self._ends = monotonic() + LONGEST_SECONDS
        if not self._next.done():  # a cancelled task has cancelled it
            self._next.set_result(None)
        self._next = None
