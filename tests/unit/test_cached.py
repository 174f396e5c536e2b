"""An answer that is worked out once for all who ask within some seconds."""

import asyncio

import pytest

from swivi.core.cached import CachedAnswer


async def test_those_who_ask_together_or_soon_after_share_one_answer() -> None:
    recent: CachedAnswer[int] = CachedAnswer(seconds=600)
    worked = 0

    async def work() -> int:
        nonlocal worked
        worked += 1
        await asyncio.sleep(0)
        return worked

    assert await asyncio.gather(*(recent.get(work) for _ in range(50))) == [1] * 50
    assert await recent.get(work) == 1
    old: CachedAnswer[int] = CachedAnswer(seconds=0)
    assert [await old.get(work), await old.get(work)] == [2, 3]


async def test_a_failure_is_not_kept() -> None:
    recent: CachedAnswer[int] = CachedAnswer(seconds=600)

    async def fails() -> int:
        raise ZeroDivisionError

    async def works() -> int:
        return 7

    with pytest.raises(ZeroDivisionError):
        await recent.get(fails)
    assert await recent.get(works) == 7
