"""Cache one answer for a few seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class CachedAnswer(Generic[Answer]):
    """A cached answer. One caller at a time computes it, and waiting callers get the result."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._newest: tuple[float, Answer] | None = None
        self._working = asyncio.Lock()

    async def get(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the cached answer, or compute a new one if it has expired.

        Failures are not cached.
        """
        async with self._working:
            if self._newest is None or time.monotonic() - self._newest[0] >= self._seconds:
                answer = await work()
                self._newest = (time.monotonic(), answer)
            return self._newest[1]
