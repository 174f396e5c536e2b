"""A cache of past days. Their totals never change, so each process reads them once.

Views and spending belong to the day on which they are counted (`clips/tallies.py`), by the clock of
the counting process. A settlement may begin before midnight and end after it, and clocks differ, so
a day is cached only some time after its end.
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
"""After midnight. Settlements take seconds; with very many clips, a minute."""

MOST_KEPT = 64
"""Cached answers per database. Analytics of every period and platform are 36."""

Row = TypeVar("Row")
Ask = Callable[[date, date], Awaitable[Sequence[Row]]]
"""Read the rows from a first to a last day. Rows of separate ranges can be added up."""

_kept: WeakKeyDictionary[Engine | Connection, LRUCache[Hashable, Sequence[Any]]] = (
    WeakKeyDictionary()
)


async def asked_once(
    session: AsyncSession, ask: Ask[Row], key: Hashable, first: date, last: date
) -> Sequence[Row]:
    """Return the rows of these days. Past days come from the cache of `key` if it has them."""
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
        if found:  # The demo lives through past days while its database is still empty.
            kept[of_these] = found
    return found
