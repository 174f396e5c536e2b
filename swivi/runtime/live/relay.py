"""The relay: sends this process's changes to the hubs of all other processes, through Redis.

Its messages hold ids, never numbers. It only makes updates faster. If it loses a message (Redis is
down, or a process is killed between commit and message), the feed finds the change in the database
within a second.
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
"""The delay before a retry."""

LONGEST_WAIT_SECONDS = 15.0
"""How long a connection may be silent before it is checked with a ping."""


class Relay:
    """The relay of one process.

    Register `notice` as a listener of the database, and run `run` as a background task.
    """

    def __init__(self, redis_url: str, on_change: Callable[[ChangeSet], None]) -> None:
        self._redis: Redis = Redis.from_url(redis_url, health_check_interval=LONGEST_WAIT_SECONDS)
        self._on_change = on_change
        self._process_id = uuid4().hex
        self._waiting = ChangeSet()
        self._something = asyncio.Event()

    def notice(self, changed: ChangeSet) -> None:
        """Queue the changes of a commit. Called in the event loop; returns at once."""
        self._waiting.add(ChangeSet(changed.users, changed.campaigns, changed.runs))
        self._something.set()

    async def run(self) -> None:
        """Publish and receive until cancelled. Retry while Redis is down."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_trying(self._publish))
                group.create_task(self._keep_trying(self._receive))
        finally:
            await self._redis.aclose()

    async def _keep_trying(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except (RedisError, OSError) as problem:
                log.warning("Redis does not answer. Live updates may be a second late: %s", problem)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _publish(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            changed, self._waiting = self._waiting, ChangeSet()
            if changed:
                await self._redis.publish(CHANNEL, _encoded(self._process_id, changed))

    async def _receive(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            while True:
                message = await channel.get_message(timeout=LONGEST_WAIT_SECONDS)
                if message is not None:
                    self._accept(message["data"])

    def _accept(self, message: bytes) -> None:
        try:
            sender, changed = _decoded(message)
        except (ValueError, KeyError, TypeError):
            # Perhaps from another release, while processes are replaced one by one.
            log.warning("Ignored a malformed message about changes")
            return
        if sender != self._process_id:
            self._on_change(changed)


def _encoded(sender: str, changed: ChangeSet) -> str:
    ids = {"users": changed.users, "campaigns": changed.campaigns, "runs": changed.runs}
    return json.dumps({"from": sender} | {name: sorted(some) for name, some in ids.items()})


def _decoded(message: bytes) -> tuple[str, ChangeSet]:
    sent = json.loads(message)
    return sent["from"], ChangeSet(set(sent["users"]), set(sent["campaigns"]), set(sent["runs"]))
