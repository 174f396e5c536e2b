"""Days that are over: what they brought never changes again, so each process asks for it once.

Views and spending are noted on the day on which they are counted (`clips/tallies.py`), by the clock
of the process that does it: a settlement that began before midnight may end after it, and clocks
differ.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from cachetools import LRUCache
from sqlalchemy.engine import Connection, Engine
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.insights.shared.days import DAY

OVER_AFTER = timedelta(hours=6)
"""From midnight on; settlements take seconds, of very many clips a minute."""

MOST_KEPT = 64
"""Answers of each database: analytics of every period and platform are 36."""

Row = TypeVar("Row")
Ask = Callable[[date, date], Awaitable[Sequence[Row]]]
"""Rows of the days from a first to a last one, which add up with those of other days."""

_kept: WeakKeyDictionary[Engine | Connection, LRUCache[Hashable, Sequence[Any]]] = (
    WeakKeyDictionary()
)


async def asked_once(
    session: AsyncSession, ask: Ask[Row], key: Hashable, first: date, last: date
) -> Sequence[Row]:
    """What `ask` tells of these days; of those that are over, what it told when it was asked for
    `key` before.
    """
    open_from = (clock.now() - OVER_AFTER).date()
    if first >= open_from:
        return await ask(first, last)
    over = await _of_days_over(session, ask, key, first, min(last, open_from - DAY))
    return over if last < open_from else [*over, *await ask(open_from, last)]


async def _of_days_over(
    session: AsyncSession, ask: Ask[Row], key: Hashable, first: date, last: date
) -> Sequence[Row]:
    kept = _kept.setdefault(session.get_bind(), LRUCache(MOST_KEPT))
    of_these = (key, first, last)
    found = kept.get(of_these)
    if found is None:
        found = await ask(first, last)
        if (
            found
        ):  # the demo, which lives through days that are over, does so where there is nothing yet
            kept[of_these] = found
    return found
