"""The fan-out of one change: reads the numbers of many tabs in batches and pushes them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence
from functools import cache
from typing import Any, TypeAlias, TypeVar

import reflex as rx

from swivi.core.db import Database, in_slices
from swivi.core.outages import Outage
from swivi.domain.accounts.sessions import living
from swivi.reflex_ext.live_app import LiveApp
from swivi.reflex_ext.state_store import STORE_ERRORS
from swivi.reflex_ext.tabs import reopen_tab
from swivi.runtime.live.batch_reads import BatchRead, Whose, is_batch_read
from swivi.runtime.live.subscriptions import Key, Subscriptions
from swivi.runtime.live.turns import Turns

log = logging.getLogger("swivi.live")

TABS_PER_BATCH = 500
"""Tabs per read. Fewer means more statements; more delays the first tab."""

TABS_AT_ONCE = 100
"""Tabs that are locked at the same time. So many may be busy without delaying the others."""

STATES_AT_ONCE = 20
"""States without batch reads that read at the same time, each with a connection of its own."""

Item = TypeVar("Item")

EndTab: TypeAlias = Callable[[rx.State], Awaitable[None]]
"""Ends a tab whose session has ended, by its root state."""


class FanOut:
    """Refreshes subscribed states and pushes the result to their tabs."""

    def __init__(
        self, app: LiveApp, database: Database, subscriptions: Subscriptions, end: EndTab
    ) -> None:
        self._app = app
        self._database = database
        self._subscriptions = subscriptions
        self._end = end
        self.problem: Exception | None = None
        """Why the last push failed that has to be tried again."""

    async def push(self, keys: Sequence[Key]) -> bool:
        """Refresh these states: numbers first, then rows. Return False to be called again.

        Raise Outage if the database cannot say whose session has ended. Nothing is pushed then.
        """
        numbers = [key for key in keys if not _comes_later(key[1])]
        rows = [key for key in keys if _comes_later(key[1])]
        checked = {token for token, kind in numbers if _tells_of_session(kind)}
        await self.end_tabs_of_ended_sessions({token for token, _ in keys} - checked)
        return all([await self._refresh_all(some) for some in (numbers, rows)])

    async def end_tabs_of_ended_sessions(self, tokens: Iterable[str]) -> None:
        """End those of these tabs whose session has ended, so that nothing more is pushed to them.

        A tab does not need this if the first state to be pushed checks its session by itself
        (`BatchReadState._tells_of_session`). Raise Outage.
        """
        sessions = self._subscriptions.sessions(tokens)
        if not sessions:
            return
        async with self._database.reading() as session:
            alive = await living(session, set(sessions.values()))
        ended = [token for token, session_hash in sessions.items() if session_hash not in alive]
        for token in ended:
            self._subscriptions.drop(token)
            await self._change(token, rx.State, self._end)

    async def reopen(self, token: str) -> None:
        """Let a tab load its page again, because its state is gone.

        Redis was restarted, or the state of a quiet tab expired.
        """
        await reopen_tab(self._app, token)

    async def _refresh_all(self, keys: Iterable[Key]) -> bool:
        """Return False if some of it has to be tried again."""
        by_tab: dict[str, list[type[rx.State]]] = {}
        alone: list[Key] = []
        for token, kind in sorted(keys, key=lambda key: not _tells_of_session(key[1])):
            # Its session has just ended, or it has left the page.
            if (token, kind) not in self._subscriptions:
                continue
            if is_batch_read(kind):
                by_tab.setdefault(token, []).append(kind)
            else:
                alone.append((token, kind))
        tabs: list[tuple[BatchRead, str, list[type[rx.State]]]] = []
        for batch in in_slices(by_tab.items(), TABS_PER_BATCH):
            reading = BatchRead(self._database, self._whose(batch))
            if tabs:
                tabs[-1][0].following = reading
            tabs += [(reading, token, kinds) for token, kinds in batch]
        went_well = await _each(lambda tab: self._refresh_tab(*tab), tabs, TABS_AT_ONCE)
        return await _each(lambda key: self._refresh(*key), alone, STATES_AT_ONCE) and went_well

    def _whose(self, tabs: Sequence[tuple[str, Sequence[type[rx.State]]]]) -> Whose:
        whose: dict[Any, dict[Hashable, None]] = {}
        for token, kinds in tabs:
            for kind in kinds:
                whose.setdefault(kind, {})[self._subscriptions.whose((token, kind))] = None
        return {kind: list(some) for kind, some in whose.items()}

    async def _refresh_tab(
        self, reading: BatchRead, token: str, kinds: Sequence[type[rx.State]]
    ) -> bool:
        """Refresh states of one tab from a batch, in one update.

        A state that checks the session comes first, so that the others are not shown if it ended.
        """

        async def refresh(root: rx.State) -> None:
            for kind in kinds:
                state: Any = await root.get_state(kind)
                if (token, kind) not in self._subscriptions:  # its session has just ended
                    return
                if not numbers.show(state):
                    await self._refresh_alone(state)

        try:
            numbers = await reading.read()
            reading.read_ahead()
        except Outage as problem:
            self.problem = problem
            return False
        except Exception:
            log.exception("Reading for a tab failed")
            return True
        return await self._change(token, kinds[0], refresh)

    async def _refresh(self, token: str, kind: type[rx.State]) -> bool:
        async def refresh(root: rx.State) -> None:
            await self._refresh_alone(await root.get_state(kind))

        is_subscribed = (token, kind) in self._subscriptions
        return not is_subscribed or await self._change(token, kind, refresh)

    async def _refresh_alone(self, state: Any) -> None:
        async with self._database.reading() as session:
            await state._refresh_live(session)

    async def _change(
        self, token: str, kind: type[rx.State], change: Callable[[rx.State], Awaitable[None]]
    ) -> bool:
        """Change a tab's state and push the result. Return False if it has to be tried again."""

        async def change_or_reopen(root: rx.State) -> None:
            # Reflex creates an empty state for an unknown tab. Only a loaded page has router_data.
            if root.router_data:
                await change(root)
            else:
                await self.reopen(token)

        try:
            await self._app.change(rx.BaseStateToken(ident=token, cls=kind), change_or_reopen)
        except (Outage, *STORE_ERRORS) as problem:
            self.problem = problem
            return False
        except Exception:
            log.exception("Pushing to a tab failed")
        return True


async def _each(
    work: Callable[[Item], Awaitable[bool]], items: Collection[Item], at_once: int
) -> bool:
    """Work through all items, and return whether all went well.

    A few workers share them: a task for each of thousands of items costs more than the work.
    """
    waiting, turns = iter(items), Turns()

    async def worker() -> bool:
        went_well = True
        for item in waiting:
            await turns.wait()
            went_well = await work(item) and went_well
        return went_well

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(min(at_once, len(items)))]
    return all(done.result() for done in workers)


@cache
def _tells_of_session(kind: type[rx.State]) -> bool:
    return getattr(kind, "_tells_of_session", False)


@cache
def _comes_later(kind: type[rx.State]) -> bool:
    return getattr(kind, "_after_numbers", False)
