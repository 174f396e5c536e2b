"""What the simulated scrapers have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

from swivi.domain.platforms.models import VideoRef

Json: TypeAlias = dict[str, Any]
State: TypeAlias = Literal[
    "ok", "not_found", "private", "restricted", "error", "odd", "note", "omitted"
]
"""What a scraper finds for a video.

`odd` is an error word that nobody has seen before, `note` an item without information, `omitted` no
item at all. TikTok's `not_found` does not distinguish deleted from private.
"""

ODD_WORD = "POST_UNDER_EMBARGO"

Views: TypeAlias = int | float | str | bool | None
"""The value of the views field: normally an integer, but scrapers write all of these."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run found about one video.

    `requested` is the video whose link it answers, if that is another one.
    """

    ref: VideoRef
    state: State
    views: Views
    likes: int | None = None
    requested: VideoRef | None = None

    @property
    def link(self) -> str:
        """The requested link."""
        return (self.requested or self.ref).canonical_url

    @property
    def author(self) -> str:
        """A handle that is always the same for one video."""
        return f"clipper.{self._checksum % 97}"

    @property
    def posted_at(self) -> str:
        """An ISO 8601 time that is always the same for one video."""
        return (datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=self._checksum)).isoformat()

    def likes_or(self, usual: int) -> int:
        """Return the scripted likes; else `usual`, or 0 for a video without views."""
        if self.likes is not None:
            return self.likes
        return usual if self.views else 0

    @property
    def _checksum(self) -> int:
        return sum(self.ref.external_id.encode())


@dataclass(frozen=True, slots=True)
class SimulatedScraper:
    """One scraper: its input, its items, and ids of videos on its platform.

    `links` takes a run's input and returns its links. `refusals` are the error fields for each
    state without a count.
    """

    scraper_id: str
    links: Callable[[Any], object]
    video: Callable[[Answer], Json]
    refusals: Mapping[str, Json]
    mint_id: Callable[[datetime, int], str]
