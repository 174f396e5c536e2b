"""Rate limits, kept in the database so that they hold across processes.

The generic cell rate algorithm (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm) keeps
one moment per name: until when the name is spent. Each use moves it on by period / amount. A use
that would move it more than a period ahead is refused. So a burst of the whole amount is allowed,
and then one more use per period / amount. It is one atomic statement.
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
    """Until when a name is spent, in microseconds since 1970. A past moment has no effect."""

    __tablename__ = "rate_limits"

    id: str = Field(primary_key=True)
    """A hash of the name, because names hold addresses and typed emails."""
    until: int = counted(default=None)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` uses in `seconds`."""

    amount: int
    seconds: int

    @property
    def share(self) -> int:
        """Return what one use costs, in microseconds."""
        return self.seconds * MICROSECONDS // self.amount


class Bucket:
    """The same algorithm in memory, for uses too frequent for the database. Times in seconds."""

    def __init__(self, rate: Rate) -> None:
        self._share = rate.seconds / rate.amount
        self._burst = self._share * (rate.amount - 1)
        self._until = 0.0

    def take(self, now: float) -> bool:
        """Count one use and return True, or return False if it is one too many."""
        if self._until - now > self._burst:
            return False
        self.wait(now)
        return True

    def wait(self, now: float) -> float:
        """Count one use in any case. Return the seconds that it must wait."""
        seconds = max(0.0, self._until - now - self._burst)
        self._until = max(self._until, now) + self._share
        return seconds

    def rests(self, now: float) -> bool:
        """Return whether earlier uses no longer have any effect."""
        return self._until <= now


def parse_rate(text: str) -> Rate | None:
    """Parse `10/30m`, 10 times in 30 minutes (s, m, h, d). `off` is None: no limit.

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
    """One use of `name`, limited by `rate`."""

    name: str
    rate: Rate


async def must_have_room(session: AsyncSession, uses: Sequence[RateUse]) -> None:
    """Raise TooManyRequests if a use would be refused.

    It only reads, so that a refusal does not wait for a writer.
    """
    for use in uses:
        until = await _spent_until(session, use.name)
        if until > _latest(use.rate, _now()):
            raise _too_often(use.rate, until)


async def spend(session: AsyncSession, uses: Sequence[RateUse]) -> None:
    """Count these uses. Raises TooManyRequests, after which the transaction must not commit."""
    for use in uses:
        if not await _spent(session, use.name, use.rate):
            raise _too_often(use.rate, await _spent_until(session, use.name))


async def forgive(session: AsyncSession, name: str) -> None:
    """Forget every use of this name."""
    await session.execute(delete(SpentRate).where(col(SpentRate.id) == _id(name)))


async def mark(session: AsyncSession, name: str, life: timedelta) -> None:
    """Remember a name for `life`. See `is_marked`. The name must not be used with `spend`."""
    until = _now() + int(life.total_seconds()) * MICROSECONDS
    marking = insert_or(session, SpentRate).values(id=_id(name), until=until)
    await session.execute(
        marking.on_conflict_do_update(index_elements=["id"], set_={"until": until})
    )


async def is_marked(session: AsyncSession, name: str) -> bool:
    """Return whether the name is still remembered."""
    return await _spent_until(session, name) > _now()


async def forget_old(session: AsyncSession) -> None:
    """Delete rows that no longer have an effect."""
    await session.execute(delete(SpentRate).where(col(SpentRate.until) <= _now()))


async def _spent(session: AsyncSession, name: str, rate: Rate) -> bool:
    """Count one use. Return False, and count nothing, if the name is spent."""
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
    """Return the latest moment, in microseconds, that leaves room for one more use."""
    return now + rate.share * (rate.amount - 1)


def _in_words(seconds: int) -> str:
    if seconds == 1:
        return "a second"
    if seconds <= 90:
        return f"{seconds} seconds"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes <= 90 else f"{math.ceil(minutes / 60)} hours"


def period_in_words(seconds: int) -> str:
    """Return `an hour`, `30 minutes`: the period in its largest whole unit."""
    unit = next(unit for unit in "dhms" if seconds % _UNITS[unit] == 0)
    count, word = seconds // _UNITS[unit], _WORDS[unit]
    return f"{count} {word}s" if count > 1 else f"{'an' if unit == 'h' else 'a'} {word}"


def _now() -> int:
    return int(clock.now().timestamp() * MICROSECONDS)


def _id(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
