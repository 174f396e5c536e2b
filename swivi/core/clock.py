"""The one source of the present moment: UTC, always aware.

The demo seeds its history, and tests let time pass, by standing at another moment for a while.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_standing_at: ContextVar[datetime | None] = ContextVar("standing_at", default=None)


def now() -> datetime:
    """The present moment in UTC."""
    return _standing_at.get() or datetime.now(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Within this block, and the tasks it starts, `now()` answers `moment` (which must be
    aware).
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    token = _standing_at.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _standing_at.reset(token)
