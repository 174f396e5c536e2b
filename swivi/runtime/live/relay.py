"""The relay: what one process commits, the hubs of all the others hear at once, over Redis.

It carries ids, never numbers, and only hurries: what it loses (Redis away, a process killed between
its commit and the message) the feed finds in the database within a second.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from swivi.core.changes import ChangeSet

log = logging.getLogger("swivi.live")

CHANNEL = "swivi:changed"
AGAIN_SECONDS = 1.0
"""The pause before Redis is tried again."""

LONGEST_WAIT_SECONDS = 15.0
"""How long a connection may be silent before it is asked whether it lives."""


class Relay:
    """One process's end.

    Register `notice` as a listener of the database, and keep `run` running.
    """

    def __init__(self, redis_url: str, heard: Callable[[ChangeSet], None]) -> None:
        self._redis: Redis = Redis.from_url(redis_url, health_check_interval=LONGEST_WAIT_SECONDS)
        self._heard = heard
        self._myself = uuid4().hex
        self._waiting = ChangeSet()
        self._something = asyncio.Event()

    def notice(self, changed: ChangeSet) -> None:
        """A commit of this process changed this. Called in the event loop; returns at once."""
        self._waiting.add(ChangeSet(changed.users, changed.campaigns, changed.runs))
        self._something.set()

    async def run(self) -> None:
        """Tell and hear until cancelled, whether Redis is there or comes back later."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_trying(self._tell))
                group.create_task(self._keep_trying(self._hear))
        finally:
            await self._redis.aclose()

    async def _keep_trying(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except (RedisError, OSError) as problem:
                log.warning("Redis does not answer, live numbers may be a second late: %s", problem)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _tell(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            changed, self._waiting = self._waiting, ChangeSet()
            if changed:
                await self._redis.publish(CHANNEL, _written(self._myself, changed))

    async def _hear(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            while True:
                message = await channel.get_message(timeout=LONGEST_WAIT_SECONDS)
                if message is not None:
                    self._take_in(message["data"])

    def _take_in(self, message: bytes) -> None:
        try:
            sender, changed = _read(message)
        except (ValueError, KeyError, TypeError):
            # Perhaps another release's, while processes are replaced one after the other.
            log.warning("What was said of changes is not understood and passed over")
            return
        if sender != self._myself:
            self._heard(changed)


def _written(sender: str, changed: ChangeSet) -> str:
    ids = {"users": changed.users, "campaigns": changed.campaigns, "runs": changed.runs}
    return json.dumps({"from": sender} | {name: sorted(some) for name, some in ids.items()})


def _read(message: bytes) -> tuple[str, ChangeSet]:
    told = json.loads(message)
    return told["from"], ChangeSet(set(told["users"]), set(told["campaigns"]), set(told["runs"]))
