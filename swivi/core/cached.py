"""An answer that is worked out again only once it is a few seconds old."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class CachedAnswer(Generic[Answer]):
    """The newest answer.

    It is worked out by one caller at a time; those who wait for it share it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._newest: tuple[float, Answer] | None = None
        self._working = asyncio.Lock()

    async def get(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the newest answer, or a new one if that is too old.

        A failed `work` is not kept.
        """
        async with self._working:
            if self._newest is None or time.monotonic() - self._newest[0] >= self._seconds:
                answer = await work()
                self._newest = (time.monotonic(), answer)
            return self._newest[1]
