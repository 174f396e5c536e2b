"""Heavy work runs beside the event loop, so much at once and no more."""

import asyncio
import threading

import pytest

from swivi.core import heavy
from swivi.core.heavy import MAX_WAITING, WORKERS, Overloaded, off_loop


async def test_the_loop_goes_on_while_the_work_is_done() -> None:
    done, name = threading.Event(), threading.current_thread().name

    def work() -> str:
        assert done.wait(20)
        return threading.current_thread().name

    working = asyncio.create_task(off_loop(work))
    await asyncio.sleep(0)
    done.set()  # by the loop, which is not blocked
    assert await working != name


async def test_beyond_the_queue_callers_are_refused_at_once_and_later_served() -> None:
    go_on = threading.Event()
    try:
        waiting = [asyncio.create_task(off_loop(go_on.wait, 20)) for _ in range(WORKERS + MAX_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded) as refused:
            await off_loop(go_on.wait, 20)
        assert refused.value.retry_after > 0
        waiting[-1].cancel()  # a caller who goes away gives its place to another
        with pytest.raises(asyncio.CancelledError):
            await waiting[-1]
        waiting[-1] = asyncio.create_task(off_loop(go_on.wait, 20))
        await asyncio.sleep(0)
    finally:
        go_on.set()
    assert all(await asyncio.gather(*waiting))
    assert await off_loop(int, "7") == 7


async def test_what_the_work_raises_reaches_its_caller() -> None:
    for _ in range(2 * (heavy.WORKERS + heavy.MAX_WAITING)):  # and gives its place back
        with pytest.raises(ValueError, match="invalid literal"):
            await off_loop(int, "x")
