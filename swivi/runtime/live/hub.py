"""The hub, one per process: pages subscribe to it, commits notify it, and it pushes to the tabs.

Changes reach it in two ways. This process's own commits notify it at once (`Database.listeners`).
Commits of other processes (the command line, a second server) are found in the rows that every
visible change leaves behind: ledger transfers, notifications, tracking runs.

The first change after a quiet moment is pushed at once. Those that follow within a quarter of a
second are pushed together.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from typing import Literal

import reflex as rx

from swivi.core.changes import ChangeSet
from swivi.core.db import Database
from swivi.core.outages import Outage
from swivi.domain.accounts.sessions import cookie_in
from swivi.reflex_ext.live_app import LiveApp
from swivi.reflex_ext.tabs import connected_tabs
from swivi.runtime.live.batch_reads import is_batch_read
from swivi.runtime.live.fan_out import EndTab, FanOut
from swivi.runtime.live.feed import Feed
from swivi.runtime.live.subscriptions import Campaigns, Key, Subscription, Subscriptions

log = logging.getLogger("swivi.live")

GATHER_SECONDS = 0.25
"""Changes within this time after a push are pushed together."""

LOOK_SECONDS = 1.0
"""The interval at which other processes' commits are looked for."""

CALM_SECONDS = 3.0
"""The shortest interval between pushes to calm subscriptions (guests on the front page)."""

MOST_ASKED = 1_000
"""Tabs whose sessions are checked in one second while nothing is pushed to them.

Before a push they are always checked.
"""


class Hub:
    """The subscriptions of this process's tabs, and the changes that wait to be pushed."""

    def __init__(self, app: LiveApp, database: Database, end: EndTab) -> None:
        self._app = app
        self._database = database
        self._subscriptions = Subscriptions()
        self._fan_out = FanOut(app, database, self._subscriptions, end)
        self._feed = Feed(database)
        self._pending = ChangeSet()
        self._pending_calmly = ChangeSet()
        self._something = asyncio.Event()
        self._interrupted: set[str] = set()
        self._noticed = 0

    def watch(self, key: Key, subscription: Subscription) -> None:
        """Add or replace the subscription of a tab's state."""
        self._subscriptions.put(key, subscription)

    def leave(self, token: str) -> None:
        """Remove a tab's subscriptions: it leaves the page, and the next page subscribes again."""
        self._subscriptions.drop(token)

    def interrupted(self, token: str) -> None:
        """Let this tab load its page again soon. One of its events was lost, perhaps that one."""
        self._interrupted.add(token)

    @property
    def noticed(self) -> int:
        """The number of changes so far. While it is the same, nothing that was read is outdated."""
        return self._noticed

    @property
    def tabs(self) -> int:
        """The number of connected tabs with live numbers."""
        self._subscriptions.keep(connected_tabs(self._app))
        return len(self._subscriptions)

    def notice(self, changed: ChangeSet) -> None:
        """Queue the changes of a commit. Called in the event loop; returns at once."""
        self._noticed += 1
        self._queue(changed)

    async def run(self) -> None:
        """Push queued changes until cancelled: the first at once, later ones gathered."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_for_others())
            group.create_task(self._push_calmly())
            while True:
                await self._something.wait()
                self._something.clear()
                if await self._push_pending():
                    await asyncio.sleep(GATHER_SECONDS)

    async def _push_pending(self) -> bool:
        """Push the queued changes. Return False if they concerned no urgent subscription."""
        if not self._subscriptions.is_urgent(self._pending):
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
        # The feed finds these changes too. They have just been pushed, as they were when the look
        # began or later.
        if found := look.result().without(changed):
            self._queue(found)
        return True

    async def _push_calmly(self) -> None:
        while True:
            await asyncio.sleep(CALM_SECONDS)
            changed, self._pending_calmly = self._pending_calmly, ChangeSet()
            if changed:
                await self._push_to(changed, calm=True)

    async def _push_to(self, changed: ChangeSet, *, calm: bool) -> None:
        """Push to every connected tab with a subscription that the change concerns."""
        self._subscriptions.keep(connected_tabs(self._app))
        try:
            went_well = await self._fan_out.push(self._subscriptions.concerned(changed, calm=calm))
        except Outage:  # which is in the log
            self._pending.add(changed)
            return
        if not went_well:
            log.warning("Pushing to some tabs is tried again: %s", self._fan_out.problem)
            self._pending.add(changed)

    async def _look_for_others(self) -> None:
        while True:
            # An outage is in the log, and the database is asked again in a second.
            with contextlib.suppress(Outage):
                # The first look happens before the first page opens, so that it misses nothing.
                if self._subscriptions or not self._feed.has_looked:
                    tabs = self._subscriptions.next_tabs(MOST_ASKED)
                    await self._fan_out.end_tabs_of_ended_sessions(tabs)
                    if found := await self._look():
                        self._queue(found)
                if self._pending:  # an outage kept it from being pushed
                    self._something.set()
            await self._reopen_interrupted()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, began: asyncio.Event | None = None) -> ChangeSet:
        """Return what the feed found. Nothing during an outage, which is in the log."""
        with contextlib.suppress(Outage):
            if found := await self._feed.since_last_look(began):
                self._noticed += 1
                return found
        return ChangeSet()

    def _queue(self, changed: ChangeSet) -> None:
        self._pending.add(changed)
        self._something.set()

    async def _reopen_interrupted(self) -> None:
        """Let interrupted tabs load their pages. If that is interrupted, they come back here."""
        interrupted, self._interrupted = self._interrupted, set()
        for token in interrupted:
            await self._fan_out.reopen(token)


_running: list[Hub] = []


def start(hub: Hub) -> None:
    """Make this the hub of this process."""
    _running.append(hub)


def stop(hub: Hub) -> None:
    """Forget the hub."""
    _running.remove(hub)


def interrupted(token: str) -> None:
    """Call `Hub.interrupted` of the running hub, if there is one."""
    for hub in _running:
        hub.interrupted(token)


def noticed() -> int | None:
    """Return `Hub.noticed` of the running hub; None without one, when changes go unnoticed."""
    return _running[-1].noticed if _running else None


def tabs() -> int:
    """Return the number of tabs with live numbers that are connected to this process."""
    return sum(hub.tabs for hub in _running)


def leave(state: rx.State) -> None:
    """Remove the subscriptions of this tab. Call it first when a page loads."""
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
    """Subscribe this tab's `state`: refresh it when a user, a campaign or any run changes.

    A `calm` subscription is served every few seconds only. Call this when the page loads, with ids
    that the server knows from the session, never with ids from the browser.
    """
    if not _running:
        return
    known: frozenset[int] | Literal["all"] = "all" if campaigns == "all" else frozenset(campaigns)
    token = state.router.session.client_token
    session = cookie_in(state.router.headers.cookie)  # its hash: `inbox.kept_headers` put it there
    whose = state._whose_numbers() if is_batch_read(type(state)) else None  # type: ignore[attr-defined]
    subscription = Subscription(frozenset(users), known, runs, session, calm, whose)
    _running[-1].watch((token, type(state)), subscription)
