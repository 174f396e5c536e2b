"""A guest's state goes soon after its socket; a signed-in user's stays, and so does one that came back."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State

from swivi.pages import guests
from swivi.pages.belonging import Belonging
from swivi.pages.guests import MOST_LEFT, Guests

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def key(tab: str) -> str:
    return BaseStateToken(ident=tab, cls=State).cache_key


class House:
    """Tabs whose states are in memory."""

    def __init__(self) -> None:
        self.states = StateManagerMemory()
        self.open: set[str] = set()
        self.guests = Guests(self.states, self.open.__contains__)

    async def tab(self, name: str, *, whose: str = "") -> str:
        """A tab that somebody opened and closed."""
        root = await self.states.get_state(BaseStateToken(ident=name, cls=State))
        (await root.get_state(Belonging))._whose = whose
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


async def test_a_guests_state_goes_soon_and_nobody_elses(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guests, "GUEST_SECONDS", 0.0)
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


async def test_one_who_signs_in_meanwhile_keeps_the_state(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guests, "GUEST_SECONDS", 0.0)
    house.guests.leave(await house.tab("newcomer"), HERE)
    await house.tab("newcomer", whose="7 CLIPPER")
    house.guests.leave(await house.tab("guest"), HERE)
    await house.until_kept("newcomer")


async def test_a_state_that_an_event_works_on_goes_after_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guests, "GUEST_SECONDS", 0.0)
    monkeypatch.setattr(guests, "BUSY_SECONDS", 0.0)
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
