"""The hub: one per process. Pages say what they watch; a commit says what it changed; the hub brings them together.

Changes come from two sides. This process's own commits are heard at once (`Database.listeners`). What other
processes commit (the command line, a second server) is seen by looking at what every visible change
leaves behind: ledger transfers, notifications, tracking runs.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import reflex as rx
from redis.exceptions import RedisError
from reflex.event import Event
from reflex.state import BaseState, StateUpdate
from reflex_base.utils.exceptions import LockExpiredError
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.sessions import cookie_in, hash_token, living
from swivi.core.changes import Changed
from swivi.core.db import Database
from swivi.core.outages import Outage
from swivi.live.feed import Feed

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

MOST_AT_ONCE = 20
"""Pushes under way at the same time."""

Campaigns: TypeAlias = Iterable[int] | Literal["all"]


class LiveState(Protocol):
    """A state with live numbers: a leaf directly under rx.State."""

    async def _refresh_live(self, session: AsyncSession) -> None:
        """Read the live numbers again and assign those that changed. Not an event handler."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What one tab wants to hear of for one of its states."""

    users: frozenset[int]
    campaigns: frozenset[int] | Literal["all"]
    runs: bool
    session: str = ""
    """The hash of the viewer's session; "" for a guest."""
    calm: bool = False
    """Whether every few seconds is often enough."""

    def concerns(self, changed: Changed) -> bool:
        """Whether anything of it changed."""
        if self.runs and changed.runs:
            return True
        if self.campaigns == "all":
            return bool(changed.campaigns) or not self.users.isdisjoint(changed.users)
        return not (self.campaigns.isdisjoint(changed.campaigns) and self.users.isdisjoint(changed.users))


Key: TypeAlias = tuple[str, type[rx.State]]
"""A tab's client token, and the state class to refresh in it."""


EndTab: TypeAlias = Callable[[BaseState], Awaitable[None]]
"""Tells a tab, by its root state, that its session has ended."""


