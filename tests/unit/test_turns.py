"""Long work yields to the event loop after each turn."""

import asyncio
from itertools import pairwise

import pytest

from swivi.runtime.live import turns
from swivi.runtime.live.turns import Turns

WORKERS, ITEMS_EACH = 10, 50
ITEMS_IN_A_TURN = 4


async def test_others_come_first_after_each_turn_however_many_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worked, seen = 0, []
    monkeypatch.setattr(turns, "monotonic", lambda: worked)  # an item takes a second
    monkeypatch.setattr(turns, "LONGEST_SECONDS", ITEMS_IN_A_TURN)
    shared = Turns()

    async def worker() -> None:
        nonlocal worked
        for _ in range(ITEMS_EACH):
            await shared.wait()
            worked += 1

    async def other() -> None:
        while worked < WORKERS * ITEMS_EACH:
            seen.append(worked)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for _ in range(WORKERS):
            group.create_task(worker())
        group.create_task(other())

    assert max(after - before for before, after in pairwise(seen)) == ITEMS_IN_A_TURN
