"""How often something may be done, held in the database and so across processes.

The generic cell rate algorithm (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): per
name one moment, until which it is spent. Each use moves it on by one share of the period; a use
that would move it further ahead than a period is refused. So a burst of the whole amount is fine,
and after it one more per share. One statement does it, which both databases make atomic.
"""

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import counted, insert_or
from swivi.core.errors import TooManyRequests

MICROSECONDS = 1_000_000
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_WORDS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
_RATE = re.compile(r"(?P<amount>[1-9]\d{0,8})/(?P<count>[1-9]\d{0,4})?(?P<unit>[smhd])", re.ASCII)


class SpentRate(SQLModel, table=True):
    """Until when a name is spent, in microseconds since 1970; a row of the past says nothing."""

    __tablename__ = "rate_limits"

    id: str = Field(primary_key=True)
    """A hash of the name: names hold addresses and whatever was typed as an email."""
    until: int = counted(default=None)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` times in `seconds`."""

    amount: int
    seconds: int

    @property
    def share(self) -> int:
        """What one use costs, in microseconds."""
        return self.seconds * MICROSECONDS // self.amount


class Bucket:
    """The same algorithm in this process's memory, for what comes too often to ask the database.

    Times in seconds.
    """

    def __init__(self, rate: Rate) -> None:
        self._share = rate.seconds / rate.amount
        self._burst = self._share * (rate.amount - 1)
        self._until = 0.0

    def take(self, now: float) -> bool:
        """Count one use, unless it is one too many."""
        if self._until - now > self._burst:
            return False
        self.wait(now)
        return True

    def wait(self, now: float) -> float:
        """Count one use in any case; how long it must wait for its turn."""
        seconds = max(0.0, self._until - now - self._burst)
        self._until = max(self._until, now) + self._share
        return seconds

    def rests(self, now: float) -> bool:
        """Whether it is as if nothing had ever been used."""
        return self._until <= now


def parse_rate(text: str) -> Rate | None:
    """`10/30m` is 10 times in 30 minutes (s, m, h, d); `off` is None: no limit.

    Raises ValueError.
    """
    if text == "off":
        return None
    written = _RATE.fullmatch(text)
    if written is None:
        raise ValueError("must look like 10/30m (10 times in 30 minutes; s, m, h or d), or be off")
    return Rate(int(written["amount"]), int(written["count"] or 1) * _UNITS[written["unit"]])


@dataclass(frozen=True, slots=True)
class RateUse:
    """One use of what is called `name`, at most as often as `rate` says."""

    name: str
    rate: Rate


async def must_have_room(session: AsyncSession, uses: Sequence[RateUse]) -> None:
    """Look only, so that whoever is refused waits for no writer. Raises TooManyRequests."""
    for use in uses:
        until = await _spent_until(session, use.name)
        if until > _latest(use.rate, _now()):
            raise _too_often(use.rate, until)


async def spend(session: AsyncSession, uses: Sequence[RateUse]) -> None:
    """Count these uses. Raises TooManyRequests, and then the transaction must not commit."""
    for use in uses:
        if not await _spent(session, use.name, use.rate):
            raise _too_often(use.rate, await _spent_until(session, use.name))


async def forgive(session: AsyncSession, name: str) -> None:
    """Forget every use of this name."""
    await session.execute(delete(SpentRate).where(col(SpentRate.id) == _id(name)))


async def mark(session: AsyncSession, name: str, life: timedelta) -> None:
    """Remember a name for so long; `is_marked` tells. The name must be one that is never spent."""
    until = _now() + int(life.total_seconds()) * MICROSECONDS
    marking = insert_or(session, SpentRate).values(id=_id(name), until=until)
    await session.execute(
        marking.on_conflict_do_update(index_elements=["id"], set_={"until": until})
    )


async def is_marked(session: AsyncSession, name: str) -> bool:
    """Whether the name is remembered still."""
    return await _spent_until(session, name) > _now()


async def forget_old(session: AsyncSession) -> None:
    """Remove what says nothing any more."""
    await session.execute(delete(SpentRate).where(col(SpentRate.until) <= _now()))


async def _spent(session: AsyncSession, name: str, rate: Rate) -> bool:
    """Count one use, unless the name is spent; whether it was counted."""
    now, until = _now(), col(SpentRate.until)
    then = case((until > now, until), else_=now) + rate.share
    used = await session.execute(
        insert_or(session, SpentRate)
        .values(id=_id(name), until=now + rate.share)
        .on_conflict_do_update(
            index_elements=["id"], set_={"until": then}, where=until <= _latest(rate, now)
        )
        .returning(until)
    )
    return used.first() is not None


async def _spent_until(session: AsyncSession, name: str) -> int:
    found = await session.exec(select(SpentRate.until).where(SpentRate.id == _id(name)))
    return found.one_or_none() or 0


def _too_often(rate: Rate, until: int) -> TooManyRequests:
    seconds = max(1, math.ceil((until - _latest(rate, _now())) / MICROSECONDS))
    return TooManyRequests(
        f"Too many attempts. Try again in {_in_words(seconds)}.", retry_after=seconds
    )


def _latest(rate: Rate, now: int) -> int:
    """The latest that a name may be spent until, in microseconds, for one more use to fit in."""
    return now + rate.share * (rate.amount - 1)


def _in_words(seconds: int) -> str:
    if seconds == 1:
        return "a second"
    if seconds <= 90:
        return f"{seconds} seconds"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes <= 90 else f"{math.ceil(minutes / 60)} hours"


def period_in_words(seconds: int) -> str:
    """`an hour`, `30 minutes`: in the largest unit that it is a whole number of."""
    unit = next(unit for unit in "dhms" if seconds % _UNITS[unit] == 0)
    count, word = seconds // _UNITS[unit], _WORDS[unit]
    return f"{count} {word}s" if count > 1 else f"{'an' if unit == 'h' else 'a'} {word}"


def _now() -> int:
    return int(clock.now().timestamp() * MICROSECONDS)


def _id(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
