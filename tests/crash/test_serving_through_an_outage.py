"""What serves on while the database is away: it answers in words, and what watches goes on watching
afterwards.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
import reflex as rx

from swivi.api.app import build_api
from swivi.core.changes import ChangeSet
from swivi.domain.accounts import tokens
from swivi.reflex_ext.live_app import LiveApp
from swivi.runtime.live.hub import Hub
from swivi.runtime.live.subscriptions import Subscription
from tests.servers import Postgres
from tests.world import World
from tests.world import open_world as open_world
from tests.world import world as world

AWAY = (
    "The database did not answer. Check whether your last action went through, and try again in a "
    "minute."
)

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@contextmanager
def stopped(postgres: Postgres) -> Iterator[None]:
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


async def until(holds: Callable[[], bool], work: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await work()
            await asyncio.sleep(0.05)


async def test_the_api_answers_in_a_sentence_while_it_lasts_and_as_ever_after_it(
    world: World, postgres: Postgres
) -> None:
    async with world.database.writing() as session:
        token = (await tokens.issue(session, world.clipper.user_id)).token
    transport = httpx.ASGITransport(build_api())
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://swivi.test", headers=headers
    ) as http:
        with stopped(postgres):
            refused = await http.get("/clippers/dashboard")
            assert (refused.status_code, refused.json()) == (
                503,
                {"error": {"code": "database_away", "message": AWAY}},
            )
            assert (await http.get("/health")).status_code == 200
            assert (await http.get("/ready")).status_code == 503
        assert (await http.get("/clippers/dashboard")).status_code == 200


async def test_live_numbers_go_on_after_it(
    world: World, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    async def end(_: object) -> None:
        """Nobody is told."""

    tabs = SimpleNamespace(token_to_sid={"guest": "1", "clipper": "2"})
    hub = Hub(cast(LiveApp, SimpleNamespace(event_namespace=tabs)), world.database, end)
    running = asyncio.create_task(hub.run())
    everything = Subscription(frozenset(), "all", runs=True)

    async def watch() -> None:
        hub.watch(("guest", rx.State), everything)
        hub.watch(("clipper", rx.State), replace(everything, session="0" * 64))

    async def notice() -> None:
        await watch()
        hub.notice(ChangeSet(campaigns={1}))

    async def happens() -> None:
        await watch()
        await world.campaign()

    def failed(times: int) -> bool:
        return caplog.text.count("The database did not answer") >= times or running.done()

    try:
        await until(lambda: hub.noticed > 0, happens)
        with stopped(postgres):
            await until(lambda: failed(1), watch)  # looking for what others changed
            await until(lambda: failed(4), notice)  # pushing
        noticed = hub.noticed
        await until(lambda: hub.noticed > noticed or running.done(), happens)
        assert not running.done(), "the hub ended with the outage"
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
