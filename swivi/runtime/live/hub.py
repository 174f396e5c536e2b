"""The hub: one per process.

Pages say what they watch; a commit says what it changed; the hub brings them together.

Changes come from two sides. This process's own commits are heard at once (`Database.listeners`).
What other processes commit (the command line, a second server) is seen by looking at what every
visible change leaves behind: ledger transfers, notifications, tracking runs.

After a quiet while a change is pushed at once, and what follows within a quarter of a second
together.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Container, Hashable, Iterable, Sequence
from functools import cache
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

import reflex as rx
from redis.exceptions import RedisError
from reflex.event import Event
from reflex.state import BaseState, StateUpdate
from reflex_base.utils.exceptions import LockExpiredError
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.changes import ChangeSet
from swivi.core.db import Database, in_slices
from swivi.core.outages import Outage
from swivi.domain.accounts.sessions import cookie_in, living
from swivi.reflex_ext.live_app import LiveApp
from swivi.runtime.live.batch_reads import BatchRead, Whose, is_read_together
from swivi.runtime.live.feed import Feed
from swivi.runtime.live.turns import Turns
from swivi.runtime.live.watches import Campaigns, Key, Watch, Watches

log = logging.getLogger("swivi.live")

GATHER_SECONDS = 0.25
"""Changes within this time are pushed together."""

LOOK_SECONDS = 1.0
"""How often other processes' commits are looked for."""

CALM_SECONDS = 3.0
"""How often tabs that watch calmly (guests on the front page) are refreshed at most."""

STATES_AWAY = (RedisError, LockExpiredError)
"""Redis does not answer, or has forgotten in the meantime that this process had the state."""

HYDRATE = f"{rx.State.get_full_name()}.hydrate_and_load"
"""What a tab sends to open its page."""

MOST_TOGETHER = 500
"""Tabs that are read together: of fewer the statements cost more, of more the first wait longer."""

MOST_AT_ONCE = 100
"""Tabs that are read together and taken hold of at the same time: so many may be busy, and the
others not wait.
"""

MOST_ALONE = 20
"""States that read each for itself at the same time, with a connection of its own."""

MOST_ASKED = 1_000
"""Tabs whose sessions are looked at in one second, should nothing be pushed to them: before that
they always are.
"""


class LiveState(Protocol):
    """A state with live numbers: a leaf directly under rx.State."""

    async def _refresh_live(self, session: AsyncSession) -> None:
        """Read the live numbers again and assign those that changed. Not an event handler."""


Item = TypeVar("Item")

EndTab: TypeAlias = Callable[[BaseState], Awaitable[None]]
"""Tells a tab, by its root state, that its session has ended."""


