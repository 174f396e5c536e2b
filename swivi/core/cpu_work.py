"""Run slow computations in threads of their own: never on the event loop, and never more than a
bounded number.

Whoever calls this holds no database connection meanwhile: on a busy server the wait may last
seconds.
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
"""Calls that may wait for a thread: a password takes about 0.1 s, so the last one waits a few
seconds.
"""
RETRY_AFTER_SECONDS = 5
"""By then a full queue has been worked through."""


class Overloaded(Unavailable):
    """Too many slow computations are waiting. `retry_after` is in seconds."""

    code = "overloaded"

    def __init__(self) -> None:
        super().__init__("Swivi is very busy right now. Try again in a few seconds.")
        self.retry_after = RETRY_AFTER_SECONDS


_places = threading.BoundedSemaphore(WORKERS + MOST_WAITING)


async def off_loop(
    work: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Return what `work` returns, computed in a thread.

    Raise Overloaded at once if too many calls wait.
    """
    if not _places.acquire(blocking=False):
        raise Overloaded
    try:
        running = _pool().submit(work, *args, **kwargs)
    except BaseException:
        _places.release()
        raise
    # When it is done, not when its caller leaves: a computation that has begun cannot be stopped.
    running.add_done_callback(lambda _: _places.release())
    return await asyncio.wrap_future(running)


@cache
def _pool() -> ThreadPoolExecutor:
    # Made on first use: production servers fork after importing the app, and threads do not survive
    # that.
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="heavy")
