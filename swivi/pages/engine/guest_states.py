"""Forgets the states of guests' tabs soon after their sockets have closed.

A state takes about 90 KB, and Reflex keeps it for an hour after its last event. That hour is for
users who come back to a tab; a stranger can open hundreds of tabs a minute. A guest's tab has
nothing to lose: one that comes back later is filled anew.

States are in this process's memory, or in Redis. The process whose socket closed forgets them in
both cases.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from redis.exceptions import RedisError
from reflex.istate.manager import StateManager
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken
from reflex.state import BaseState, State
from reflex.utils.token_manager import RedisTokenManager
from reflex_base.utils.exceptions import StateSchemaMismatchError

from swivi.pages.engine.state_owner import StateOwner

log = logging.getLogger("swivi.guests")

GUEST_SECONDS = 300.0
"""How long a guest's state is kept after its socket closed: through a reload or a short loss of
connection.
"""

MOST_LEFT = 200
"""States of guests who left that are kept for one address; the oldest makes room for the next."""

BUSY_SECONDS = 10.0
"""When to look again after a state that an event still works on."""


class Store(Protocol):
    """Where the states of tabs are kept."""

    def may_be_guests(self, tab: str) -> bool:
        """Return whether the tab may have a state, and nobody is signed in there as far as is known
        by now.
        """

    def forget(self, tab: str) -> bool:
        """Forget the state unless somebody is signed in there.

        Return False if an event works on it.
        """


class ClosedGuestTabs:
    """The tabs of guests that were closed a moment ago, by address and oldest first."""

    def __init__(self, states: StateManager, is_open: Callable[[str], bool]) -> None:
        """`is_open` says whether a tab, by its client token, has a socket in this process."""
        self._store = _store_of(states)
        self._is_open = is_open
        self._left: dict[str, dict[str, asyncio.TimerHandle]] = defaultdict(dict)

    def leave(self, tab: str, network: str) -> None:
        """Note that this tab's socket closed; nothing happens to it if somebody is signed in
        there.
        """
        if not self._store.may_be_guests(tab):
            return
        left = self._left[network]
        if tab in left:
            left.pop(tab).cancel()
        left[tab] = asyncio.get_running_loop().call_later(GUEST_SECONDS, self._forget, tab, network)
        if len(left) > MOST_LEFT:
            oldest = next(iter(left))
            left[oldest].cancel()
            self._forget(oldest, network)

    def _forget(self, tab: str, network: str) -> None:
        self._left[network].pop(tab, None)
        if not self._left[network]:
            del self._left[network]
        if self._is_open(tab) or self._store.forget(tab):
            return
        again = asyncio.get_running_loop().call_later(BUSY_SECONDS, self._forget, tab, network)
        self._left[network][tab] = again


@dataclass(slots=True)
class _Memory:
    """The states in this process's memory."""

    _states: StateManagerMemory

    def may_be_guests(self, tab: str) -> bool:
        root = self._states.states.get(_token(tab).cache_key)
        return isinstance(root, BaseState) and not _is_somebodys(
            root.substates.get(StateOwner.get_name())
        )

    def forget(self, tab: str) -> bool:
        if not self.may_be_guests(tab):
            return True
        token = _token(tab)
        lock = self._states._states_locks.get(token.lock_key)  # noqa: SLF001 - as its own expiry does
        if lock is not None and lock.locked():
            return False
        self._states._purge_token(token)  # noqa: SLF001 - as its own expiry does
        return True


@dataclass(slots=True)
class _Redis:
    """The states in Redis, which other processes may have sockets for."""

    _states: StateManagerRedis
    _waiting: dict[str, None] = field(default_factory=dict)
    _forgetting: asyncio.Task[None] | None = None

    def may_be_guests(self, tab: str) -> bool:
        """Return True: only Redis knows.

        `forget` asks it, when the socket has been closed for long enough.
        """
        return True

    def forget(self, tab: str) -> bool:
        """Forget it soon.

        One tab after the other, so that a flood of tabs takes one connection to Redis.
        """
        self._waiting[tab] = None
        if self._forgetting is None or self._forgetting.done():
            self._forgetting = asyncio.create_task(self._forget_all(), name="swivi_forget_guests")
        return True

    async def _forget_all(self) -> None:
        while self._waiting:
            tab = next(iter(self._waiting))
            del self._waiting[tab]
            try:
                await self._forget_one(tab)
            except RedisError as problem:  # the state expires by itself, later
                log.warning("Could not forget a guest's state: %s", type(problem).__name__)

    async def _forget_one(self, tab: str) -> None:
        """Delete the whole tree, while no event of the tab runs in any process."""
        token, redis = _token(tab), self._states.redis
        async with self._states._lock(token):  # noqa: SLF001 - the lock that events take
            socket, belonging = await redis.mget(_socket_key(tab), token._state_key(StateOwner))  # noqa: SLF001
            if socket is None and not _is_somebodys(_read(belonging)):
                await redis.delete(*(token._state_key(kind) for kind in _tree(State)))  # noqa: SLF001


def _store_of(states: StateManager) -> Store:
    if isinstance(states, StateManagerRedis):
        return _Redis(states)
    assert isinstance(states, StateManagerMemory), "rxconfig.py chooses one of these two"
    return _Memory(states)


def _is_somebodys(belonging: BaseState | None) -> bool:
    return isinstance(belonging, StateOwner) and bool(belonging._whose)  # noqa: SLF001 - not shown to browsers


def _read(pickled: bytes | None) -> BaseState | None:
    """Return a state out of Redis; None if there is none, or one of another version, which nobody
    can use.
    """
    if pickled is not None:
        with suppress(StateSchemaMismatchError):
            return BaseState._deserialize(data=pickled)  # noqa: SLF001 - as Reflex reads it
    return None


def _tree(kind: type[BaseState]) -> Iterable[type[BaseState]]:
    yield kind
    for inner in kind.get_substates():
        yield from _tree(inner)


def _socket_key(tab: str) -> str:
    """Return the key of Reflex's note of which process has a socket for the tab."""
    return f"{RedisTokenManager._token_socket_record_prefix}{tab}"  # noqa: SLF001 - as Reflex writes it


def _token(tab: str) -> BaseStateToken:
    return BaseStateToken(ident=tab, cls=State)