class Hub:
    """Watches and pushes for the tabs that are connected to this process."""

    def __init__(self, app: LiveApp, database: Database, end: EndTab) -> None:
        self._app = app
        self._database = database
        self._end = end
        self._watches = Watches()
        self._pending = ChangeSet()
        self._pending_calmly = ChangeSet()
        self._interrupted: set[str] = set()
        self._noticed = 0
        self._something = asyncio.Event()
        self._feed = Feed(database)
        self._away: Exception | None = None
        """Why a push could not be made lately."""

    def watch(self, key: Key, watch: Watch) -> None:
        """Replace what this tab's state wants to hear of."""
        self._watches.put(key, watch)

    def leave(self, token: str) -> None:
        """This tab goes to another page, whose states will say anew what they watch."""
        self._watches.drop(token)

    def interrupted(self, token: str) -> None:
        """An event of this tab was lost on the way, perhaps the one that loads its page: it opens
        it anew soon.
        """
        self._interrupted.add(token)

    @property
    def noticed(self) -> int:
        """How often something changed so far: while it stays the same, nothing that was read is out
        of date.
        """
        return self._noticed

    @property
    def tabs(self) -> int:
        """How many tabs with live numbers are connected to this process."""
        self._watches.keep(self._connected())
        return len(self._watches)

    def notice(self, changed: ChangeSet) -> None:
        """A commit changed this. Called in the event loop; returns at once."""
        self._noticed += 1
        self._pending.add(changed)
        self._something.set()

    async def run(self) -> None:
        """Push what was noticed, at once after a quiet while, else gathered, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_for_others())
            group.create_task(self._push_calmly())
            while True:
                await self._something.wait()
                self._something.clear()
                if await self._push_pending():
                    await asyncio.sleep(GATHER_SECONDS)

    async def _push_pending(self) -> bool:
        """False if that concerned nobody, and nothing need be gathered after it."""
        if not self._watches.concern_somebody(self._pending):
            self._pending_calmly.add(self._pending)
            self._pending = ChangeSet()
            return False
        began = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            look = group.create_task(self._look(began))
            await began.wait()
            changed, self._pending = self._pending, ChangeSet()
            self._pending_calmly.add(changed)
            await self._push_to(changed, calm=False)
        # Of what was found, this has just been pushed, as it was when the look began or later.
        self._take_up(look.result().without(changed))
        return True

    async def _push_calmly(self) -> None:
        while True:
            await asyncio.sleep(CALM_SECONDS)
            changed, self._pending_calmly = self._pending_calmly, ChangeSet()
            if changed:
                await self._push_to(changed, calm=True)

    async def _push_to(self, changed: ChangeSet, *, calm: bool) -> None:
        """Refresh every watching state of a connected tab that this concerns: numbers first, rows
        after them.
        """
        self._watches.keep(self._connected())
        concerned = self._watches.concerned(changed, calm=calm)
        numbers = [key for key in concerned if not _comes_later(key[1])]
        rows = [key for key in concerned if _comes_later(key[1])]
        told = {token for token, kind in numbers if _tells_of_session(kind)}
        try:
            await self._end_tabs_of_ended_sessions({token for token, _ in concerned} - told)
        except Outage:  # then nobody knows who is signed in: it is pushed once the database answers
            self._pending.add(changed)
            return
        if not all([await self._refresh_all(keys) for keys in (numbers, rows)]):
            log.warning("Pushing to some tabs is tried again: %s", self._away)
            self._pending.add(changed)

    async def _end_tabs_of_ended_sessions(self, tokens: Iterable[str]) -> None:
        """Before anything is pushed to these tabs: nothing more reaches whoever is signed out by
        now.

        Not needed where what is pushed first tells of the session itself
        (`BatchReadState._tells_of_session`).
        """
        sessions = self._watches.sessions(tokens)
        if not sessions:
            return
        async with self._database.reading() as session:
            alive = await living(session, set(sessions.values()))
        for token in [
            token for token, session_hash in sessions.items() if session_hash not in alive
        ]:
            self.leave(token)
            await self._change(token, rx.State, self._end)

    async def _look_for_others(self) -> None:
        while True:
            with contextlib.suppress(
                Outage
            ):  # which is in the log; the database is asked again in a second
                if (
                    self._watches or not self._feed.has_looked
                ):  # before the first page opens, so that it misses nothing
                    await self._end_tabs_of_ended_sessions(self._watches.next_tabs(MOST_ASKED))
                    self._take_up(await self._look())
                if self._pending:  # what could not be pushed while something was away
                    self._something.set()
            await self._reopen_interrupted()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, began: asyncio.Event | None = None) -> ChangeSet:
        """What the feed found; nothing while the database is away, which is in the log."""
        with contextlib.suppress(Outage):
            if found := await self._feed.since_last_look(began):
                self._noticed += 1
                return found
        return ChangeSet()

    def _take_up(self, found: ChangeSet) -> None:
        if found:
            self._pending.add(found)
            self._something.set()

    def _connected(self) -> Container[str]:
        return self._app.event_namespace.token_to_sid if self._app.event_namespace else ()

    async def _refresh_all(self, keys: Iterable[Key]) -> bool:
        """False where something has to be tried again."""
        together: dict[str, list[type[rx.State]]] = {}
        alone: list[Key] = []
        for token, kind in sorted(keys, key=lambda key: not _tells_of_session(key[1])):
            if (
                token,
                kind,
            ) not in self._watches:  # its session has just ended, or it went to another page
                continue
            if is_read_together(kind):
                together.setdefault(token, []).append(kind)
            else:
                alone.append((token, kind))
        tabs: list[tuple[BatchRead, str, list[type[rx.State]]]] = []
        for some in in_slices(together.items(), MOST_TOGETHER):
            reading = BatchRead(self._database, self._whose(some))
            if tabs:
                tabs[-1][0].following = reading
            tabs += [(reading, token, kinds) for token, kinds in some]
        went_well = await _each(lambda tab: self._refresh_together(*tab), tabs, MOST_AT_ONCE)
        return await _each(lambda key: self._refresh(*key), alone, MOST_ALONE) and went_well

    def _whose(self, tabs: Sequence[tuple[str, Sequence[type[rx.State]]]]) -> Whose:
        whose: dict[Any, dict[Hashable, None]] = {}
        for token, kinds in tabs:
            for kind in kinds:
                whose.setdefault(kind, {})[self._watches.whose((token, kind))] = None
        return {kind: list(some) for kind, some in whose.items()}

    async def _refresh_together(
        self, reading: BatchRead, token: str, kinds: Sequence[type[rx.State]]
    ) -> bool:
        """All these states of a tab in one go, what tells of its session first: one update to send,
        one to show.
        """

        async def refresh(root: BaseState) -> None:
            for kind in kinds:
                state: Any = await root.get_state(kind)
                if (token, kind) not in self._watches:  # its session has just ended
                    return
                if not read.show(state):
                    await self._refresh_alone(state)

        try:
            read = await reading.read()
            reading.read_ahead()
        except Outage as away:
            self._away = away
            return False
        except Exception:
            log.exception("Reading for a tab failed")
            return True
        return await self._change(token, kinds[0], refresh)

    async def _refresh(self, token: str, kind: type[rx.State]) -> bool:
        async def refresh(root: BaseState) -> None:
            await self._refresh_alone(await root.get_state(kind))

        return (token, kind) not in self._watches or await self._change(token, kind, refresh)

    async def _refresh_alone(self, state: Any) -> None:
        async with self._database.reading() as session:
            await state._refresh_live(session)  # noqa: SLF001

    async def _change(
        self, token: str, kind: type[rx.State], change: Callable[[BaseState], Awaitable[None]]
    ) -> bool:
        """Change a tab's state and push that; False where it has to be tried again, since something
        was away.
        """

        async def change_or_begin_anew(root: BaseState) -> None:
            if root.router_data:
                await change(root)
            else:
                await self._begin_anew(token)

        try:
            await self._app.change(rx.BaseStateToken(ident=token, cls=kind), change_or_begin_anew)
        except (Outage, *STATES_AWAY) as away:
            self._away = away
            return False
        except Exception:
            log.exception("Pushing to a tab failed")
        return True

    async def _reopen_interrupted(self) -> None:
        """If what interrupted them lasts, they are interrupted once more, and come back here."""
        interrupted, self._interrupted = self._interrupted, set()
        for token in interrupted:
            await self._begin_anew(token)

    async def _begin_anew(self, token: str) -> None:
        """The tab's state is gone: Redis was restarted, or kept a quiet tab's state no longer.

        Let it open its page once more; whoever left in this very moment does not hear of it.
        """
        if self._app.event_namespace is not None:
            update = StateUpdate(events=[Event(name=HYDRATE)])
            await self._app.event_namespace.emit_update(update, token)


async def _each(
    work: Callable[[Item], Awaitable[bool]], items: Collection[Item], at_once: int
) -> bool:
    """Whether all went well.

    By a few workers: a task for each of thousands costs more than what is to be done.
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


