"""Deletes the states of guests' tabs soon after their sockets have closed.

A state takes about 90 KB, and Reflex keeps it for an hour after its last event. That hour is for
users who come back to a tab, but a stranger can open hundreds of tabs a minute. A guest's tab has
nothing to lose: the server fills it again when it comes back.

States are in this process's memory or in Redis. In both cases the process whose socket closed
deletes them.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Final

from swivi.pages.engine.state_owner import StateOwner, is_owned
from swivi.reflex_ext.state_store import Owner, Store

OWNER: Final = Owner(StateOwner, is_owned)
"""Tells a signed-in user's state from a guest's."""

GUEST_SECONDS = 300.0
"""How long a guest's state is kept after its socket closed: through a reload or a short loss of
connection.
"""

MOST_LEFT = 200
"""States of closed guest tabs that are kept for one address. One more deletes the oldest."""

BUSY_SECONDS = 10.0
"""The delay before a retry, if an event was using the state."""


class ClosedGuestTabs:
    """The tabs of guests that closed recently, by address, oldest first."""

    def __init__(self, store: Store, is_open: Callable[[str], bool]) -> None:
        """`is_open` says whether a tab, by its client token, has a socket in this process."""
        self._store = store
        self._is_open = is_open
        self._left: dict[str, dict[str, asyncio.TimerHandle]] = defaultdict(dict)

    def leave(self, tab: str, network: str) -> None:
        """Note that this tab's socket closed. A signed-in user's tab is left alone."""
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
