"""Run slow computations in a bounded number of threads, never on the event loop.

Callers must hold no database connection: on a busy server the wait may take seconds.
"""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

from swivi.core.errors import Unavailable

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

WORKERS = os.cpu_count() or 1
"""Threads. More would only make each computation slower, and each password hash takes 64 MB."""
MOST_WAITING = 64
"""Calls that may wait for a thread. A password takes about 0.1 s, so the last waits some seconds.
"""
RETRY_AFTER_SECONDS = 5
"""After this time a full queue has been worked through."""


class Overloaded(Unavailable):
    """Too many slow computations are waiting. `retry_after` is in seconds."""

    code = "overloaded"

    def __init__(self) -> None:
        super().__init__("Swivi is busy. Try again in a few seconds.")
        self.retry_after = RETRY_AFTER_SECONDS


_places = threading.BoundedSemaphore(WORKERS + MOST_WAITING)


async def off_loop(
    work: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Return what `work` returns, computed in a thread.

    Raises Overloaded at once if too many calls wait.
    """
    if not _places.acquire(blocking=False):
        raise Overloaded
    try:
        running = _pool().submit(work, *args, **kwargs)
    except BaseException:
        _places.release()
        raise
    # Released when the computation ends, not when its caller gives up: a running computation cannot
    # be stopped.
    running.add_done_callback(lambda _: _places.release())
    return await asyncio.wrap_future(running)


@cache
def _pool() -> ThreadPoolExecutor:
    # Made on first use: production servers fork after importing the app, and threads do not survive
    # a fork.
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="heavy")