class Hub:
    """Watches and pushes for the tabs that are connected to this process."""

    def __init__(self, app: rx.App, database: Database, end: EndTab) -> None:
        self._app = app
        self._database = database
        self._end = end
        self._watches: dict[Key, Watch] = {}
        self._pending = Changed()
        self._pending_calmly = Changed()
        self._interrupted: set[str] = set()
        self._noticed = 0
        self._something = asyncio.Event()
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)

    def watch(self, key: Key, watch: Watch) -> None:
        """Replace what this tab's state wants to hear of."""
        self._watches[key] = watch

    def leave(self, token: str) -> None:
        """This tab goes to another page, whose states will say anew what they watch."""
        for key in [key for key in self._watches if key[0] == token]:
            del self._watches[key]

    def interrupted(self, token: str) -> None:
        """An event of this tab was lost on the way, perhaps the one that loads its page: it opens it anew soon."""
        self._interrupted.add(token)

    @property
    def noticed(self) -> int:
        """How often something changed so far: while it stays the same, nothing that was read is out of date."""
        return self._noticed

    @property
    def tabs(self) -> int:
        """How many tabs with live numbers are connected to this process."""
        self._forget_gone_tabs()
        return len({token for token, _ in self._watches})

    def notice(self, changed: Changed) -> None:
        """A commit changed this. Called in the event loop; returns at once."""
        self._noticed += 1
        self._pending.add(changed)
        self._something.set()

    async def run(self) -> None:
        """Push what was noticed, gathered, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_for_others())
            group.create_task(self._push_calmly())
            while True:
                await self._something.wait()
                await asyncio.sleep(GATHER_SECONDS)
                self._something.clear()
                changed, self._pending = self._pending, Changed()
                await self.push(changed)

    async def push(self, changed: Changed) -> None:
        """Refresh every watching state of a connected tab that this concerns; calm ones a little later."""
        self._pending_calmly.add(changed)
        await self._push_to(changed, calm=False)

    async def _push_calmly(self) -> None:
        while True:
            await asyncio.sleep(CALM_SECONDS)
            changed, self._pending_calmly = self._pending_calmly, Changed()
            if changed:
                await self._push_to(changed, calm=True)

    async def _push_to(self, changed: Changed, *, calm: bool) -> None:
        self._forget_gone_tabs()
        concerned = [key for key, watch in self._watches.items() if watch.calm is calm and watch.concerns(changed)]
        try:
            await self._end_tabs_of_ended_sessions({token for token, _ in concerned})
        except Outage:  # then nobody knows who is signed in: it is pushed once the database answers
            self._pending.add(changed)
            return
        async with asyncio.TaskGroup() as group:
            pushes = [group.create_task(self._refresh(key)) for key in concerned if key in self._watches]
        if not all(push.result() for push in pushes):
            self._pending.add(changed)

    async def _end_tabs_of_ended_sessions(self, tokens: set[str]) -> None:
        """Before anything is pushed to these tabs: nothing more reaches whoever is signed out by now."""
        sessions = {token: watch.session for (token, _), watch in self._watches.items() if token in tokens}
        asked = set(filter(None, sessions.values()))
        if not asked:
            return
        async with self._database.reading() as session:
            ended = asked - await living(session, asked)
        for token in [token for token, session_hash in sessions.items() if session_hash in ended]:
            self.leave(token)
            await self._change((token, rx.State), lambda root, _: self._end(root))

    async def _look_for_others(self) -> None:
        feed = Feed(self._database)
        while True:
            with contextlib.suppress(Outage):  # which is in the log; the database is asked again in a second
                if self._watches:
                    await self._end_tabs_of_ended_sessions({token for token, _ in self._watches})
                    if changed := await feed.since_last_look():
                        self.notice(changed)
                    if self._pending:
                        self._something.set()
            await self._reopen_interrupted()
            await asyncio.sleep(LOOK_SECONDS)

    def _forget_gone_tabs(self) -> None:
        connected = self._app.event_namespace.token_to_sid if self._app.event_namespace else {}
        for key in [key for key in self._watches if key[0] not in connected]:
            del self._watches[key]

    async def _refresh(self, key: Key) -> bool:
        async def refresh(root: BaseState, session: AsyncSession) -> None:
            state = await root.get_state(key[1])
            await state._refresh_live(session)  # type: ignore[attr-defined]  # noqa: SLF001

        return await self._change(key, refresh)

    async def _change(self, key: Key, change: Callable[[BaseState, AsyncSession], Awaitable[None]]) -> bool:
        """Change a tab's state and push that; False where it has to be tried again, since something was away."""
        token, state_class = key
        async with self._slots:
            try:
                async with (
                    self._app.modify_state(rx.BaseStateToken(ident=token, cls=state_class)) as root,
                    self._database.reading() as session,
                ):
                    if root.router_data:
                        await change(root, session)
                    else:
                        await self._begin_anew(token)
            except (Outage, *STATES_AWAY) as away:
                log.warning("Pushing to a tab is tried again: %s", away)
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
        """The tab's state is gone: Redis was restarted, or kept a quiet tab's state no longer. Let it open its page
        once more; whoever left in this very moment does not hear of it."""
        if self._app.event_namespace is not None:
            update = StateUpdate(events=[Event(name=HYDRATE)])
            await self._app.event_namespace.emit_update(update, token)


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
    """From now on this tab's `state` is refreshed when one of these users, campaigns or any run changes.

    `calm` says that a few seconds later is soon enough. Call it when the page loads, with ids that the server knows
    from the session, never from the browser.
    """
    if not _running:
        return
    known: frozenset[int] | Literal["all"] = "all" if campaigns == "all" else frozenset(campaigns)
    token = state.router.session.client_token
    cookie = cookie_in(state.router.headers.cookie)
    session = hash_token(cookie) if cookie else ""
    _running[-1].watch((token, type(state)), Watch(frozenset(users), known, runs, session, calm))
