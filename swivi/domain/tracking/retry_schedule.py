"""When a clip that no count is read of is read again: at a falling rate, and in the end no more.

Each reading costs the operator money. A clip *rests* from the first definite or unknown answer
("private", "not found", a word that nobody knows) until a count is read of it. Faults of a scraper
do not make a clip rest.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col

from swivi.domain.clips.models import Clip, ClipState

SETTLING = timedelta(days=1)
"""So long a resting clip is still read by every run: most wrong answers pass within hours."""

REMOVED_AFTER = timedelta(days=1)
"""Between the first "not found" and the one that removes a clip: platforms say it for hours of live
videos.
"""

DAILY = timedelta(days=1)
DAILY_FOR = timedelta(days=7)
SELDOM = timedelta(days=3)
READ_FOR = timedelta(days=30)
"""How long a resting or removed clip is read; after that an admin can have it tracked again."""


def next_look(state: ClipState, since: datetime, looked_at: datetime) -> datetime | None:
    """Return when a clip that rests `since` then is due after a look at `looked_at`; None for
    never.

    TRACKED clips are due in every run of the first day, then daily for a week, then every third
    day. REMOVED ones skip the first day: two answers a day apart have said that they are gone.
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
    """Whether a run that starts at this moment reads the clip."""
    return (col(Clip.state) != ClipState.REVOKED) & (
        col(Clip.resting_since).is_(None) | (col(Clip.next_look_at) <= run_starts_at)
    )


def is_read_last() -> ColumnElement[bool]:
    """Whether the last run of a campaign that ends reads the clip: a resting one too, if it is
    still looked at.
    """
    return (col(Clip.state) != ClipState.REVOKED) & (
        col(Clip.resting_since).is_(None) | col(Clip.next_look_at).is_not(None)
    )
