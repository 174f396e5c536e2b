"""Impossible jumps of views. Such a count pays nothing until an admin has decided on it."""

from datetime import datetime
from typing import NamedTuple

MOST_VIEWS = 100_000_000_000
"""Ten times the views of the most watched video in the world."""

LEAST_JUMP = 1_000_000
"""Views up to which any growth is possible: small clips do go viral between two readings."""

TIMES = 1_000
"""Growth between two readings that no video above LEAST_JUMP has had."""


class Jump(NamedTuple):
    """An impossible count, the peak before it, and when it was read."""

    views: int
    views_before: int
    read_at: datetime

    @property
    def evidence(self) -> str:
        """Return the jump in a sentence for clippers and admins."""
        return f"The count rose from {self.views_before:,} to {self.views:,} within one interval."


def is_impossible(peak: int, views: int) -> bool:
    """Return whether no video can grow from `peak` to `views` in one interval.

    Once an admin has accepted a count above MOST_VIEWS, that bound no longer applies to the clip.
    """
    if views <= peak:
        return False
    if views > MOST_VIEWS >= peak:
        return True
    return views > LEAST_JUMP and views >= TIMES * max(1, peak)
