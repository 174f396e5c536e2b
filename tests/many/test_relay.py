"""The relay between the hubs of several processes, over a real Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from swivi.core.changes import ChangeSet
from swivi.runtime.live.relay import CHANNEL, Relay
from tests.servers import running_redis

CHANGED = ChangeSet(users={1, 2}, campaigns={3}, runs={4}, webhooks=True)


@asynccontextmanager
async def relay(url: str) -> AsyncIterator[tuple[Relay, "asyncio.Queue[ChangeSet]"]]:
    """A process's end, running, and what it hears."""
    heard: asyncio.Queue[ChangeSet] = asyncio.Queue()
    end = Relay(url, heard.put_nowait)
    running = asyncio.create_task(end.run())
    yield end, heard
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    "said", [b"nonsense", b"{}", b"[1]", b'{"from": "x", "users": 1, "campaigns": [], "runs": []}']
)
async def test_a_malformed_message_is_skipped_and_those_after_it_are_heard(
    said: bytes,
) -> None:
    with running_redis() as server:
        async with (
            relay(server.url) as (ours, heard_by_us),
            relay(server.url) as (_, heard_by_them),
        ):
            async with Redis.from_url(server.url) as redis:
                while await redis.publish(CHANNEL, said) < 2:  # noqa: ASYNC110 - only Redis knows that both listen
                    await asyncio.sleep(0.01)
            ours.notice(CHANGED)
            async with asyncio.timeout(20):
                heard = await heard_by_them.get()
            assert heard == ChangeSet(users={1, 2}, campaigns={3}, runs={4}), (
                "webhooks are each process's own affair"
            )
            assert heard_by_us.empty()
