"""Forgets the states of guests' tabs soon after their sockets have closed.

A state takes about 90 KB, and Reflex keeps it for an hour after its last event. That hour is for users who
come back to a tab; a stranger can open hundreds of tabs a minute. A guest's tab has nothing to lose: one
that comes back later is filled anew.

It applies to states in this process's memory. With Redis they are not in it, and Redis has a bound of its own.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from reflex.istate.manager import StateManager
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import BaseState, State

from swivi.pages.belonging import Belonging

GUEST_SECONDS = 300.0
"""How long a guest's state is kept after its socket closed: through a reload or a short loss of connection."""

MOST_LEFT = 200
"""States of guests who left that are kept for one address; the oldest makes room for the next."""

BUSY_SECONDS = 10.0
"""When to look again after a state that an event still works on."""


@dataclass(slots=True)
class Guests:
    """The tabs of guests that were closed a moment ago, by address and oldest first."""

    states: StateManager
    is_open: Callable[[str], bool]
    """Whether a tab, by its client token, has a socket."""
    _left: dict[str, dict[str, asyncio.TimerHandle]] = field(default_factory=lambda: defaultdict(dict))

    def leave(self, tab: str, network: str) -> None:
        """Note that this tab's socket closed; nothing happens to it if somebody is signed in there."""
        if not isinstance(self.states, StateManagerMemory) or not self._is_guests(tab):
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
        assert isinstance(self.states, StateManagerMemory), "see `leave`"
        self._left[network].pop(tab, None)
        if not self._left[network]:
            del self._left[network]
        if self.is_open(tab) or not self._is_guests(tab):
            return
        token = _token(tab)
        lock = self.states._states_locks.get(token.lock_key)  # noqa: SLF001 - as its own expiry does
        if lock is not None and lock.locked():
            again = asyncio.get_running_loop().call_later(BUSY_SECONDS, self._forget, tab, network)
            self._left[network][tab] = again
            return
        self.states._purge_token(token)  # noqa: SLF001 - as its own expiry does

    def _is_guests(self, tab: str) -> bool:
        """Whether a state of this tab is in memory, and nobody is signed in there."""
        assert isinstance(self.states, StateManagerMemory), "see `leave`"
        root = self.states.states.get(_token(tab).cache_key)
        if not isinstance(root, BaseState):
            return False
        belonging = root.substates.get(Belonging.get_name())
        return not (isinstance(belonging, Belonging) and belonging._whose)  # noqa: SLF001 - not shown to browsers


def _token(tab: str) -> BaseStateToken:
    return BaseStateToken(ident=tab, cls=State)
