"""What the outbox of any table promises, and the guarded change that it stands on."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Update, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.guarded import changed_one
from swivi.core.outbox import Backoff, Dispatcher
from swivi.domain.accounts.models import User
from tests.world import World

PAUSES = (timedelta(seconds=10), timedelta(seconds=20))


def test_the_pauses_of_a_backoff_end_with_giving_up() -> None:
    backoff = Backoff(PAUSES)
    assert [backoff.after(attempts) for attempts in (1, 2, 3)] == [*PAUSES, None]


def test_jitter_keeps_a_pause_near_its_length() -> None:
    pauses = {Backoff(PAUSES, 0.2).after(1) for _ in range(100)}
    assert len(pauses) > 1
    assert all(pause and abs(pause - PAUSES[0]) <= PAUSES[0] * 0.2 for pause in pauses)


async def test_a_guarded_change_applies_once(world: World) -> None:
    def rename(before: str) -> Update:
        mine = (col(User.id) == world.clipper.user_id, col(User.name) == before)
        return update(User).where(*mine).values(name="Renamed")

    before = (await world.user()).name
    async with world.database.writing() as session:
        assert await changed_one(session, rename(before))
    async with world.database.writing() as session:
        assert not await changed_one(session, rename(before))


class Numbers(Dispatcher[int]):
    """Sends the numbers of a list, of which odd ones cannot be sent."""

    def __init__(self, world: World, numbers: list[int]) -> None:
        super().__init__(world.database, most_at_once=2)
        self.waiting = numbers
        self.sent: list[int] = []

    async def _is_any_due(self, session: AsyncSession) -> bool:
        return bool(self.waiting)

    async def _claim(self, session: AsyncSession, claim: str, limit: int) -> Sequence[int]:
        claimed, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return claimed

    async def _send(self, item: int) -> None:
        if item % 2:
            raise ValueError("an odd number")
        self.sent.append(item)

    def _label(self, item: int) -> str:
        return f"Number {item}"


async def test_one_row_that_cannot_be_sent_does_not_stop_the_others(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = Numbers(world, [1, 2, 3, 4])
    await numbers.send_due()
    assert numbers.sent == [2, 4]
    logged = [one.getMessage() for one in caplog.records if one.name == "swivi.outbox"]
    assert logged == [f"Number {odd} could not be sent or recorded" for odd in (1, 3)]
