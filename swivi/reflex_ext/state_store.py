"""Where the states of tabs are kept, and how to delete one before Reflex does.

Reflex deletes a state an hour after its last event. It has no public way to delete one earlier, so
this module uses the internals of both state managers.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

import reflex as rx
from redis.exceptions import RedisError
from reflex.istate.manager import StateManager
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.state import BaseState
from reflex.utils.token_manager import RedisTokenManager
from reflex_base.utils.exceptions import LockExpiredError, StateSchemaMismatchError

log = logging.getLogger("swivi.guests")

STORE_ERRORS: Final = (RedisError, LockExpiredError)
"""Redis does not answer, or the lock that this process had on a state has expired."""


@dataclass(frozen=True, slots=True)
class Owner:
    """How to see whether a signed-in user owns a tab's state."""

    kind: type[rx.State]
    """The substate that knows the owner. It must lie directly under `rx.State`."""
    is_owned: Callable[[BaseState], bool]
    """Whether such a substate names an owner."""

    def has(self, state: BaseState | None) -> bool:
        """Return whether this substate, if there is one, names an owner."""
        return isinstance(state, self.kind) and self.is_owned(state)


class Store(Protocol):
    """The kept states."""

    def may_be_guests(self, tab: str) -> bool:
        """Return whether the tab may have a state without an owner."""

    def forget(self, tab: str) -> bool:
        """Delete the state unless it has an owner. Return False if an event is using it."""


def store_of(states: StateManager, owner: Owner) -> Store:
    """Return the store behind one of Reflex's state managers."""
    if isinstance(states, StateManagerRedis):
        return _RedisStore(states, owner)
    assert isinstance(states, StateManagerMemory), "config.state_manager_mode is one of these two"
    return _MemoryStore(states, owner)


@dataclass(slots=True)
class _MemoryStore:
    """States in this process's memory."""

    _states: StateManagerMemory
    _owner: Owner

    def may_be_guests(self, tab: str) -> bool:
        root = self._states.states.get(_token(tab).cache_key)
        if not isinstance(root, BaseState):
            return False
        return not self._owner.has(root.substates.get(self._owner.kind.get_name()))

    def forget(self, tab: str) -> bool:
        if not self.may_be_guests(tab):
            return True
        token = _token(tab)
        lock = self._states._states_locks.get(token.lock_key)
        if lock is not None and lock.locked():
            return False
        self._states._purge_token(token)
        return True


@dataclass(slots=True)
class _RedisStore:
    """States in Redis. Other processes may have sockets for them."""

    _states: StateManagerRedis
    _owner: Owner
    _waiting: dict[str, None] = field(default_factory=dict)
    _forgetting: asyncio.Task[None] | None = None

    def may_be_guests(self, tab: str) -> bool:
        """Return True: only Redis knows, and `forget` asks it later."""
        return True

    def forget(self, tab: str) -> bool:
        """Queue the deletion and return True.

        Tabs are deleted one by one, so that a flood of tabs takes one connection to Redis.
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
            except RedisError as problem:  # the state expires by itself later
                log.warning("Could not delete a guest's state: %s", type(problem).__name__)

    async def _forget_one(self, tab: str) -> None:
        """Delete the whole tree under its lock, so that no process runs an event of the tab."""
        token, redis = _token(tab), self._states.redis
        async with self._states._lock(token):
            keys = (_socket_key(tab), token._state_key(self._owner.kind))
            socket, owner = await redis.mget(*keys)
            if socket is None and not self._owner.has(_unpickled(owner)):
                await redis.delete(*(token._state_key(kind) for kind in _tree(rx.State)))


def _unpickled(pickled: bytes | None) -> BaseState | None:
    """Return a state out of Redis.

    None if there is none, or if another version of the app wrote it, which nobody can use.
    """
    if pickled is not None:
        with suppress(StateSchemaMismatchError):
            return BaseState._deserialize(data=pickled)
    return None


def _tree(kind: type[BaseState]) -> Iterable[type[BaseState]]:
    yield kind
    for inner in kind.get_substates():
        yield from _tree(inner)


def _socket_key(tab: str) -> str:
    """Return the key under which Reflex records which process has a socket for the tab."""
    return f"{RedisTokenManager._token_socket_record_prefix}{tab}"


def _token(tab: str) -> rx.BaseStateToken:
    return rx.BaseStateToken(ident=tab, cls=rx.State)
