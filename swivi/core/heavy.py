"""Heavy work off the event loop: a few threads, a bounded queue, and an early refusal beyond it."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from swivi.core.errors import SwiviError

P = ParamSpec("P")
T = TypeVar("T")

WORKERS = os.cpu_count() or 1
MAX_WAITING = 64
"""Callers that wait for a thread. Each waits for about a tenth of a second per caller before it."""

RETRY_AFTER = 5
"""Seconds after which the queue is empty, if nobody joins it."""


class Overloaded(SwiviError):
    """More is asked for than this process can do now. `retry_after` is in seconds."""

    code = "overloaded"
    status = 503

    def __init__(self, retry_after: int = RETRY_AFTER) -> None:
        super().__init__("Swivi is busy. Try again in a few seconds.")
        self.retry_after = retry_after


_room = BoundedSemaphore(WORKERS + MAX_WAITING)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    """The threads; made on first use, because the server forks after it has imported the app."""
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="heavy")


async def off_loop(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the work in one of the threads, and return its result. Raise Overloaded when too many wait."""
    if not _room.acquire(blocking=False):
        raise Overloaded
    doing = _pool().submit(work, *args, **kwargs)
    doing.add_done_callback(lambda _: _room.release())  # also when the caller is cancelled meanwhile
    return await asyncio.wrap_future(doing)
