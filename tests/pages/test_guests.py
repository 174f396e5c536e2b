"""A guest's state goes soon after its socket; a signed-in user's stays, and so does one that came
back.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State
from reflex.utils.token_manager import RedisTokenManager

from swivi.pages.engine import guest_states
from swivi.pages.engine.guest_states import MOST_LEFT, OWNER, ClosedGuestTabs
from swivi.pages.engine.state_owner import StateOwner
from swivi.reflex_ext.state_store import store_of
from tests.servers import Redis as RedisServer
from tests.servers import running_redis

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def key(tab: str) -> str:
    return BaseStateToken(ident=tab, cls=State).cache_key


class House:
    """Tabs whose states are in memory."""

    def __init__(self) -> None:
        self.states = StateManagerMemory()
        self.open: set[str] = set()
        self.guests = ClosedGuestTabs(store_of(self.states, OWNER), self.open.__contains__)

    async def tab(self, name: str, *, whose: str = "") -> str:
        """A tab that somebody opened and closed."""
        root = await self.states.get_state(BaseStateToken(ident=name, cls=State))
        (await root.get_state(StateOwner))._whose = whose
        return name

    def kept(self, *tabs: str) -> list[bool]:
        return [key(tab) in self.states.states for tab in tabs]

    async def until_kept(self, *expected: str) -> None:
        for _ in range(1_000):
            if set(self.states.states) == {key(tab) for tab in expected}:
                return
            await asyncio.sleep(0.001)
        raise AssertionError(set(self.states.states))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.states.close()


async def test_a_guests_state_goes_soon_and_nobody_elses(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_states, "GUEST_SECONDS", 0.0)
    guest, user, back = (
        await house.tab("guest"),
        await house.tab("user", whose="7 CLIPPER"),
        await house.tab("back"),
    )
    house.open.add(back)
    for tab in (guest, user, back, "unknown"):
        house.guests.leave(tab, HERE)
    await house.until_kept(user, back)
    assert house.guests._left == {}


async def test_one_who_signs_in_meanwhile_keeps_the_state(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_states, "GUEST_SECONDS", 0.0)
    house.guests.leave(await house.tab("newcomer"), HERE)
    await house.tab("newcomer", whose="7 CLIPPER")
    house.guests.leave(await house.tab("guest"), HERE)
    await house.until_kept("newcomer")


async def test_a_state_that_an_event_works_on_goes_after_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_states, "GUEST_SECONDS", 0.0)
    monkeypatch.setattr(guest_states, "BUSY_SECONDS", 0.0)
    tab = await house.tab("busy")
    async with house.states.modify_state(BaseStateToken(ident=tab, cls=State)):
        house.guests.leave(tab, HERE)
        for _ in range(10):
            await asyncio.sleep(0)
        assert house.kept(tab) == [True]
    await house.until_kept()


async def test_one_address_leaves_so_many_states_and_no_more(house: House) -> None:
    other = await house.tab("other")
    house.guests.leave(other, ELSEWHERE)
    tabs = [await house.tab(f"tab {number}") for number in range(MOST_LEFT + 3)]
    for tab in tabs:
        house.guests.leave(tab, HERE)
    assert house.kept(*tabs) == [False] * 3 + [True] * MOST_LEFT
    assert house.kept(other) == [True]
    house.guests.leave(tabs[-1], HERE)  # again: it counts once
    assert house.kept(tabs[3]) == [True]


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


class RedisHouse:
    """Tabs whose states are in Redis, as this process sees them."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.states = StateManagerRedis(redis=redis)
        self.guests = ClosedGuestTabs(store_of(self.states, OWNER), lambda tab: False)

    async def tab(self, name: str, *, whose: str = "") -> str:
        """A tab that somebody opened and closed."""
        async with self.states.modify_state(BaseStateToken(ident=name, cls=State)) as root:
            root.router_data = {"pathname": "/"}
            (await root.get_state(StateOwner))._whose = whose
        return name

    async def kept(self) -> set[str]:
        """The tabs of which Redis has anything, locks included."""
        keys = [key.decode() for key in await self.redis.keys()]
        return {key.partition("_")[0] for key in keys if not key.startswith("token_manager")}

    async def until_kept(self, *expected: str) -> None:
        async with asyncio.timeout(20):
            while await self.kept() != set(expected):  # noqa: ASYNC110 - only Redis knows
                await asyncio.sleep(0.01)


@pytest.fixture
async def redis_house(redis_server: RedisServer) -> AsyncIterator[RedisHouse]:
    async with Redis.from_url(redis_server.url) as redis:
        await redis.flushall()
        house = RedisHouse(redis)
        yield house
        await house.states.close()


async def test_a_guests_state_goes_from_redis_soon_and_nobody_elses(
    redis_house: RedisHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_states, "GUEST_SECONDS", 0.0)
    guest, user = await redis_house.tab("guest"), await redis_house.tab("user", whose="7 CLIPPER")
    elsewhere = await redis_house.tab("elsewhere")
    tokens = RedisTokenManager(redis_house.redis)
    await tokens.link_token_to_sid(elsewhere, "a socket of another process")
    for tab in (elsewhere, user, guest, "unknown"):
        redis_house.guests.leave(tab, HERE)
    await redis_house.until_kept(user, elsewhere)
    assert redis_house.guests._left == {}
    await tokens.close()


async def test_a_state_in_redis_goes_after_the_event_that_works_on_it(
    redis_house: RedisHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guest_states, "GUEST_SECONDS", 0.0)
    busy, other = await redis_house.tab("busy"), await redis_house.tab("other")
    async with redis_house.states.modify_state(BaseStateToken(ident=busy, cls=State)) as root:
        redis_house.guests.leave(other, HERE)
        redis_house.guests.leave(busy, HERE)
        await redis_house.until_kept(busy)
        root.router_data = {"pathname": "/elsewhere"}
    await redis_house.until_kept()


async def test_one_address_leaves_so_many_states_in_redis_and_no_more(
    redis_house: RedisHouse,
) -> None:
    tabs = [await redis_house.tab(f"tab {number}") for number in range(MOST_LEFT + 3)]
    for tab in tabs:
        redis_house.guests.leave(tab, HERE)
    await redis_house.until_kept(*tabs[3:])
