"""A hub at work, and waiting for what it pushes."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from swivi.runtime.live.hub import Hub


@contextmanager
def running(hub: Hub) -> Iterator[None]:
    """Within the block it pushes; it must not end before."""
    task = asyncio.create_task(hub.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()


async def until(holds: Callable[[], bool]) -> None:
    """Waits for what nobody tells of."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - nobody says when
            await asyncio.sleep(0.01)
