"""Turns on the event loop, for work that would not let go of it."""

import asyncio
from time import monotonic

LONGEST_SECONDS = 0.02
"""How long a turn may last: nothing else happens in this process meanwhile."""


class Turns:
    """Shared by tasks that together have much to do: after each turn everything else that waits
    comes first.
    """

    def __init__(self) -> None:
        self._ends = monotonic() + LONGEST_SECONDS
        self._next: asyncio.Future[None] | None = None

    async def wait(self) -> None:
        """Return at once within a turn, else as the next one begins."""
        while (
            monotonic() >= self._ends
        ):  # of those that waited, the first ones may have used up the new turn, too
            if self._next is None:
                loop = asyncio.get_running_loop()
                self._next = loop.create_future()
                loop.call_soon(self._begin)
            await self._next

    def _begin(self) -> None:
        assert self._next is not None, "it begins once"
        self._ends = monotonic() + LONGEST_SECONDS
        if not self._next.done():  # as it is where the tasks were cancelled
            self._next.set_result(None)
        self._next = None
