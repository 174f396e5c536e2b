"""What open pages are told: each change once, whoever made it, read for many at once, and no older
than the commit.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
import reflex as rx
from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database
from swivi.core.outages import Outage
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import Notification, NotificationKind
from swivi.insights.clippers.clipper import clipper_clips
from swivi.insights.submissions.newest import newest_clips
from swivi.reflex_ext.live_app import LiveApp
from swivi.runtime.live.feed import Feed
from swivi.runtime.live.hub import Hub
from swivi.runtime.live.subscriptions import Subscription
from tests.factories import tiktok
from tests.live import running, until
from tests.world import World

KIND = NotificationKind.CAMPAIGN_STARTED


async def tell(database: Database, user_id: int) -> None:
    async with database.writing() as session:
        await notifications.tell(session, user_id, KIND, "Hello", "There is news.")


async def test_the_feed_tells_of_each_change_once(world: World) -> None:
    feed = Feed(world.database)
    assert not await feed.since_last_look()  # which finds the present end
    clip = await world.earn(1_000)
    await tell(world.database, world.admin.user_id)

    found = await feed.since_last_look()
    assert found.users == {world.clipper.user_id, world.admin.user_id}
    assert clip.campaign_id in found.campaigns
    again = await feed.since_last_look()
    assert (again.users, again.campaigns) == (set(), set())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("commits", [True, False])
async def test_the_feed_finds_what_committed_after_a_higher_id_did(
    world: World, commits: bool
) -> None:
    feed = Feed(world.database)
    await feed.since_last_look()
    async with world.database.writing() as slow:
        await notifications.tell(slow, world.clipper.user_id, KIND, "Slow", "It has the lower id.")
        await tell(world.database, world.admin.user_id)
        assert (await feed.since_last_look()).users == {world.admin.user_id}
        if not commits:
            await slow.rollback()

    assert (await feed.since_last_look()).users == ({world.clipper.user_id} if commits else set())
    assert not await feed.since_last_look()
    await tell(world.database, world.admin.user_id)
    assert (await feed.since_last_look()).users == {world.admin.user_id}
    titles = [row.title for row in await world.all(Notification)]
    assert titles == (["Slow", "Hello", "Hello"] if commits else ["Hello", "Hello"])


class Alone:
    """Stands for a live state that reads for itself; `refreshed` counts by tab."""

    refreshed: ClassVar[Counter[str]] = Counter()

    def __init__(self, tab: str) -> None:
        self.tab = tab

    async def _refresh_live(self, session: AsyncSession) -> None:
        self.refreshed[self.tab] += 1


class Tabs:
    """Stands for the app: connected tabs, each with its states; of a `busy` one only once its event
    is set.
    """

    def __init__(self, *tokens: str) -> None:
        self.event_namespace = SimpleNamespace(token_to_sid=dict.fromkeys(tokens, "1"))
        self.busy: dict[str, asyncio.Event] = {}

    async def change(
        self, token: rx.BaseStateToken, change: Callable[[Any], Awaitable[None]]
    ) -> None:
        async def get_state(kind: Callable[[str], object]) -> object:
            return kind(token.ident)

        if token.ident in self.busy:
            await self.busy[token.ident].wait()
        await change(SimpleNamespace(router_data=True, get_state=get_state))


async def nothing(_: object) -> None:
    """Nobody is told that their session ended."""


async def test_what_this_process_committed_is_not_pushed_again_when_it_is_found(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Alone, "refreshed", Counter())
    hub = Hub(cast(LiveApp, Tabs("clipper", "admin")), world.database, nothing)
    for tab, user in (("clipper", world.clipper), ("admin", world.admin)):
        hub.watch(
            (tab, cast(Any, Alone)),
            Subscription(frozenset({user.user_id}), frozenset(), runs=False),
        )
    world.database.listeners.append(hub.notice)
    elsewhere = Database(database_url)
    with running(hub):
        await found(elsewhere, world.admin.user_id)  # so the hub looks
        await tell(world.database, world.clipper.user_id)
        await until(lambda: Alone.refreshed["clipper"] > 0)
        await found(elsewhere, world.admin.user_id)  # by the look that would find the clipper's too

    assert Alone.refreshed["clipper"] == 1
    await elsewhere.dispose()


async def test_whoever_looks_first_misses_nothing_that_another_process_did_since(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Alone, "refreshed", Counter())
    hub = Hub(cast(LiveApp, Tabs("admin")), world.database, nothing)
    elsewhere = Database(database_url)
    with running(hub):
        await heard(
            world.database, "max(notifications.id)"
        )  # nobody watches, and yet the hub knows where it begins
        hub.watch(
            ("admin", cast(Any, Alone)),
            Subscription(frozenset({world.admin.user_id}), frozenset(), runs=False),
        )
        await tell(elsewhere, world.admin.user_id)
        await until(lambda: Alone.refreshed["admin"] > 0)
    await elsewhere.dispose()


async def heard(database: Database, what: str) -> None:
    """Wait until a statement that holds `what` has been answered."""
    answered = asyncio.Event()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if what in statement:
            answered.set()

    event.listen(database.engine.sync_engine, "after_cursor_execute", note)
    async with asyncio.timeout(20):
        await answered.wait()
    event.remove(database.engine.sync_engine, "after_cursor_execute", note)


async def found(elsewhere: Database, admin_id: int) -> None:
    """Another process tells the admin something, until the hub has pushed it."""
    before = Alone.refreshed["admin"]
    async with asyncio.timeout(20):
        while Alone.refreshed["admin"] == before:
            await tell(elsewhere, admin_id)
            await asyncio.sleep(0.2)


class Counting:
    """Stands for a live state that is read for many at once: it shows `now`, and remembers each
    reading.
    """

    now: ClassVar[int]
    readings: ClassVar[list[list[str]]]
    problems: ClassVar[list[Exception]]
    shown: ClassVar[dict[str, tuple[str, int]]]
    """What each tab shows, and how it came to know it."""
    read_at: ClassVar[dict[str, datetime]]

    def __init__(self, tab: str) -> None:
        self.tab = tab
        self._read_at = self.read_at.get(tab)

    @staticmethod
    async def _read_for(session: AsyncSession, whose: Sequence[str]) -> dict[str, int]:
        Counting.readings.append(list(whose))
        if Counting.problems:
            raise Counting.problems.pop()
        return dict.fromkeys(whose, Counting.now)

    def _whose_numbers(self) -> str:
        return self.tab

    def _show_live(self, numbers: int) -> None:
        self.shown[self.tab] = ("with others", numbers)

    async def _refresh_live(self, session: AsyncSession) -> None:
        self.shown[self.tab] = ("alone", self.now)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> type[Counting]:
    fresh = {"now": 1, "readings": [], "problems": [], "shown": {}, "read_at": {}}
    for name, value in fresh.items():
        monkeypatch.setattr(Counting, name, value, raising=False)
    return Counting


def hub_with(world: World, *tabs: str, busy: dict[str, asyncio.Event] | None = None) -> Hub:
    """Tabs that all count what the clipper has."""
    app = Tabs(*tabs)
    app.busy |= busy or {}
    hub = Hub(cast(LiveApp, app), world.database, nothing)
    for tab in tabs:
        whose = Subscription(frozenset({world.clipper.user_id}), frozenset(), runs=False, whose=tab)
        hub.watch((tab, cast(Any, Counting)), whose)
    world.database.listeners.append(hub.notice)
    return hub


async def test_what_many_tabs_show_is_read_once_for_all(
    world: World, counting: type[Counting]
) -> None:
    with running(hub_with(world, "a", "b", "c")):
        await tell(world.database, world.clipper.user_id)
        await until(lambda: len(counting.shown) == 3)

    assert counting.shown == dict.fromkeys("abc", ("with others", 1))
    assert counting.readings == [["a", "b", "c"]]


async def test_the_next_tabs_are_read_for_while_the_first_are_shown_what_was_read(
    world: World, counting: type[Counting], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swivi.runtime.live.fan_out.TABS_PER_BATCH", 2)
    monkeypatch.setattr("swivi.runtime.live.fan_out.TABS_AT_ONCE", 1)
    free = asyncio.Event()
    with running(hub_with(world, "a", "b", "c", "d", "e", busy={"a": free})):
        await tell(world.database, world.clipper.user_id)
        await until(lambda: len(counting.readings) == 2)
        assert not counting.shown
        free.set()
        await until(lambda: len(counting.shown) == 5)

    assert counting.readings == [["a", "b"], ["c", "d"], ["e"]]
    assert counting.shown == dict.fromkeys("abcde", ("with others", 1))


async def test_a_tab_that_read_for_itself_in_the_meantime_is_read_for_once_more(
    world: World, counting: type[Counting]
) -> None:
    counting.read_at["b"] = clock.now() + timedelta(minutes=1)
    with running(hub_with(world, "a", "b")):
        await tell(world.database, world.clipper.user_id)
        await until(lambda: len(counting.shown) == 2)

    assert counting.shown == {"a": ("with others", 1), "b": ("alone", 1)}


async def test_what_could_not_be_read_is_pushed_once_the_database_answers(
    world: World, counting: type[Counting]
) -> None:
    counting.problems += [Outage("away"), Outage("away")]
    with running(hub_with(world, "a")):
        await tell(world.database, world.clipper.user_id)
        await until(lambda: len(counting.readings) == 1)
        await until(lambda: bool(counting.shown))

    assert counting.shown == {"a": ("with others", 1)}


async def test_the_newest_clips_of_many_are_those_of_each(world: World) -> None:
    campaign = await world.campaign()
    kim = await world.another_clipper()
    for number in range(1, 6):
        await world.clip(campaign, tiktok(number))
    await world.submission(campaign, tiktok(6))
    await world.submission(campaign, tiktok(7), by=kim, baseline=None)
    await world.read((tiktok(1), 900), (tiktok(5), 4_000))

    everybody = [world.clipper.user_id, kim.user_id, world.admin.user_id]
    async with world.database.reading() as session:
        found = await newest_clips(session, everybody, limit=3)
        each = {
            user_id: (await clipper_clips(session, user_id, limit=3))[0] for user_id in everybody
        }

    assert found == {user_id: rows for user_id, rows in each.items() if rows}
    assert [len(rows) for rows in found.values()] == [3, 1]