_running: list[Hub] = []


def start(hub: Hub) -> None:
    """Make this the hub that `watch` registers with."""
    _running.append(hub)


def stop(hub: Hub) -> None:
    """Forget the hub again."""
    _running.remove(hub)


def interrupted(token: str) -> None:
    """See `Hub.interrupted`."""
    for hub in _running:
        hub.interrupted(token)


def noticed() -> int | None:
    """`Hub.noticed` of the running hub; None while there is none, and nobody knows of changes."""
    return _running[-1].noticed if _running else None


def tabs() -> int:
    """How many tabs with live numbers are connected to this process."""
    return sum(hub.tabs for hub in _running)


def leave(state: rx.State) -> None:
    """Forget what this tab watched. Call it first when a page loads."""
    if _running:
        _running[-1].leave(state.router.session.client_token)


def watch(
    state: rx.State,
    *,
    users: Iterable[int] = (),
    campaigns: Campaigns = (),
    runs: bool = False,
    calm: bool = False,
) -> None:
    """From now on this tab's `state` is refreshed when one of these users, campaigns or any run
    changes.

    `calm` says that a few seconds later is soon enough. Call it when the page loads, with ids that
    the server knows from the session, never from the browser.
    """
    if not _running:
        return
    known: frozenset[int] | Literal["all"] = "all" if campaigns == "all" else frozenset(campaigns)
    token = state.router.session.client_token
    session = cookie_in(state.router.headers.cookie)  # its hash: see `swivi.pages.engine.inbox`
    whose = state._whose_numbers() if is_read_together(type(state)) else None  # type: ignore[attr-defined]  # noqa: SLF001
    _running[-1].watch(
        (token, type(state)), Watch(frozenset(users), known, runs, session, calm, whose)
    )
