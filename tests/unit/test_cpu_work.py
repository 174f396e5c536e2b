"""Slow computations: in threads, a bounded number of them, and the rest is refused at once."""

import asyncio
import threading

import pytest

from swivi.core import cpu_work
from swivi.core.cpu_work import MOST_WAITING, WORKERS, Overloaded, off_loop


async def test_a_computation_runs_in_a_thread_of_its_own() -> None:
    assert await off_loop(threading.get_ident) != threading.get_ident()


async def test_more_than_can_wait_are_refused_at_once_and_places_come_back() -> None:
    go = threading.Event()
    waiting = [asyncio.create_task(off_loop(go.wait)) for _ in range(WORKERS + MOST_WAITING)]
    await asyncio.sleep(0)  # until each has asked for its place
    for _ in range(3):
        with pytest.raises(Overloaded) as refused:
            await off_loop(int)
        assert refused.value.retry_after > 0
    go.set()
    assert all(await asyncio.gather(*waiting))
    assert await off_loop(int) == 0


async def test_a_caller_who_leaves_frees_a_place_that_had_not_begun() -> None:
    go = threading.Event()
    waiting = [asyncio.create_task(off_loop(go.wait)) for _ in range(WORKERS + MOST_WAITING)]
    await asyncio.sleep(0)
    waiting[-1].cancel()
    await asyncio.wait([waiting[-1]])
    last = asyncio.create_task(off_loop(int))
    await asyncio.sleep(0)
    go.set()
    assert await last == 0
    await asyncio.gather(*waiting[:-1])


def test_threads_are_as_many_as_processors() -> None:
    assert cpu_work._pool()._max_workers == WORKERS


async def test_what_the_work_raises_reaches_its_caller() -> None:
    for _ in range(2 * (WORKERS + MOST_WAITING)):  # and gives its place back
        with pytest.raises(ValueError, match="invalid literal"):
            await off_loop(int, "x")
