"""When clips without a count are read again: at a falling rate, and finally not at all.

Each reading costs money. A clip *rests* from the first definite or unknown answer ("private", "not
found", an unknown word) until a count is read. A scraper's own faults do not make a clip rest.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col

from swivi.domain.clips.models import Clip, ClipState

SETTLING = timedelta(days=1)
"""How long every run still reads a resting clip: most wrong answers pass within hours."""

REMOVED_AFTER = timedelta(days=1)
"""The time between the first and last "not found" that removes a clip.

Platforms give that answer for hours, even of live videos.
"""

DAILY = timedelta(days=1)
DAILY_FOR = timedelta(days=7)
SELDOM = timedelta(days=3)
READ_FOR = timedelta(days=30)
"""How long a resting or removed clip is read. After that an admin can have it tracked again."""


def next_look(state: ClipState, since: datetime, looked_at: datetime) -> datetime | None:
    """Return when a clip that rests `since` is due after a reading, or None for never.

    TRACKED clips are due in every run of the first day, then daily for a week, then every third
    day. REMOVED clips skip the first day: two answers a day apart are enough evidence.
    """
    rested = looked_at - since
    if rested >= READ_FOR:
        return None
    if rested >= DAILY_FOR:
        return looked_at + SELDOM
    if state is ClipState.REMOVED or rested >= SETTLING:
        return looked_at + DAILY
    return looked_at


def is_due(run_starts_at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a run that starts at `at` reads the clip."""
    return (col(Clip.state) != ClipState.REVOKED) & (
        col(Clip.resting_since).is_(None) | (col(Clip.next_look_at) <= run_starts_at)
    )


def is_read_last() -> ColumnElement[bool]:
    """Return the condition that a campaign's last run reads the clip, including resting ones."""
    return (col(Clip.state) != ClipState.REVOKED) & (
        col(Clip.resting_since).is_(None) | col(Clip.next_look_at).is_not(None)
    )
